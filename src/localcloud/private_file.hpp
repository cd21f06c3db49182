// SPDX-License-Identifier: Apache-2.0
// Files of the state folder that only their owner reads, and a log that only grows.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string_view>

namespace starkeep::localcloud {

/// Mode 0600 from its first moment; replaces what was there. Errors: those of errno_error.
Result<void> write_private_file(const std::filesystem::path& path, std::string_view content);

/// One write per call, so that lines of several threads do not mix. Errors: those of errno_error.
Result<void> append_to_file(const std::filesystem::path& path, std::string_view content);

}  // namespace starkeep::localcloud
