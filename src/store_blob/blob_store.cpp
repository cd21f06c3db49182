// SPDX-License-Identifier: Apache-2.0
#include "store_blob/blob_store.hpp"

#include "azure/storage/blob_client.hpp"
#include "azure/storage/service.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/transport.hpp"
#include "store/object_name.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_blob/blob_url.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store_blob {

namespace {

/// The metadata that says which call made a blob.
constexpr const char* kPutId = "starkeepput";

std::string object(std::string_view name)
{
    return "object " + std::string(name);
}

/// Says "object k/…" where the caller's name is what matters, and keeps Azure's words where they help.
Error about_object(Error error, std::string_view name)
{
    switch (error.code()) {
    case ErrorCode::Exists:
        return {ErrorCode::Exists, object(name) + " exists"};
    case ErrorCode::NotFound:
        if (error.message().find("ContainerNotFound") == std::string::npos) {
            return {ErrorCode::NotFound, object(name) + " does not exist"};
        }
        return error;
    default:
        return std::move(error).during(object(name));
    }
}

std::string new_put_id()
{
    std::array<std::byte, 16> id{};
    sys::fill_random(id);
    return to_hex(id);
}

}  // namespace

BlobStore::BlobStore(
    BlobUrl url,
    std::unique_ptr<http::Transport> transport,
    azure::storage::ServiceOptions service,
    std::stop_token stop
)
    : url_(std::move(url))
    , transport_(std::move(transport))
    , client_(*transport_, std::move(service), url_.container)
    , stop_(std::move(stop))
{
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(
    BlobUrl url,
    std::unique_ptr<http::Transport> transport,
    azure::storage::ServiceOptions service,
    store::OpenMode mode,
    std::stop_token stop
)
{
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<BlobStore> store(
        new BlobStore(std::move(url), std::move(transport), std::move(service), std::move(stop))
    );
    // Looking for one blob, and not for the container's properties: a SAS of the container allows that.
    Result<azure::storage::BlobPage> seen = store->client_.list_page("", "", 1, store->stop_);
    if (!seen.ok() && seen.error().code() == ErrorCode::NotFound) {
        if (mode == store::OpenMode::MayCreate) {
            TRY(store->make_container());
            return store;
        }
        return Error{
            ErrorCode::NotFound,
            "container " + store->url_.container + " of storage account " + store->url_.account +
                " does not exist",
            "Make a repository with starkeep repo init, or check the URL."
        };
    }
    if (!seen.ok()) {
        return std::move(seen).error().during("opening " + store->url());
    }
    return store;
}

Result<void> BlobStore::make_container()
{
    Result<void> made = client_.create_container(stop_);
    if (!made.ok() && made.error().code() != ErrorCode::Exists) {
        return std::move(made).error().during("opening " + url());
    }
    return {};
}

Result<std::string> BlobStore::blob_of(std::string_view name) const
{
    TRY(store::check_object_name(name));
    return (url_.prefix.empty() ? "" : url_.prefix + "/") + std::string(name);
}

Result<void> BlobStore::put(std::string_view name, ByteView content)
{
    TRY_LET(const std::string blob, blob_of(name));
    const std::string id = new_put_id();
    Result<void> put = client_.put(blob, content, {.metadata = {{kPutId, id}}}, {}, stop_);
    if (put.ok()) {
        return put;
    }
    const ErrorCode code = put.error().code();
    // The name is taken: by somebody else, or by an earlier try of ours whose answer was lost. Conflict is what is left of our
    // blocks when another writer's list was first.
    if (code == ErrorCode::Exists || code == ErrorCode::Conflict) {
        const Result<azure::storage::BlobProperties> there = client_.head(blob, stop_);
        if (there.ok()) {
            const auto found = there->metadata.find(kPutId);
            const bool is_ours = found != there->metadata.end() && found->second == id;
            return is_ours ? Result<void>() : Error{ErrorCode::Exists, object(name) + " exists"};
        }
    }
    return about_object(std::move(put).error(), name);
}

Result<Bytes> BlobStore::get(std::string_view name)
{
    TRY_LET(const std::string blob, blob_of(name));
    Result<Bytes> content = client_.get(blob, stop_);
    if (!content.ok()) {
        return about_object(std::move(content).error(), name);
    }
    return content;
}

Result<Bytes>
BlobStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length)
{
    TRY_LET(const std::string blob, blob_of(name));
    const Error too_short{ErrorCode::Corrupt, object(name) + " ends before its range does"};
    if (length == 0 || length > std::numeric_limits<std::uint64_t>::max() - offset) {
        // No range of HTTP says this; the length of the blob decides.
        const Result<azure::storage::BlobProperties> properties = client_.head(blob, stop_);
        if (!properties.ok()) {
            return about_object(properties.error(), name);
        }
        return length == 0 && offset <= properties->size_bytes ? Result<Bytes>(Bytes()) : too_short;
    }
    Result<Bytes> content = client_.get_range(blob, offset, length, stop_);
    if (!content.ok()) {
        return content.error().code() == ErrorCode::Corrupt
                   ? too_short
                   : about_object(std::move(content).error(), name);
    }
    return content->size() == length ? std::move(content) : too_short;
}

Result<std::vector<store::ObjectInfo>> BlobStore::list(std::string_view prefix)
{
    TRY(store::check_prefix(prefix));
    const std::string below = url_.prefix.empty() ? "" : url_.prefix + "/";
    Result<std::vector<azure::storage::BlobInfo>> blobs =
        client_.list(below + std::string(prefix), stop_);
    if (!blobs.ok()) {
        return std::move(blobs).error().during("listing " + url());
    }
    std::vector<store::ObjectInfo> found;
    for (const azure::storage::BlobInfo& blob : *blobs) {
        std::string name = blob.name.substr(std::min(below.size(), blob.name.size()));
        if (blob.name.starts_with(below) && store::is_object_name(name)) {
            found.push_back(
                {.name = std::move(name), .size_bytes = blob.size_bytes, .modified = blob.modified}
            );
        }
    }
    std::ranges::sort(found, {}, &store::ObjectInfo::name);
    return found;
}

Result<void> BlobStore::remove(std::string_view name)
{
    TRY_LET(const std::string blob, blob_of(name));
    Result<void> removed = client_.remove(blob, stop_);
    if (!removed.ok() && removed.error().code() != ErrorCode::NotFound) {
        return about_object(std::move(removed).error(), name);
    }
    return {};
}

}  // namespace starkeep::store_blob
