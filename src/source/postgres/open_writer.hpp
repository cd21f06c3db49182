// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL database as the target of a restore.
#pragma once

#include "base/result.hpp"
#include "source/writer.hpp"

#include <memory>
#include <string>

namespace starkeep::source::postgres {

/// `url` names the server; `database` is made by create() when it is missing. Changes nothing yet.
/// Errors: those of the file of definitions and of its format; Denied, Unavailable for the server.
Result<std::unique_ptr<DatabaseWriter>>
open_postgres_writer(const std::string& url, const std::string& database, WriteRequest request);

}  // namespace starkeep::source::postgres
