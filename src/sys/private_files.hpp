// SPDX-License-Identifier: Apache-2.0
// Folders and files that only their owner may see, and a lock that one process holds.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <filesystem>
#include <utility>

namespace starkeep::sys {

/// Makes what is missing of `path`; the last folder has, or gets, mode 0700.
/// Errors: Denied when it belongs to another user; errno_error's.
Result<void> make_private_directory(const std::filesystem::path& path);

/// Makes or replaces a file of mode 0600, whole and durably.
Result<void> write_private_file(const std::filesystem::path& path, ByteView content);

/// Errors: Denied when other users may read the file; read_file's.
Result<Bytes> read_private_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Held until it goes; the kernel lets go of it when the process ends in whatever way.
class FileLock {
public:
    /// Makes the file when it is missing; it stays.
    /// Errors: Conflict when another process holds the lock.
    static Result<FileLock> acquire(const std::filesystem::path& path);

private:
    explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

}  // namespace starkeep::sys
