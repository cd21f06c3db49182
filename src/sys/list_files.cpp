// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::sys {

namespace {

struct DirectoryCloser {
    void operator()(DIR* directory) const noexcept { static_cast<void>(::closedir(directory)); }
};
using Directory = std::unique_ptr<DIR, DirectoryCloser>;

struct Pending {
    std::string prefix;  ///< "" or "a/b/"
    std::size_t depth = 0;
};

class Lister {
public:
    explicit Lister(const std::filesystem::path& root) : root_(root) {}

    Result<std::vector<FileInfo>> run()
    {
        pending_.push_back({});
        while (!pending_.empty()) {
            const Pending next = std::move(pending_.back());
            pending_.pop_back();
            TRY(visit(next));
        }
        return std::move(files_);
    }

private:
    static constexpr std::size_t kMaxDepth = 64;

    Result<void> visit(const Pending& at)
    {
        const std::filesystem::path path = at.prefix.empty() ? root_ : root_ / at.prefix;
        const Directory directory(::opendir(path.c_str()));
        if (!directory) {
            if (errno == ENOENT && !at.prefix.empty()) {
                return {};
            }
            return errno_error(errno, "listing " + path.string());
        }
        for (;;) {
            errno = 0;
            // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own.
            const dirent* entry = ::readdir(directory.get());
            if (entry == nullptr) {
                break;
            }
            TRY(take(at, ::dirfd(directory.get()), entry->d_name));
        }
        if (errno != 0) {
            return errno_error(errno, "listing " + path.string());
        }
        return {};
    }

    Result<void> take(const Pending& at, int directory, const char* name)
    {
        if (std::string_view(name) == "." || std::string_view(name) == "..") {
            return {};
        }
        std::string full = at.prefix + name;
        struct stat state = {};
        if (::fstatat(directory, name, &state, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) {
                return {};
            }
            return errno_error(errno, "looking at " + (root_ / full).string());
        }
        if (S_ISREG(state.st_mode)) {
            files_.push_back(
                {.name = std::move(full),
                 .size_bytes = static_cast<std::uint64_t>(state.st_size),
                 .modified = std::chrono::sys_seconds(std::chrono::seconds(state.st_mtim.tv_sec))}
            );
        } else if (S_ISDIR(state.st_mode)) {
            if (at.depth == kMaxDepth) {
                return Error{
                    ErrorCode::Unavailable, "directories below " + root_.string() + " nest too deep"
                };
            }
            pending_.push_back({.prefix = std::move(full) + "/", .depth = at.depth + 1});
        }
        return {};
    }

    const std::filesystem::path& root_;
    std::vector<Pending> pending_;
    std::vector<FileInfo> files_;
};

}  // namespace

Result<std::vector<FileInfo>> list_files(const std::filesystem::path& directory)
{
    return Lister(directory).run();
}

}  // namespace starkeep::sys
