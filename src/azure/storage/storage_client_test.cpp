// SPDX-License-Identifier: Apache-2.0
// The clients against a real Azurite over HTTPS.
#include "azure/storage/authorization.hpp"
#include "azure/storage/blob_client.hpp"
#include "azure/storage/queue_client.hpp"
#include "azure/storage/sas.hpp"
#include "azure/storage/service.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/md5.hpp"
#include "http/curl_transport.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"
#include "sys/clock.hpp"
#include "testing/azurite.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::azure::storage {
namespace {

using testing::Azurite;

http::RetryOptions without_waiting()
{
    http::RetryOptions retry;
    retry.wait = [](std::stop_token, std::chrono::milliseconds) {
        return true;
    };
    return retry;
}

SharedKey account_key()
{
    Result<SharedKey> key =
        SharedKey::parse(std::string(testing::kAzuriteAccount), testing::kAzuriteKey);
    return std::move(key).value();
}

Bytes pattern(std::size_t size)
{
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(i * 131 + (i >> 8U));
    }
    return bytes;
}

class StorageClients : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (!testing::azurite_program()) {
            GTEST_SKIP() << "Azurite is not installed: tools/azurite.sh";
        }
        ASSERT_OK_AND_LET(azurite_, Azurite::start(Azurite::Protocol::Https));
        ASSERT_OK_AND_LET(transport_, http::make_curl_transport({.ca_file = azurite_->ca_file()}));
    }

    ServiceOptions
    service(const std::string& endpoint, std::shared_ptr<Authorization> authorization) const
    {
        return {
            .endpoint = endpoint,
            .authorization = std::move(authorization),
            .retry = without_waiting()
        };
    }
    BlobClient blobs(const std::string& container) const
    {
        return {
            *transport_, service(azurite_->blob_endpoint(), by_shared_key(account_key())), container
        };
    }
    QueueClient queue(const std::string& name) const
    {
        return {
            *transport_, service(azurite_->queue_endpoint(), by_shared_key(account_key())), name
        };
    }

    std::unique_ptr<Azurite> azurite_;
    std::unique_ptr<http::Transport> transport_;
};

TEST_F(StorageClients, PutBlobsOfEverySizeWholeAndOnlyOnce)
{
    BlobClient client = blobs("files");
    ASSERT_OK(client.create_container());
    EXPECT_ERROR(client.create_container(), ErrorCode::Exists);
    const BlockOptions blocks{.block_bytes = 1000, .parallel = 3};
    for (const std::size_t size : {0U, 1U, 1000U, 1001U, 5432U}) {
        SCOPED_TRACE(size);
        const std::string name = "dir/a b+%\xc3\xbc." + std::to_string(size);
        const Bytes content = pattern(size);

        ASSERT_OK(client.put(name, content, {.metadata = {{"owner", "me"}}}, blocks));

        EXPECT_ERROR(client.put(name, as_bytes("other"), {}, blocks), ErrorCode::Exists);
        EXPECT_ERROR(client.put(name, pattern(2000), {}, blocks), ErrorCode::Exists);
        ASSERT_OK_AND_LET(const Bytes read, client.get(name));
        EXPECT_TRUE(read == content);
        ASSERT_OK_AND_LET(const BlobProperties properties, client.head(name));
        EXPECT_EQ(properties.size_bytes, size);
        EXPECT_EQ(properties.md5, codec::md5(content));
        EXPECT_EQ(properties.metadata.at("owner"), "me");
    }
    ASSERT_OK(client.put("r", as_bytes("one")));
    ASSERT_OK(client.put("r", as_bytes("two"), {.mode = PutMode::Replace}));
    ASSERT_OK_AND_LET(const Bytes replaced, client.get("r"));
    EXPECT_EQ(as_text(replaced), "two");
    ASSERT_OK(client.remove_container());
}

TEST_F(StorageClients, ReadRangesAndSayWhatIsMissing)
{
    BlobClient client = blobs("files");
    EXPECT_ERROR(client.get("x"), ErrorCode::NotFound);
    ASSERT_OK(client.create_container());
    ASSERT_OK(client.put("x", as_bytes("0123456789")));

    ASSERT_OK_AND_LET(const Bytes middle, client.get_range("x", 3, 4));
    EXPECT_EQ(as_text(middle), "3456");
    ASSERT_OK_AND_LET(const Bytes tail, client.get_range("x", 8, 100));
    EXPECT_EQ(as_text(tail), "89");
    EXPECT_ERROR(client.get_range("x", 10, 1), ErrorCode::Corrupt);
    EXPECT_ERROR(client.get_range("y", 0, 1), ErrorCode::NotFound);
    EXPECT_ERROR(client.head("y"), ErrorCode::NotFound);
    ASSERT_OK(client.remove("x"));
    const auto again = client.remove("x");
    EXPECT_ERROR(again, ErrorCode::NotFound);
    EXPECT_NE(again.error().text().find("BlobNotFound"), std::string::npos) << again.error().text();
    EXPECT_NE(again.error().text().find("request-id"), std::string::npos);
}

TEST_F(StorageClients, ListPageByPage)
{
    BlobClient client = blobs("files");
    ASSERT_OK(client.create_container());
    for (const char* name : {"a/1", "a/2", "a/3", "b/1"}) {
        ASSERT_OK(client.put(name, as_bytes(name)));
    }

    ASSERT_OK_AND_LET(const BlobPage first, client.list_page("a/", "", 2));
    ASSERT_OK_AND_LET(const BlobPage second, client.list_page("a/", first.next, 2));
    ASSERT_OK_AND_LET(const std::vector<BlobInfo> all, client.list(""));

    EXPECT_EQ(first.blobs.size(), 2U);
    ASSERT_EQ(second.blobs.size(), 1U);
    EXPECT_EQ(second.blobs[0].name, "a/3");
    EXPECT_EQ(second.next, "");
    EXPECT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].size_bytes, 3U);
    EXPECT_LE(
        std::chrono::abs(all[0].modified - sys::system_clock().now()), std::chrono::minutes(5)
    );
}

TEST_F(StorageClients, LetASasDoWhatItGrantsAndNoMore)
{
    BlobClient owner = blobs("files");
    ASSERT_OK(owner.create_container());
    ASSERT_OK(owner.put("worker.tar", as_bytes("bundle")));
    const auto soon = sys::system_clock().now() + std::chrono::hours(1);
    const std::string read = blob_sas(
        account_key(),
        {.account = std::string(testing::kAzuriteAccount),
         .container = "files",
         .blob = "worker.tar"},
        {.permissions = "r", .expires_at = soon}
    );
    BlobClient reader(
        *transport_, service(azurite_->blob_endpoint(), by_sas(Secret("?" + read))), "files"
    );

    ASSERT_OK_AND_LET(const Bytes content, reader.get("worker.tar"));
    EXPECT_EQ(as_text(content), "bundle");
    const auto refused = reader.put("worker.tar", as_bytes("x"), {.mode = PutMode::Replace});
    EXPECT_ERROR(refused, ErrorCode::Denied);
    EXPECT_EQ(
        refused.error().text().find("sig=" + read.substr(read.find("sig=") + 4)), std::string::npos
    );
}

TEST_F(StorageClients, GetANewSasWhenTheOldOneIsRefused)
{
    BlobClient owner = blobs("files");
    ASSERT_OK(owner.create_container());
    ASSERT_OK(owner.put("x", as_bytes("content")));
    const auto now = sys::system_clock().now();
    int asked = 0;
    const SasSource source = [&](std::stop_token) -> Result<Sas> {
        ++asked;
        // The first has run out already, whatever it says of itself.
        const auto end = asked == 1 ? now - std::chrono::hours(1) : now + std::chrono::hours(1);
        const std::string query = blob_sas(
            account_key(),
            {.account = std::string(testing::kAzuriteAccount), .container = "files"},
            {.permissions = "rl", .expires_at = end}
        );
        return Sas{.query = Secret(query), .expires_at = now + std::chrono::hours(1)};
    };
    BlobClient reader(
        *transport_, service(azurite_->blob_endpoint(), by_renewed_sas(source)), "files"
    );

    ASSERT_OK(reader.get("x"));
    ASSERT_OK(reader.list(""));

    EXPECT_EQ(asked, 2);
}

TEST_F(StorageClients, CarryMessagesThroughAQueue)
{
    QueueClient client = queue("worker-1");
    EXPECT_ERROR(client.put("early", std::chrono::hours(1)), ErrorCode::NotFound);
    ASSERT_OK(client.create());
    ASSERT_OK(client.create());
    const std::string text = "<&>\"' \r\n\t\xc3\xbc{\"a\":1}";
    ASSERT_OK(client.put(text, std::chrono::hours(1)));

    ASSERT_OK_AND_LET(const auto messages, client.get(32, std::chrono::seconds(30)));
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].text, text);
    EXPECT_EQ(messages[0].dequeue_count, 1U);
    ASSERT_OK_AND_LET(const auto hidden, client.get(1, std::chrono::seconds(30)));
    EXPECT_TRUE(hidden.empty());
    ASSERT_OK_AND_LET(
        const std::string receipt,
        client.renew(messages[0].id, messages[0].pop_receipt, std::chrono::seconds(60))
    );
    EXPECT_ERROR(client.remove(messages[0].id, messages[0].pop_receipt), ErrorCode::NotFound);
    ASSERT_OK(client.remove(messages[0].id, receipt));
    EXPECT_ERROR(client.remove(messages[0].id, receipt), ErrorCode::NotFound);
    EXPECT_ERROR(
        client.put(std::string("\x01", 1), std::chrono::hours(1)), ErrorCode::InvalidInput
    );
    ASSERT_OK(client.remove_queue());
    ASSERT_OK(client.remove_queue());
}

TEST_F(StorageClients, SayThatAWrongKeyIsRefused)
{
    ASSERT_OK_AND_LET(
        SharedKey wrong, SharedKey::parse(std::string(testing::kAzuriteAccount), "d3Jvbmc=")
    );
    BlobClient client(
        *transport_, service(azurite_->blob_endpoint(), by_shared_key(std::move(wrong))), "files"
    );

    const auto listed = client.list("");

    EXPECT_ERROR(listed, ErrorCode::Denied);
    EXPECT_NE(listed.error().hint().find("clock"), std::string::npos);
}

TEST_F(StorageClients, DoNotTalkToAServerWhoseCertificateNobodyKnows)
{
    ASSERT_OK_AND_LET(const auto trusting_nobody, http::make_curl_transport());
    BlobClient client(
        *trusting_nobody, service(azurite_->blob_endpoint(), by_shared_key(account_key())), "files"
    );

    const auto listed = client.list("");

    EXPECT_ERROR(listed, ErrorCode::Unavailable);
    EXPECT_NE(listed.error().hint().find("--ca-file"), std::string::npos) << listed.error().text();
}

}  // namespace
}  // namespace starkeep::azure::storage
