// SPDX-License-Identifier: Apache-2.0
// One container of Blob storage and the blobs in it.
#pragma once

#include "azure/storage/sas.hpp"
#include "azure/storage/service.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/md5.hpp"
#include "http/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::storage {

enum class PutMode {
    CreateOnly,
    Replace,
};

struct PutOptions {
    PutMode mode = PutMode::CreateOnly;
    std::string content_type = "application/octet-stream";
    /// Names of a-z and 0-9 only.
    std::map<std::string, std::string> metadata{};
};

struct BlockOptions {
    /// Larger contents go in blocks of this size, several at once.
    std::size_t block_bytes = std::size_t{8} << 20U;
    unsigned parallel = 4;
};

struct BlobProperties {
    std::uint64_t size_bytes = 0;
    std::optional<codec::Md5Sum> md5{};
    std::string etag{};
    std::map<std::string, std::string> metadata{};  ///< names in lower case
};

struct BlobInfo {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::chrono::sys_seconds modified{};
};

struct BlobPage {
    std::vector<BlobInfo> blobs;
    std::string next;  ///< marker of the next page; empty after the last
};

/// All members answer with storage_error's codes besides those they name.
/// Thread: any.
class BlobClient {
public:
    /// `transport` is one bare exchange, and lives longer.
    BlobClient(http::Transport& transport, ServiceOptions service, std::string container);

    /// "https://account.blob.core.windows.net/container"
    std::string url() const;

    /// Errors: Exists when it is there already.
    Result<void> create_container(std::stop_token stop = {});
    Result<void> remove_container(std::stop_token stop = {});

    /// Whole or not at all. Every body that goes over the wire carries its MD5, and the blob keeps the MD5 of the whole.
    /// Errors: Exists when the name is taken and mode is CreateOnly; then also when an earlier try of this very call got through
    /// and its answer was lost.
    Result<void>
    put(std::string_view name,
        ByteView content,
        const PutOptions& options = {},
        const BlockOptions& blocks = {},
        std::stop_token stop = {});

    /// Errors: NotFound.
    Result<Bytes> get(std::string_view name, std::stop_token stop = {});
    /// What there is of `length` bytes (at least 1) from `offset`; fewer at the end of the blob.
    /// Errors: NotFound; Corrupt when it ends at `offset` or before.
    Result<Bytes> get_range(
        std::string_view name, std::uint64_t offset, std::uint64_t length, std::stop_token stop = {}
    );
    /// Errors: NotFound.
    Result<BlobProperties> head(std::string_view name, std::stop_token stop = {});
    /// Errors: NotFound.
    Result<void> remove(std::string_view name, std::stop_token stop = {});

    /// At most `limit` (1 to 5000) blobs whose names begin with `prefix`, after those of earlier pages.
    /// Errors: NotFound when there is no such container; Corrupt for an answer that is no list.
    Result<BlobPage> list_page(
        std::string_view prefix, std::string_view marker, unsigned limit, std::stop_token stop = {}
    );
    /// All pages.
    Result<std::vector<BlobInfo>> list(std::string_view prefix, std::stop_token stop = {});

    /// A key for user delegation SAS, valid from now on for at most 7 days. Needs authorization by access token.
    Result<UserDelegationKey> user_delegation_key(
        std::chrono::sys_seconds from, std::chrono::sys_seconds until, std::stop_token stop = {}
    );

private:
    Result<void> put_whole(
        std::string_view name, ByteView content, const PutOptions& options, std::stop_token stop
    );
    Result<void> put_in_blocks(
        std::string_view name,
        ByteView content,
        const PutOptions& options,
        const BlockOptions& blocks,
        std::stop_token stop
    );
    Result<void>
    put_block(std::string_view name, std::string_view id, ByteView content, std::stop_token stop);
    std::string path(std::string_view name) const;

    Service service_;
    std::string container_;
};

/// Reads the XML of a list.
/// Errors: Corrupt.
Result<BlobPage> parse_blob_page(std::string_view xml);

}  // namespace starkeep::azure::storage
