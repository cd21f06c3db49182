// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "sys/environment.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <stdlib.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace starkeep::sys {

Result<TempDir> TempDir::create(std::string_view prefix, const std::filesystem::path& parent)
{
    std::filesystem::path directory = parent;
    if (directory.empty()) {
        const std::string chosen = get_env("TMPDIR").value_or("");
        directory = chosen.empty() ? "/tmp" : chosen;
    }
    std::string pattern = (directory / (std::string(prefix) + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        return errno_error(errno, "making a directory in " + directory.string());
    }
    return TempDir(std::filesystem::path(pattern));
}

void TempDir::remove() noexcept
{
    if (!path_.empty()) {
        // What cannot be removed stays; a destructor has nobody to tell.
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
        path_.clear();
    }
}

}  // namespace starkeep::sys
