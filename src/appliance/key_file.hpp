// SPDX-License-Identifier: Apache-2.0
// A key of 32 bytes in a file of its own, drawn at the first use.
#pragma once

#include "base/result.hpp"
#include "codec/hash.hpp"

#include <filesystem>

namespace starkeep::appliance {

/// Errors: Corrupt for a file of another length; Denied when others may read it.
Result<codec::Key256> key_file(const std::filesystem::path& path);

}  // namespace starkeep::appliance
