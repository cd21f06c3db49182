// SPDX-License-Identifier: Apache-2.0
#include "localcloud/private_file.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

constexpr mode_t kOwnerOnly = 0600;

}  // namespace

Result<void> write_private_file(const std::filesystem::path& path, std::string_view content)
{
    {
        // The durable write passes on the permissions of the file that it replaces.
        const sys::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kOwnerOnly));
        if (!fd) {
            return sys::errno_error(errno, "making " + path.string());
        }
    }
    return sys::write_file_durably(path, as_bytes(content));
}

Result<void> append_to_file(const std::filesystem::path& path, std::string_view content)
{
    const sys::UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kOwnerOnly)
    );
    if (!fd) {
        return sys::errno_error(errno, "opening " + path.string());
    }
    while (!content.empty()) {
        const ssize_t written = ::write(fd.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return sys::errno_error(errno, "writing " + path.string());
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace starkeep::localcloud
