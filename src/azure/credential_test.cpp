// SPDX-License-Identifier: Apache-2.0
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::azure {
namespace {

/// Answers in turn and keeps what was asked.
class FakeServer final : public http::Transport {
public:
    explicit FakeServer(std::vector<Result<http::Response>> answers) : answers_(std::move(answers))
    {
    }
    Result<http::Response> send(const http::Request& request, std::stop_token) override
    {
        requests.push_back(request);
        return answers_.at(std::min(requests.size() - 1, answers_.size() - 1));
    }
    std::vector<http::Request> requests;

private:
    std::vector<Result<http::Response>> answers_;
};

http::Response answer(int status, const std::string& body)
{
    return {.status = status, .body = to_bytes(body)};
}

http::RetryOptions without_waiting()
{
    http::RetryOptions retry;
    retry.wait = [](std::stop_token, std::chrono::milliseconds) {
        return true;
    };
    return retry;
}

ClientSecretCredential::Identity identity()
{
    return {.tenant_id = "tenant", .client_id = "client", .client_secret = Secret("s3cr&t=")};
}

const std::string kGood = R"({"token_type":"Bearer","expires_in":3599,"access_token":"abc"})";
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'790'000'000)};

TEST(ClientSecretCredential, AsksForATokenByForm)
{
    FakeServer server({answer(200, kGood)});
    const FakeClock clock(kNow);
    ClientSecretCredential credential(server, Cloud(), identity(), without_waiting(), clock);

    ASSERT_OK_AND_LET(
        const AccessToken token, credential.token("https://storage.azure.com/.default", {})
    );

    EXPECT_EQ(token.text.reveal(), "abc");
    EXPECT_EQ(token.expires_at, kNow + std::chrono::seconds(3599));
    EXPECT_EQ(
        server.requests.at(0).url, "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"
    );
    EXPECT_EQ(
        as_text(server.requests.at(0).body),
        "grant_type=client_credentials&client_id=client&client_secret=s3cr%26t%3D"
        "&scope=https%3A%2F%2Fstorage.azure.com%2F.default"
    );
}

TEST(ClientSecretCredential, KeepsATokenUntilFiveMinutesBeforeItsEnd)
{
    FakeServer server({answer(200, kGood)});
    FakeClock clock(kNow);
    ClientSecretCredential credential(server, Cloud(), identity(), without_waiting(), clock);

    ASSERT_OK(credential.token("a", {}));
    clock.advance(std::chrono::seconds(3298));
    ASSERT_OK(credential.token("a", {}));
    EXPECT_EQ(server.requests.size(), 1U);
    ASSERT_OK(credential.token("b", {}));
    EXPECT_EQ(server.requests.size(), 2U);
    clock.advance(std::chrono::seconds(1));
    ASSERT_OK(credential.token("a", {}));
    EXPECT_EQ(server.requests.size(), 3U);
    credential.forget("a");
    ASSERT_OK(credential.token("a", {}));
    EXPECT_EQ(server.requests.size(), 4U);
}

TEST(ClientSecretCredential, SaysWhatIsWrongByTheCodeAndNeverTriesThatAgain)
{
    struct Case {
        int status;
        std::string body;
        ErrorCode code;
        std::string said;
    };
    const std::vector<Case> cases = {
        {401,
         R"({"error":"invalid_client","error_codes":[7000215],"trace_id":"T1"})",
         ErrorCode::Denied,
         "the client secret is wrong: AADSTS7000215 (trace_id T1)"},
        {401, R"({"error":"invalid_client","error_codes":[7000222]})", ErrorCode::Denied, "expired"
        },
        {400,
         R"({"error":"unauthorized_client","error_codes":[700016]})",
         ErrorCode::NotFound,
         "not known in this tenant"},
        {400,
         R"({"error":"invalid_request","error_codes":[90002]})",
         ErrorCode::NotFound,
         "the tenant does not exist"},
        {400,
         R"({"error":"invalid_scope","error_codes":[1002012]})",
         ErrorCode::InvalidInput,
         "scope"},
        {400,
         R"({"error":"other","error_codes":[1],"error_description":"Line.\r\nTrace"})",
         ErrorCode::Denied,
         "other: Line."},
        {400, "<html>", ErrorCode::Denied, "status 400"},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.body);
        FakeServer server({answer(one.status, one.body)});
        ClientSecretCredential credential(server, Cloud(), identity(), without_waiting());

        const auto token = credential.token("scope", {});

        EXPECT_ERROR(token, one.code);
        EXPECT_NE(token.error().text().find(one.said), std::string::npos) << token.error().text();
        EXPECT_EQ(token.error().text().find("s3cr"), std::string::npos);
        EXPECT_EQ(server.requests.size(), 1U);
    }
}

TEST(ClientSecretCredential, TriesAgainWhatPasses)
{
    FakeServer server(
        {Error{ErrorCode::Unavailable, "lost"}, answer(503, ""), answer(429, ""), answer(200, kGood)
        }
    );
    ClientSecretCredential credential(server, Cloud(), identity(), without_waiting());

    ASSERT_OK(credential.token("scope", {}));

    EXPECT_EQ(server.requests.size(), 4U);
}

TEST(ClientSecretCredential, TakesNoTokenThatIsNoneAndRepeatsNothingOfIt)
{
    for (const std::string body :
         {"",
          "[]",
          R"({"access_token":"SECRET"})",
          R"({"access_token":"","expires_in":1})",
          R"({"access_token":"SEC\r\nRET","expires_in":1})",
          R"({"access_token":"SECRET","expires_in":-1})"}) {
        SCOPED_TRACE(body);
        FakeServer server({answer(200, body)});
        ClientSecretCredential credential(server, Cloud(), identity(), without_waiting());

        const auto token = credential.token("scope", {});

        EXPECT_ERROR(token, ErrorCode::Corrupt);
        EXPECT_EQ(token.error().text().find("SEC"), std::string::npos);
    }
}

TEST(ManagedIdentityCredential, AsksTheMachineForItsResourceAndReadsNumbersAsText)
{
    FakeServer server({answer(404, ""), answer(200, R"({"access_token":"t","expires_in":"86400"})")}
    );
    const FakeClock clock(kNow);
    ManagedIdentityCredential credential(server, Cloud(), "c1", without_waiting(), clock);

    ASSERT_OK_AND_LET(
        const AccessToken token, credential.token("https://management.azure.com/.default", {})
    );

    EXPECT_EQ(token.expires_at, kNow + std::chrono::hours(24));
    EXPECT_EQ(
        server.requests.at(1).url,
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
        "&resource=https%3A%2F%2Fmanagement.azure.com%2F&client_id=c1"
    );
    EXPECT_EQ(server.requests.at(1).headers.find("Metadata"), "true");
}

TEST(ManagedIdentityCredential, DoesNotWaitForAMetadataServiceThatIsNotThere)
{
    FakeServer server({Error{ErrorCode::Unavailable, "no connection"}});
    ManagedIdentityCredential credential(server, Cloud(), "", without_waiting());

    const auto token = credential.token("scope", {});

    EXPECT_ERROR(token, ErrorCode::Unavailable);
    EXPECT_EQ(server.requests.size(), 1U);
    EXPECT_NE(token.error().hint().find("AZURE_CLIENT_SECRET"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::azure
