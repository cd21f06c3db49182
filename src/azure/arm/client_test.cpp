// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "json/json.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace starkeep::azure::arm {
namespace {

Call get_network()
{
    return call_on(operation::kVirtualNetworksGet, network_id()).value();
}

TEST(ArmClient, SendsVersionTokenAndIdsWithACall)
{
    ScriptedAzure azure;
    azure.transport.answer(200, R"({"id":"x"})");

    ASSERT_OK(azure.client.call(get_network(), {}));

    EXPECT_EQ(
        azure.asked(0),
        "GET "
        "/subscriptions/sub/resourceGroups/group/providers/Microsoft.Network/virtualNetworks/net"
        "?api-version=2024-03-01"
    );
    const http::Headers& headers = azure.transport.requests[0].headers;
    EXPECT_EQ(headers.find("Authorization"), "Bearer token0");
    EXPECT_EQ(headers.find("x-ms-correlation-request-id"), "correlation-1");
    EXPECT_FALSE(headers.find("Content-Type").has_value());
}

TEST(ArmClient, GivesEveryAttemptARequestIdOfItsOwn)
{
    ScriptedAzure azure;
    azure.transport.answer(503);
    azure.transport.fail(ErrorCode::Unavailable);
    azure.transport.answer(200, "{}");

    ASSERT_OK(azure.client.call(get_network(), {}));

    std::set<std::optional<std::string>> ids;
    for (const http::Request& request : azure.transport.requests) {
        ids.insert(request.headers.find("x-ms-client-request-id"));
    }
    EXPECT_EQ(ids.size(), 3U);
}

TEST(ArmClient, RenewsARefusedTokenOnceOnly)
{
    ScriptedAzure azure;
    azure.transport.answer(401);
    azure.transport.answer(401, R"({"error":{"code":"AuthenticationFailed"}})");

    EXPECT_ERROR(azure.client.call(get_network(), {}), ErrorCode::Denied);

    ASSERT_EQ(azure.transport.requests.size(), 2U);
    EXPECT_EQ(azure.transport.requests[1].headers.find("Authorization"), "Bearer token1");
}

TEST(ArmClient, NeverRepeatsAPostWhoseAnswerWasLost)
{
    const ResourceId machine =
        ResourceId::make("sub", "group", "Microsoft.Compute/virtualMachines", "w");
    Call call = call_on(operation::kMachinesRunCommand, machine).value();
    call.body = Json::object();
    ScriptedAzure azure;
    azure.transport.fail(ErrorCode::Unavailable);

    EXPECT_ERROR(azure.client.begin(call, {}), ErrorCode::Unavailable);

    EXPECT_EQ(azure.transport.requests.size(), 1U);
}

TEST(ArmClient, WaitsAsLongAsAThrottlingServerAsks)
{
    ScriptedAzure azure;
    azure.transport.answer(429, "", {{"Retry-After", "7"}});
    azure.transport.answer(200, "{}");

    ASSERT_OK(azure.client.call(get_network(), {}));

    EXPECT_EQ(azure.pauses, std::vector{std::chrono::milliseconds(7000)});
}

TEST(ArmClient, WaitsForOtherChangesInTheSameNetwork)
{
    ScriptedAzure azure;
    const std::string busy = R"({"error":{"code":"AnotherOperationInProgress"}})";
    azure.transport.answer(409, busy);
    azure.transport.answer(409, busy);
    azure.transport.answer(200, R"({"id":"x","properties":{"provisioningState":"Succeeded"}})");
    Call call = call_on(operation::kVirtualNetworksPut, network_id()).value();
    call.body = Json::object();

    ASSERT_OK(azure.client.run(call, {}));

    ASSERT_EQ(azure.pauses.size(), 2U);
    EXPECT_EQ(azure.pauses[1], std::chrono::seconds(20));
}

TEST(ArmClient, StopsWaitingForOtherChangesAtLast)
{
    ScriptedAzure azure;
    for (int i = 0; i < 8; ++i) {
        azure.transport.answer(409, R"({"error":{"code":"AnotherOperationInProgress"}})");
    }

    EXPECT_ERROR(azure.client.call(get_network(), {}), ErrorCode::Conflict);
}

TEST(ArmClient, FollowsEveryPageAsItsLinkSays)
{
    ScriptedAzure azure;
    const std::string next = std::string(kPlane) + "/next?api-version=2024-03-01&$skiptoken=a%2Fb";
    azure.transport.answer(200, R"({"value":[{"n":1}],"nextLink":")" + next + "\"}");
    azure.transport.answer(200, R"({"value":[{"n":2}],"nextLink":""})");

    ASSERT_OK_AND_LET(
        const std::vector<Json> all,
        azure.client.list({.operation = operation::kSubscriptionsList}, {})
    );

    EXPECT_EQ(all.size(), 2U);
    EXPECT_EQ(azure.transport.requests[1].url, next);
}

TEST(ArmClient, DoesNotFollowAPageToAStrangerOrForEver)
{
    ScriptedAzure azure;
    azure.transport.answer(200, R"({"value":[],"nextLink":"https://evil.example/x"})");
    EXPECT_ERROR(
        azure.client.list({.operation = operation::kSubscriptionsList}, {}), ErrorCode::Corrupt
    );

    ScriptedAzure ring;
    const std::string page = R"({"value":[],"nextLink":")" + std::string(kPlane) + "/x\"}";
    ring.transport.answer(200, page);
    ring.transport.answer(200, page);
    EXPECT_ERROR(
        ring.client.list({.operation = operation::kSubscriptionsList}, {}), ErrorCode::Corrupt
    );
    EXPECT_EQ(azure.transport.requests.size(), 1U);
}

TEST(ArmClient, ShowsItsTokenToNoStrangerThatARedirectNames)
{
    ScriptedAzure azure;
    azure.transport.answer(307, "", {{"Location", "https://evil.example/x"}});

    EXPECT_ERROR(azure.client.call(get_network(), {}), ErrorCode::Denied);

    EXPECT_EQ(azure.transport.requests.size(), 1U);
}

TEST(ArmClient, RefusesTheIdOfSomethingElse)
{
    EXPECT_ERROR(call_on(operation::kSubnetsGet, network_id()), ErrorCode::InvalidInput);
    EXPECT_ERROR(
        call_on(operation::kVirtualNetworksGet, ResourceId::group_scope("sub", "group")),
        ErrorCode::InvalidInput
    );
    EXPECT_ERROR(
        call_on(
            operation::kVirtualNetworksGet,
            ResourceId::make("sub", "group", "Microsoft.Network/networkInterfaces", "net")
        ),
        ErrorCode::InvalidInput
    );
}

TEST(ArmClient, SaysOfAReplyThatIsNoJsonWhatWasAsked)
{
    ScriptedAzure azure;
    azure.transport.answer(200, "<html>");

    const Result<Json> reply = azure.client.call(get_network(), {});

    EXPECT_ERROR(reply, ErrorCode::Corrupt);
    EXPECT_NE(reply.error().text().find("read virtual network net"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::azure::arm
