// SPDX-License-Identifier: Apache-2.0
#include "store_url/open_store.hpp"

#include "azure/storage/service.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/curl_transport.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "store/directory_store.hpp"
#include "store/file_url.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_blob/blob_store.hpp"
#include "store_blob/blob_url.hpp"
#include "store_url/credential.hpp"
#include "sys/file.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::store_url {

namespace {

constexpr std::string_view kHint =
    "Name a folder as in file:///srv/backup, or a container as in azblob://account/container.";

/// The largest object is a pack of 4 GiB.
constexpr std::uint64_t kLargestAnswer = (std::uint64_t{1} << 32U) + (std::uint64_t{1} << 20U);
/// For the whole of such an object over a slow line. A line that stands still ends far earlier.
constexpr std::chrono::hours kLongestExchange{2};

Result<std::unique_ptr<store::Store>>
open_folder(const std::filesystem::path& folder, store::OpenMode mode)
{
    TRY_LET(std::unique_ptr<store::Store> store, store::DirectoryStore::open(folder, mode));
    return store;
}

Result<std::unique_ptr<store::Store>> open_blob(std::string_view text, StoreOptions options)
{
    TRY_LET(store_blob::BlobUrl url, store_blob::BlobUrl::parse(text));
    TRY_LET(
        azure::storage::ServiceOptions service,
        blob_service(url.account, options.credential, options.cloud)
    );
    TRY_LET(
        std::unique_ptr<http::Transport> transport,
        http::make_curl_transport(
            {.ca_file = options.cloud.ca_file,
             .time_limit = kLongestExchange,
             .max_response_bytes = kLargestAnswer}
        )
    );
    TRY_LET(
        std::unique_ptr<store::Store> store,
        store_blob::BlobStore::open(
            std::move(url),
            std::move(transport),
            std::move(service),
            options.mode,
            std::move(options.stop)
        )
    );
    return store;
}

}  // namespace

Result<std::unique_ptr<store::Store>> open_store(std::string_view url, StoreOptions options)
{
    constexpr std::string_view kSeparator = "://";
    if (url.starts_with('/') || url.starts_with('.')) {
        TRY_LET(const std::filesystem::path folder, sys::absolute_path(std::filesystem::path(url)));
        return open_folder(folder, options.mode);
    }
    const std::size_t end = url.find(kSeparator);
    const std::string_view scheme = url.substr(0, end);
    if (end == std::string_view::npos) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + http::redacted(url) + "\" is no repository URL",
            std::string(kHint)
        };
    }
    if (scheme == "file") {
        TRY_LET(
            const std::filesystem::path folder,
            store::parse_file_url_path(url.substr(end + kSeparator.size()))
        );
        return open_folder(folder, options.mode);
    }
    if (scheme == "azblob") {
        return open_blob(url, std::move(options));
    }
    if (scheme == "s3") {
        return Error{
            ErrorCode::Unsupported,
            "this build keeps repositories in folders and in Azure Blob storage, not in s3://",
            std::string(kHint)
        };
    }
    return Error{
        ErrorCode::InvalidInput,
        "\"" + std::string(scheme) + "://\" is no kind of repository that is known",
        std::string(kHint)
    };
}

}  // namespace starkeep::store_url
