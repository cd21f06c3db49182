// SPDX-License-Identifier: Apache-2.0
// Folders as URLs.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace starkeep::store {

/// Shape: "file://" and the absolute path, every byte outside [A-Za-z0-9/._~-] as %XX.
/// Source: RFC 8089, RFC 3986 section 2.
std::string format_file_url(const std::filesystem::path& path);

/// The absolute path in `rest`, a URL's text after "file://".
/// Errors: InvalidInput when it is relative, names a host, or is badly encoded.
Result<std::filesystem::path> parse_file_url_path(std::string_view rest);

}  // namespace starkeep::store
