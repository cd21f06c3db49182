// SPDX-License-Identifier: Apache-2.0
// The tables of the appliance's database, as the numbered steps that made them.
#pragma once

#include "appliance/database.hpp"
#include "base/result.hpp"

#include <cstdint>

namespace starkeep::appliance {

/// The version that this program writes.
std::int64_t newest_schema_version();

/// Brings an empty or older database to newest_schema_version(), each step whole or not at all.
/// Errors: Unsupported when a newer program has written the database.
Result<void> migrate(Database& database);

}  // namespace starkeep::appliance
