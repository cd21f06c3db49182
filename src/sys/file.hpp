// SPDX-License-Identifier: Apache-2.0
// Files and directories: whole reads, writes that survive a power cut, listing, temporary places.
// Every function answers with errno_error's codes besides those it names.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::sys {

/// Owner of a file descriptor; −1 is none.
class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    ~UniqueFd() { reset(); }
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept
    {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    /// Closes without a word about failure: after writing, sync first.
    void reset() noexcept;

private:
    int fd_ = -1;
};

/// Errors: NotFound; Corrupt when the file holds more than `max_bytes`.
Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Exactly `length` bytes from `offset`. Allocates nothing before it knows that the file holds them.
/// Errors: NotFound; Corrupt when the file ends before offset + length.
Result<Bytes>
read_range(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t length);

/// Replaces or makes a file: a reader sees the old content or the new one, also after a power cut. A file that is
/// replaced passes its permissions on.
Result<void> write_file_durably(const std::filesystem::path& path, ByteView content);

/// Makes a file that must not exist yet; its name appears together with the whole content. The content is staged in
/// `staging`, a directory of the same file system; an empty one means the directory of `path`.
/// Errors: Exists when the name is taken: the old content stays; Unsupported when the file system knows neither hard links
/// nor exclusive renames.
Result<void> create_file_durably(
    const std::filesystem::path& path, ByteView content, const std::filesystem::path& staging = {}
);

/// Makes what is missing of `path`. Survives a power cut when it returns.
Result<void> make_directories(const std::filesystem::path& path);

/// Makes the names inside a directory survive a power cut.
Result<void> sync_directory(const std::filesystem::path& path);

/// Succeeds as well when the file is not there. Not durable by itself.
Result<void> remove_file(const std::filesystem::path& path);

/// Errors: NotFound.
Result<std::uint64_t> file_size(const std::filesystem::path& path);

/// Whether anything, also a dangling link, bears this name.
Result<bool> exists(const std::filesystem::path& path);

/// Errors: NotFound.
Result<bool> is_directory(const std::filesystem::path& path);

/// Whether a regular file, perhaps behind links, is there.
Result<bool> is_file(const std::filesystem::path& path);

/// From the current directory, without "." and ".." parts.
Result<std::filesystem::path> absolute_path(const std::filesystem::path& path);

struct FileInfo {
    /// Relative to the directory that was listed, parts joined by '/'.
    std::string name;
    std::uint64_t size_bytes = 0;
    std::chrono::sys_seconds modified{};
};

/// All regular files below `directory`, in no order. Symbolic links are not followed. A file that vanishes meanwhile is
/// left out.
/// Errors: NotFound when `directory` itself is missing; Unavailable when directories nest deeper than 64.
Result<std::vector<FileInfo>> list_files(const std::filesystem::path& directory);

/// A directory of one's own (mode 0700) that goes away with all it holds.
class TempDir {
public:
    /// Made in `parent`, or in TMPDIR, or in /tmp; its name begins with `prefix`.
    static Result<TempDir>
    create(std::string_view prefix, const std::filesystem::path& parent = {});

    ~TempDir() { remove(); }
    TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TempDir& operator=(TempDir&& other) noexcept
    {
        if (this != &other) {
            remove();
            path_ = std::exchange(other.path_, {});
        }
        return *this;
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
    void remove() noexcept;

    std::filesystem::path path_;
};

class StagedFile;

/// A stream of bytes into a file or to standard output. A regular file appears whole, with `finish`; without it nothing
/// is left and an older file stays. Pipes, devices and links are written as they are.
class FileSink {
public:
    static Result<FileSink> open(const std::filesystem::path& path);
    static FileSink standard_output();

    ~FileSink();
    FileSink(FileSink&& other) noexcept;
    FileSink& operator=(FileSink&& other) noexcept;
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;

    Result<void> write(ByteView bytes);
    /// Ends the stream; for a regular file, durably.
    Result<void> finish();

private:
    FileSink();

    std::filesystem::path target_;
    std::unique_ptr<StagedFile> staged_;  ///< for a regular file; otherwise:
    UniqueFd owned_;
    int fd_ = -1;
};

}  // namespace starkeep::sys
