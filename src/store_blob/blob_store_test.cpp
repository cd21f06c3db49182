// SPDX-License-Identifier: Apache-2.0
// The driver against a real Azurite: the suite of all stores, and what is Blob's own.
#include "azure/storage/authorization.hpp"
#include "azure/storage/service.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/curl_transport.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "store/conformance_test.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_blob/blob_store.hpp"
#include "store_blob/blob_url.hpp"
#include "testing/azurite.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store_blob {
namespace {

using starkeep::testing::Azurite;

Result<azure::storage::ServiceOptions> service_of(const Azurite& azurite)
{
    TRY_LET(
        azure::storage::SharedKey key,
        azure::storage::SharedKey::parse(
            std::string(starkeep::testing::kAzuriteAccount), starkeep::testing::kAzuriteKey
        )
    );
    azure::storage::ServiceOptions service{
        .endpoint = azurite.blob_endpoint(),
        .authorization = azure::storage::by_shared_key(std::move(key))
    };
    service.retry.wait = [](std::stop_token, std::chrono::milliseconds) {
        return true;
    };
    return service;
}

Result<std::unique_ptr<BlobStore>> open_at(
    const Azurite& azurite,
    std::string_view where,
    store::OpenMode mode = store::OpenMode::MayCreate,
    std::unique_ptr<http::Transport> transport = nullptr
)
{
    TRY_LET(BlobUrl url, BlobUrl::parse("azblob://devstoreaccount1/" + std::string(where)));
    TRY_LET(azure::storage::ServiceOptions service, service_of(azurite));
    if (transport == nullptr) {
        TRY_LET(transport, http::make_curl_transport());
    }
    return BlobStore::open(std::move(url), std::move(transport), std::move(service), mode);
}

/// One server for all tests of a process: each has a container of its own.
Result<store::StoreFixture> make_in_container()
{
    static std::shared_ptr<Azurite> shared;
    static int containers = 0;
    if (shared == nullptr) {
        TRY_LET(shared, Azurite::start());
    }
    const std::string where = "repository-" + std::to_string(++containers) + "/in/a-prefix";
    TRY_LET(std::unique_ptr<store::Store> store, open_at(*shared, where));
    return store::StoreFixture{.keeper = shared, .store = std::move(store)};
}

/// Nothing to instantiate where Azurite is not installed: ./test installs it.
std::vector<store::StoreMaker> makers()
{
    if (!starkeep::testing::azurite_program()) {
        return {};
    }
    return {store::StoreMaker{.name = "Blob", .make = make_in_container}};
}

}  // namespace
}  // namespace starkeep::store_blob

namespace starkeep::store {
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);
INSTANTIATE_TEST_SUITE_P(
    Blob, StoreConformance, ::testing::ValuesIn(store_blob::makers()), maker_name
);
}  // namespace starkeep::store

namespace starkeep::store_blob {
namespace {

/// Lets requests through and loses some of the answers.
class LossyTransport final : public http::Transport {
public:
    using Loses = std::function<bool(const http::Request&, std::size_t count)>;

    LossyTransport(std::unique_ptr<http::Transport> inner, Loses loses)
        : inner_(std::move(inner)), loses_(std::move(loses))
    {
    }
    Result<http::Response> send(const http::Request& request, std::stop_token stop) override
    {
        Result<http::Response> response = inner_->send(request, std::move(stop));
        if (loses_(request, ++count_)) {
            return Error{ErrorCode::Unavailable, "the answer was lost"};
        }
        return response;
    }

private:
    std::unique_ptr<http::Transport> inner_;
    Loses loses_;
    std::size_t count_ = 0;
};

class BlobStoreTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (!starkeep::testing::azurite_program()) {
            GTEST_SKIP() << "Azurite is not installed: tools/azurite.sh";
        }
        ASSERT_OK_AND_LET(azurite_, Azurite::start());
    }
    Result<std::unique_ptr<BlobStore>> open_lossy(LossyTransport::Loses loses) const
    {
        TRY_LET(std::unique_ptr<http::Transport> inner, http::make_curl_transport());
        return open_at(
            *azurite_,
            "repository",
            store::OpenMode::MayCreate,
            std::make_unique<LossyTransport>(std::move(inner), std::move(loses))
        );
    }

    std::unique_ptr<Azurite> azurite_;
};

TEST_F(BlobStoreTest, KnowsItsOwnPutWhenItsAnswerWasLost)
{
    bool loses_next_put = false;
    ASSERT_OK_AND_LET(const auto store, open_lossy([&](const http::Request& request, std::size_t) {
                          return request.method == "PUT" && std::exchange(loses_next_put, false);
                      }));

    loses_next_put = true;
    ASSERT_OK(store->put("c/1", as_bytes("entry")));

    EXPECT_ERROR(store->put("c/1", as_bytes("entry")), ErrorCode::Exists);
    loses_next_put = true;
    EXPECT_ERROR(store->put("c/1", as_bytes("entry")), ErrorCode::Exists);
}

TEST_F(BlobStoreTest, KnowsItsOwnPutOfManyBlocksWhenTheAnswerToTheirListWasLost)
{
    bool loses_next_list = true;
    ASSERT_OK_AND_LET(const auto store, open_lossy([&](const http::Request& request, std::size_t) {
                          const bool is_list =
                              request.url.find("comp=blocklist") != std::string::npos;
                          return is_list && std::exchange(loses_next_list, false);
                      }));
    const Bytes content(std::size_t{20} << 20U, std::byte{7});

    ASSERT_OK(store->put("d/1", content));

    EXPECT_FALSE(loses_next_list);
    ASSERT_OK_AND_LET(const Bytes read, store->get("d/1"));
    EXPECT_TRUE(read == content);
}

TEST_F(BlobStoreTest, OutlastsEveryThirdAnswerLost)
{
    ASSERT_OK_AND_LET(const auto store, open_lossy([](const http::Request&, std::size_t count) {
                          return count % 3 == 0;
                      }));

    for (int i = 0; i < 30; ++i) {
        const std::string name = "c/" + std::to_string(i);
        ASSERT_OK(store->put(name, as_bytes(name)));
        ASSERT_OK_AND_LET(const Bytes read, store->get(name));
        EXPECT_EQ(as_text(read), name);
    }
    ASSERT_OK_AND_LET(const auto listed, store->list("c/"));
    EXPECT_EQ(listed.size(), 30U);
    ASSERT_OK(store->remove("c/0"));
}

TEST_F(BlobStoreTest, IsNotOpenedWithoutItsContainerUnlessItMayMakeOne)
{
    const auto missing = open_at(*azurite_, "nothing-there", store::OpenMode::MustExist);
    EXPECT_ERROR(missing, ErrorCode::NotFound);
    EXPECT_NE(missing.error().text().find("container nothing-there"), std::string::npos);

    ASSERT_OK(open_at(*azurite_, "nothing-there", store::OpenMode::MayCreate));
    ASSERT_OK(open_at(*azurite_, "nothing-there", store::OpenMode::MustExist));
}

TEST_F(BlobStoreTest, KeepsPrefixesOfOneContainerApart)
{
    ASSERT_OK_AND_LET(const auto one, open_at(*azurite_, "shared/one"));
    ASSERT_OK_AND_LET(const auto other, open_at(*azurite_, "shared/one-more"));
    ASSERT_OK(one->put("a", as_bytes("1")));
    ASSERT_OK(other->put("a", as_bytes("2")));

    ASSERT_OK_AND_LET(const auto listed, one->list(""));
    ASSERT_OK_AND_LET(const Bytes read, other->get("a"));

    EXPECT_EQ(listed.size(), 1U);
    EXPECT_EQ(as_text(read), "2");
}

}  // namespace
}  // namespace starkeep::store_blob
