// SPDX-License-Identifier: Apache-2.0
#include "sys/file.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/staged_file_internal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::sys {

namespace {

Result<UniqueFd> open_for_reading(const std::filesystem::path& path)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return errno_error(errno, "opening " + path.string());
    }
    return fd;
}

/// Up to `length` bytes; fewer only at the end of the file.
Result<Bytes> read_up_to(int fd, std::uint64_t length, const std::filesystem::path& path)
{
    constexpr std::uint64_t kPiece = std::uint64_t{1} << 20U;
    constexpr std::uint64_t kLeastPiece = 512;
    struct stat state = {};
    if (::fstat(fd, &state) != 0) {
        return errno_error(errno, "reading " + path.string());
    }
    const auto promised = S_ISREG(state.st_mode) ? static_cast<std::uint64_t>(state.st_size) : 0;
    Bytes bytes;
    bytes.reserve(std::min(length, promised + kLeastPiece));
    for (;;) {
        const std::size_t have = bytes.size();
        // Not a whole piece for a small file: thousands of them are held at once. The least one is there to see the end.
        const std::uint64_t expected = promised > have ? promised - have : 0;
        const std::uint64_t piece =
            S_ISREG(state.st_mode) ? std::min(expected + kLeastPiece, kPiece) : kPiece;
        const auto room = static_cast<std::size_t>(std::min(length - have, piece));
        if (room == 0) {
            return bytes;
        }
        bytes.resize(have + room);
        const ssize_t got = ::read(fd, bytes.data() + have, room);
        bytes.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0) {
            return bytes;
        }
        if (got < 0 && errno != EINTR) {
            return errno_error(errno, "reading " + path.string());
        }
    }
}

Result<void> make_directory(const std::filesystem::path& path)
{
    if (::mkdir(path.c_str(), 0777) == 0) {
        return {};
    }
    const int fault = errno;
    struct stat state = {};
    if (fault == EEXIST && ::stat(path.c_str(), &state) == 0 && S_ISDIR(state.st_mode)) {
        return {};
    }
    return errno_error(fault == EEXIST ? ENOTDIR : fault, "making the directory " + path.string());
}

}  // namespace

void UniqueFd::reset() noexcept
{
    if (fd_ >= 0) {
        static_cast<void>(::close(std::exchange(fd_, -1)));
    }
}

Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t max_bytes)
{
    TRY_LET(const UniqueFd fd, open_for_reading(path));
    TRY_LET(Bytes bytes, read_up_to(fd.get(), max_bytes + (max_bytes < UINT64_MAX ? 1 : 0), path));
    if (bytes.size() > max_bytes) {
        return Error{
            ErrorCode::Corrupt,
            path.string() + " is longer than " + std::to_string(max_bytes) + " bytes"
        };
    }
    return bytes;
}

Result<Bytes>
read_range(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t length)
{
    TRY_LET(const UniqueFd fd, open_for_reading(path));
    struct stat state = {};
    if (::fstat(fd.get(), &state) != 0) {
        return errno_error(errno, "reading " + path.string());
    }
    const auto size = static_cast<std::uint64_t>(state.st_size);
    const auto too_short = [&] {
        return Error{
            ErrorCode::Corrupt,
            path.string() + " ends before byte " + std::to_string(offset) + " + " +
                std::to_string(length)
        };
    };
    if (offset > size || length > size - offset) {
        return too_short();
    }
    if (::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
        return errno_error(errno, "reading " + path.string());
    }
    TRY_LET(Bytes bytes, read_up_to(fd.get(), length, path));
    if (bytes.size() != length) {
        return too_short();
    }
    return bytes;
}

Result<void> write_file_durably(const std::filesystem::path& path, ByteView content)
{
    TRY_LET(StagedFile file, StagedFile::create(parent_of(path)));
    TRY(file.write(content));
    return file.replace(path);
}

Result<void> create_file_durably(
    const std::filesystem::path& path, ByteView content, const std::filesystem::path& staging
)
{
    TRY_LET(StagedFile file, StagedFile::create(staging.empty() ? parent_of(path) : staging));
    TRY(file.write(content));
    return file.publish(path);
}

Result<void> make_directories(const std::filesystem::path& path)
{
    std::vector<std::filesystem::path> missing;
    std::filesystem::path above = path;
    for (;;) {
        struct stat state = {};
        if (::stat(above.c_str(), &state) == 0) {
            break;
        }
        if (errno != ENOENT) {
            return errno_error(errno, "making the directory " + path.string());
        }
        missing.push_back(above);
        if (above == parent_of(above)) {
            break;
        }
        above = parent_of(above);
    }
    if (missing.empty()) {
        return make_directory(path);
    }
    for (; !missing.empty(); missing.pop_back()) {
        TRY(make_directory(missing.back()));
        TRY(sync_directory(parent_of(missing.back())));
    }
    return {};
}

Result<void> sync_directory(const std::filesystem::path& path)
{
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return errno_error(errno, "opening the directory " + path.string());
    }
    return sync_file(fd.get(), "syncing the directory " + path.string());
}

Result<void> remove_file(const std::filesystem::path& path)
{
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return errno_error(errno, "removing " + path.string());
    }
    return {};
}

Result<std::uint64_t> file_size(const std::filesystem::path& path)
{
    struct stat state = {};
    if (::stat(path.c_str(), &state) != 0) {
        return errno_error(errno, "looking at " + path.string());
    }
    return static_cast<std::uint64_t>(state.st_size);
}

Result<bool> exists(const std::filesystem::path& path)
{
    struct stat state = {};
    if (::lstat(path.c_str(), &state) == 0) {
        return true;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return false;
    }
    return errno_error(errno, "looking at " + path.string());
}

Result<bool> is_directory(const std::filesystem::path& path)
{
    struct stat state = {};
    if (::stat(path.c_str(), &state) != 0) {
        return errno_error(errno, "looking at " + path.string());
    }
    return S_ISDIR(state.st_mode);
}

Result<bool> is_file(const std::filesystem::path& path)
{
    struct stat state = {};
    if (::stat(path.c_str(), &state) == 0) {
        return S_ISREG(state.st_mode);
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return false;
    }
    return errno_error(errno, "looking at " + path.string());
}

Result<std::filesystem::path> absolute_path(const std::filesystem::path& path)
{
    std::error_code fault;
    const std::filesystem::path absolute = std::filesystem::absolute(path, fault);
    if (fault) {
        return errno_error(fault.value(), "looking for " + path.string());
    }
    return absolute.lexically_normal();
}

}  // namespace starkeep::sys
