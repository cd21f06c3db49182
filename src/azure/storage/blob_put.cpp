// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/blob_client.hpp"
#include "azure/storage/storage_error.hpp"
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "codec/base64.hpp"
#include "codec/md5.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::azure::storage {

namespace {

/// Source: learn.microsoft.com "Scalability and performance targets for Blob storage".
constexpr std::size_t kMostBlocks = 50'000;

/// What a blob has besides its bytes, for a Put Blob and a Put Block List alike.
void add_properties(http::Request& request, const PutOptions& options, const std::string& md5)
{
    request.headers.set("x-ms-blob-content-type", options.content_type);
    request.headers.set("x-ms-blob-content-md5", md5);
    for (const auto& [name, value] : options.metadata) {
        request.headers.set("x-ms-meta-" + name, value);
    }
    if (options.mode == PutMode::CreateOnly) {
        request.headers.set("If-None-Match", "*");
    }
}

/// Ids of one length for ever: leftovers of an earlier put of another length would make the service refuse ours. Their random
/// beginning keeps two writers of one name from mixing their blocks.
std::vector<std::string> block_ids(std::size_t count)
{
    constexpr std::size_t kDigits = 5;
    std::array<std::byte, 16> random{};
    sys::fill_random(random);
    const std::string beginning = to_hex(random);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        const std::string id = beginning + std::string(kDigits - number.size(), '0') + number;
        ids.push_back(codec::encode_base64(as_bytes(id)));
    }
    return ids;
}

std::string block_list(const std::vector<std::string>& ids)
{
    std::string xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
    for (const std::string& id : ids) {
        xml += "<Latest>" + id + "</Latest>";
    }
    return xml + "</BlockList>";
}

Error put_error(const http::Response& response, std::string_view name)
{
    const std::string what = "writing blob " + std::string(name);
    // A service that checks the condition late says 412 where 409 BlobAlreadyExists is usual.
    if (response.status == 412) {
        return {ErrorCode::Exists, storage_error(response, what).message()};
    }
    return storage_error(response, what);
}

/// The first failure of several threads, which ends the others' work.
class FirstFailure {
public:
    void note(Error error)
    {
        const MutexLock lock(mutex_);
        if (!error_) {
            error_ = std::move(error);
        }
        is_set_ = true;
    }
    bool is_set() const { return is_set_; }
    Result<void> outcome()
    {
        const MutexLock lock(mutex_);
        return error_ ? Result<void>(std::move(*error_)) : Result<void>();
    }

private:
    std::atomic<bool> is_set_ = false;
    Mutex mutex_;
    std::optional<Error> error_ GUARDED_BY(mutex_);
};

}  // namespace

Result<void> BlobClient::put(
    std::string_view name,
    ByteView content,
    const PutOptions& options,
    const BlockOptions& blocks,
    std::stop_token stop
)
{
    ENSURE(blocks.block_bytes > 0 && blocks.parallel > 0);
    return content.size() <= blocks.block_bytes
               ? put_whole(name, content, options, std::move(stop))
               : put_in_blocks(name, content, options, blocks, std::move(stop));
}

Result<void> BlobClient::put_whole(
    std::string_view name, ByteView content, const PutOptions& options, std::stop_token stop
)
{
    http::Request request{
        .method = "PUT",
        .headers = {{"x-ms-blob-type", "BlockBlob"}, {"Content-Type", options.content_type}},
        .body = Bytes(content.begin(), content.end()),
    };
    add_properties(request, options, codec::encode_base64(codec::md5(content)));
    TRY_LET(
        const http::Response response,
        service_.send(std::move(request), path(name), std::move(stop))
    );
    if (response.status != 201) {
        return put_error(response, name);
    }
    return {};
}

Result<void> BlobClient::put_block(
    std::string_view name, std::string_view id, ByteView content, std::stop_token stop
)
{
    http::Request request{
        .method = "PUT",
        .headers = {{"Content-Type", "application/octet-stream"}},
        .body = Bytes(content.begin(), content.end()),
    };
    const std::string query = http::format_query({{"comp", "block"}, {"blockid", std::string(id)}});
    TRY_LET(
        const http::Response response,
        service_.send(std::move(request), path(name) + "?" + query, std::move(stop))
    );
    if (response.status != 201) {
        return put_error(response, name);
    }
    return {};
}

Result<void> BlobClient::put_in_blocks(
    std::string_view name,
    ByteView content,
    const PutOptions& options,
    const BlockOptions& blocks,
    std::stop_token stop
)
{
    // Larger blocks rather than too many.
    const std::size_t size =
        std::max(blocks.block_bytes, (content.size() + kMostBlocks - 1) / kMostBlocks);
    const std::vector<std::string> ids = block_ids((content.size() + size - 1) / size);
    std::atomic<std::size_t> next = 0;
    FirstFailure failure;
    const auto put_some = [&] {
        for (std::size_t i = next++; i < ids.size() && !failure.is_set(); i = next++) {
            const ByteView block =
                content.subspan(i * size, std::min(size, content.size() - i * size));
            if (Result<void> put = put_block(name, ids[i], block, stop); !put.ok()) {
                failure.note(std::move(put).error());
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < std::min<std::size_t>(blocks.parallel, ids.size()); ++i) {
            threads.emplace_back(put_some);
        }
        put_some();
    }
    TRY(failure.outcome());
    http::Request request{
        .method = "PUT",
        .headers = {{"Content-Type", "application/xml"}},
        .body = to_bytes(block_list(ids)),
    };
    add_properties(request, options, codec::encode_base64(codec::md5(content)));
    TRY_LET(
        const http::Response response,
        service_.send(std::move(request), path(name) + "?comp=blocklist", std::move(stop))
    );
    if (response.status != 201) {
        return put_error(response, name);
    }
    return {};
}

}  // namespace starkeep::azure::storage
