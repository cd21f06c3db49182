// SPDX-License-Identifier: Apache-2.0
// Named bytes as blobs of one container, below a prefix.
#pragma once

#include "azure/storage/blob_client.hpp"
#include "azure/storage/service.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/transport.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_blob/blob_url.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::store_blob {

/// An object is one blob. A put marks its blob with an id of its own, so that "the name is taken" after a lost answer can
/// be told from another writer's success.
class BlobStore final : public store::Store {
public:
    /// `transport` is owned: one bare exchange. Each request ends when `stop` is requested.
    /// Errors: NotFound when there is no such container and it must exist; otherwise it is made. Denied, Unavailable.
    static Result<std::unique_ptr<BlobStore>> open(
        BlobUrl url,
        std::unique_ptr<http::Transport> transport,
        azure::storage::ServiceOptions service,
        store::OpenMode mode,
        std::stop_token stop = {}
    );

    Result<void> put(std::string_view name, ByteView content) override;
    Result<Bytes> get(std::string_view name) override;
    Result<Bytes>
    get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
    Result<std::vector<store::ObjectInfo>> list(std::string_view prefix) override;
    Result<void> remove(std::string_view name) override;
    std::string url() const override { return url_.text(); }

private:
    BlobStore(
        BlobUrl url,
        std::unique_ptr<http::Transport> transport,
        azure::storage::ServiceOptions service,
        std::stop_token stop
    );
    Result<std::string> blob_of(std::string_view name) const;
    Result<void> make_container();

    BlobUrl url_;
    std::unique_ptr<http::Transport> transport_;
    azure::storage::BlobClient client_;
    std::stop_token stop_;
};

}  // namespace starkeep::store_blob
