// SPDX-License-Identifier: Apache-2.0
#include "sys/private_files.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"
#include "sys/staged_file_internal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <utility>

namespace starkeep::sys {

namespace {

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

Result<struct stat> state_of(const std::filesystem::path& path)
{
    struct stat state = {};
    if (::stat(path.c_str(), &state) != 0) {
        return errno_error(errno, "looking at " + path.string());
    }
    return state;
}

}  // namespace

Result<void> make_private_directory(const std::filesystem::path& path)
{
    TRY(make_directories(path));
    TRY_LET(const struct stat state, state_of(path));
    if (state.st_uid != ::geteuid()) {
        return Error{
            ErrorCode::Denied,
            path.string() + " belongs to another user",
            "Start the program as the owner of that folder, or name another folder."
        };
    }
    if ((state.st_mode & kOthers) != 0 && ::chmod(path.c_str(), S_IRWXU) != 0) {
        return errno_error(errno, "closing " + path.string() + " to other users");
    }
    return {};
}

Result<void> write_private_file(const std::filesystem::path& path, ByteView content)
{
    TRY_LET(StagedFile staged, StagedFile::create(parent_of(path), S_IRUSR | S_IWUSR));
    TRY(staged.write(content));
    return staged.replace(path);
}

Result<Bytes> read_private_file(const std::filesystem::path& path, std::uint64_t max_bytes)
{
    TRY_LET(const struct stat state, state_of(path));
    if ((state.st_mode & kOthers) != 0) {
        return Error{
            ErrorCode::Denied,
            path.string() + " may be read by other users",
            "It holds secrets: chmod 600 it, and replace the secrets if others had access."
        };
    }
    return read_file(path, max_bytes);
}

Result<FileLock> FileLock::acquire(const std::filesystem::path& path)
{
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!fd) {
        return errno_error(errno, "opening " + path.string());
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return Error{ErrorCode::Conflict, "another process holds " + path.string()};
        }
        return errno_error(errno, "locking " + path.string());
    }
    return FileLock(std::move(fd));
}

}  // namespace starkeep::sys
