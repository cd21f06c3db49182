// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"
#include "sys/random.hpp"
#include "sys/staged_file_internal.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

namespace starkeep::sys {

Result<void> write_all(int fd, ByteView bytes, const std::string& what)
{
    // Linux writes at most 2 GiB − 4 KiB at once; any smaller piece does.
    constexpr std::size_t kPiece = std::size_t{1} << 30U;
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), std::min(bytes.size(), kPiece));
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno_error(errno, what);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> sync_file(int fd, const std::string& what)
{
    while (::fsync(fd) != 0) {
        // Pipes and devices answer EINVAL, some network file systems do so for directories.
        if (errno == EINVAL || errno == ENOTSUP) {
            return {};
        }
        if (errno != EINTR) {
            return errno_error(errno, what);
        }
    }
    return {};
}

std::filesystem::path parent_of(const std::filesystem::path& path)
{
    const std::filesystem::path parent = path.parent_path();
    return parent.empty() ? std::filesystem::path(".") : parent;
}

Result<StagedFile> StagedFile::create(const std::filesystem::path& directory)
{
    std::array<std::byte, 12> random{};
    fill_random(random);
    std::filesystem::path path = directory / (".staged-" + to_hex(random));
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!fd) {
        return errno_error(errno, "making a file in " + directory.string());
    }
    return StagedFile(std::move(fd), std::move(path));
}

Result<void> StagedFile::write(ByteView bytes)
{
    return write_all(fd_.get(), bytes, "writing " + path_.string());
}

Result<void> StagedFile::replace(const std::filesystem::path& target)
{
    struct stat older = {};
    if (::stat(target.c_str(), &older) == 0 && S_ISREG(older.st_mode) &&
        ::fchmod(fd_.get(), older.st_mode & 07777U) != 0) {
        return errno_error(errno, "setting the permissions of " + path_.string());
    }
    TRY(sync_file(fd_.get(), "syncing " + path_.string()));
    if (::rename(path_.c_str(), target.c_str()) != 0) {
        return errno_error(errno, "renaming a file to " + target.string());
    }
    path_.clear();
    return sync_directory(parent_of(target));
}

Result<void> StagedFile::publish(const std::filesystem::path& target)
{
    TRY(sync_file(fd_.get(), "syncing " + path_.string()));
    if (::link(path_.c_str(), target.c_str()) != 0) {
        const int fault = errno;
        if (fault == EPERM || fault == ENOTSUP || fault == ENOSYS) {
            TRY(rename_exclusively(target));
            return sync_directory(parent_of(target));
        }
        // Over NFS a repeated request finds the link that the lost answer's request has made.
        if (fault != EEXIST || !has_second_name()) {
            return errno_error(fault, "making " + target.string());
        }
    }
    abandon();
    return sync_directory(parent_of(target));
}

Result<void> StagedFile::rename_exclusively(const std::filesystem::path& target)
{
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
        path_.clear();
        return {};
    }
    if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) {
        return Error{
            ErrorCode::Unsupported,
            "the file system of " + target.string() +
                " has neither hard links nor exclusive renames",
            "Use a file system such as ext4, xfs, btrfs or NFS."
        };
    }
    return errno_error(errno, "making " + target.string());
}

bool StagedFile::has_second_name() const
{
    struct stat state = {};
    return ::fstat(fd_.get(), &state) == 0 && state.st_nlink == 2;
}

void StagedFile::abandon() noexcept
{
    if (!path_.empty()) {
        // A name that stays behind does no harm and cannot be told from here.
        static_cast<void>(::unlink(path_.c_str()));
        path_.clear();
    }
}

}  // namespace starkeep::sys
