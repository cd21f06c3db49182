// SPDX-License-Identifier: Apache-2.0
// A file under a passing name until it is whole.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sys/file.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace starkeep::sys {

/// Writes all of `bytes`; `what` names the act for an error.
Result<void> write_all(int fd, ByteView bytes, const std::string& what);

/// Makes a file's content survive a power cut. Pipes and devices, which cannot, pass.
Result<void> sync_file(int fd, const std::string& what);

/// The directory that holds `path`; "." for a bare name.
std::filesystem::path parent_of(const std::filesystem::path& path);

class StagedFile {
public:
    static Result<StagedFile> create(const std::filesystem::path& directory);

    ~StagedFile() { abandon(); }
    StagedFile(StagedFile&& other) noexcept
        : fd_(std::move(other.fd_)), path_(std::exchange(other.path_, {}))
    {
    }
    StagedFile& operator=(StagedFile&&) = delete;
    StagedFile(const StagedFile&) = delete;
    StagedFile& operator=(const StagedFile&) = delete;

    Result<void> write(ByteView bytes);

    /// Takes the place of `target` or makes it; durable when it returns.
    Result<void> replace(const std::filesystem::path& target);

    /// Becomes `target`, which must not exist; durable when it returns.
    /// Errors: Exists; Unsupported when the file system has no way to do this.
    Result<void> publish(const std::filesystem::path& target);

private:
    StagedFile(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path))
    {
    }
    void abandon() noexcept;
    bool has_second_name() const;
    Result<void> rename_exclusively(const std::filesystem::path& target);

    UniqueFd fd_;
    std::filesystem::path path_;
};

}  // namespace starkeep::sys
