// SPDX-License-Identifier: Apache-2.0
#include "store/open.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "store/directory_store.hpp"
#include "store/file_url.hpp"
#include "store/store.hpp"
#include "sys/file.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace starkeep::store {

namespace {

constexpr std::string_view kHint = "Name a folder as in file:///srv/backup.";

Result<std::filesystem::path> folder_of(std::string_view url)
{
    constexpr std::string_view kSeparator = "://";
    if (url.starts_with('/') || url.starts_with('.')) {
        return sys::absolute_path(std::filesystem::path(url));
    }
    const std::size_t end = url.find(kSeparator);
    const std::string_view scheme = url.substr(0, end);
    if (end == std::string_view::npos) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + std::string(url) + "\" is no repository URL",
            std::string(kHint)
        };
    }
    if (scheme == "file") {
        return parse_file_url_path(url.substr(end + kSeparator.size()));
    }
    if (scheme == "azblob" || scheme == "s3") {
        return Error{
            ErrorCode::Unsupported,
            "this build keeps repositories in folders only, not in " + std::string(scheme) + "://",
            std::string(kHint)
        };
    }
    return Error{
        ErrorCode::InvalidInput,
        "\"" + std::string(scheme) + "://\" is no kind of repository that is known",
        std::string(kHint)
    };
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(std::string_view url, OpenMode mode)
{
    TRY_LET(const std::filesystem::path folder, folder_of(url));
    TRY_LET(std::unique_ptr<Store> store, DirectoryStore::open(folder, mode));
    return store;
}

}  // namespace starkeep::store
