// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "json/json.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {
namespace {

const std::string kStatus = std::string(kPlane) + "/operations/1?t=638&c=MII%2B&s=x";
const std::string kResult = std::string(kPlane) + "/operations/1?t=638&monitor=true";
constexpr std::string_view kUpdating =
    R"({"id":"x","properties":{"provisioningState":"Updating"}})";
constexpr std::string_view kReady = R"({"id":"x","properties":{"provisioningState":"Succeeded"}})";

Call put_network()
{
    Call call = call_on(operation::kVirtualNetworksPut, network_id()).value();
    call.body = Json::object();
    return call;
}

Call remove_network()
{
    return call_on(operation::kVirtualNetworksDelete, network_id()).value();
}

Call run_command()
{
    const ResourceId machine =
        ResourceId::make("sub", "group", "Microsoft.Compute/virtualMachines", "w");
    Call call = call_on(operation::kMachinesRunCommand, machine).value();
    call.body = Json::object();
    return call;
}

TEST(LongOperation, OfAStatusDocumentEndsWithTheResource)
{
    ScriptedAzure azure;
    azure.transport.answer(
        201, kUpdating, {{"Azure-AsyncOperation", kStatus}, {"Retry-After", "3"}}
    );
    azure.transport.answer(200, R"({"status":"InProgress"})");
    azure.transport.answer(200, R"({"status":"succeeded"})");
    azure.transport.answer(200, kReady);

    ASSERT_OK_AND_LET(const Json network, azure.client.run(put_network(), {}));

    EXPECT_EQ(network["properties"]["provisioningState"], "Succeeded");
    EXPECT_EQ(azure.transport.requests[1].url, kStatus);
    EXPECT_EQ(azure.transport.requests[3].url, azure.transport.requests[0].url);
    EXPECT_EQ(
        azure.pauses,
        (std::vector<std::chrono::milliseconds>{std::chrono::seconds(3), std::chrono::seconds(30)})
    );
}

TEST(LongOperation, ThatFailedSaysWhatTheStatusDocumentSays)
{
    ScriptedAzure azure;
    azure.transport.answer(201, kUpdating, {{"Azure-AsyncOperation", kStatus}});
    azure.transport.answer(
        200, R"({"status":"Failed","error":{"code":"SubnetIsFull","message":"no room"}})"
    );

    const Result<Json> made = azure.client.run(put_network(), {});

    EXPECT_ERROR(made, ErrorCode::NoSpace);
    EXPECT_EQ(
        made.error().message(),
        "cannot make virtual network net: the operation ended as Failed: SubnetIsFull: no room"
    );
}

TEST(LongOperation, OfALocationEndsWithItsBody)
{
    ScriptedAzure azure;
    const ResourceId account =
        ResourceId::make("sub", "group", "Microsoft.Storage/storageAccounts", "abc");
    azure.transport.answer(202, "", {{"Location", kResult}, {"Retry-After", "17"}});
    azure.transport.answer(202, "", {{"Location", kStatus}});
    azure.transport.answer(200, kReady);
    Call call = call_on(operation::kStoragePut, account).value();
    call.body = Json::object();

    ASSERT_OK_AND_LET(const Json made, azure.client.run(call, {}));

    EXPECT_EQ(made["id"], "x");
    EXPECT_EQ(azure.transport.requests[1].url, kResult);
    EXPECT_EQ(azure.transport.requests[2].url, kStatus);
}

TEST(LongOperation, WithoutHeadersIsSeenInTheResource)
{
    ScriptedAzure azure;
    azure.transport.answer(200, kUpdating);
    azure.transport.answer(200, kUpdating);
    azure.transport.answer(200, kReady);

    ASSERT_OK_AND_LET(const Json made, azure.client.run(put_network(), {}));

    EXPECT_EQ(made["properties"]["provisioningState"], "Succeeded");
    EXPECT_EQ(azure.transport.requests.size(), 3U);
}

TEST(LongOperation, ThatIsDoneAtOnceIsNotPolled)
{
    ScriptedAzure azure;
    azure.transport.answer(200, kReady);
    int kept = 0;

    ASSERT_OK(azure.client.run(put_network(), {.keep = [&](const OperationHandle&) {
                                   ++kept;
                               }}));

    EXPECT_EQ(azure.transport.requests.size(), 1U);
    EXPECT_EQ(kept, 0);
}

TEST(LongOperation, OfAPostTakesItsResultFromTheLocation)
{
    ScriptedAzure azure;
    azure.transport.answer(202, "", {{"Azure-AsyncOperation", kStatus}, {"Location", kResult}});
    azure.transport.answer(200, R"({"status":"Succeeded","properties":{"output":{"value":[]}}})");
    azure.transport.answer(200, R"({"value":[{"message":"hello"}]})");

    ASSERT_OK_AND_LET(const Json result, azure.client.run(run_command(), {}));

    EXPECT_EQ(result["value"][0]["message"], "hello");
    EXPECT_EQ(azure.transport.requests[2].url, kResult);
}

TEST(LongOperation, OfAPostWithoutLocationTakesItFromTheStatus)
{
    ScriptedAzure azure;
    azure.transport.answer(202, "", {{"Azure-AsyncOperation", kStatus}});
    azure.transport.answer(200, R"({"status":"Succeeded","properties":{"output":{"value":[1]}}})");

    ASSERT_OK_AND_LET(const Json result, azure.client.run(run_command(), {}));

    EXPECT_EQ(result["value"][0], 1);
}

TEST(LongOperation, OfADeletionHasNoResultWhateverItsForm)
{
    ScriptedAzure status;
    status.transport.answer(202, "", {{"Azure-AsyncOperation", kStatus}, {"Location", kResult}});
    status.transport.answer(200, R"({"status":"Succeeded"})");
    ASSERT_OK_AND_LET(const Json none, status.client.run(remove_network(), {}));
    EXPECT_TRUE(none.is_null());

    // The examples of private endpoints call an operationResults URL by the name of a status document.
    ScriptedAzure disguised;
    disguised.transport.answer(202, "", {{"Azure-AsyncOperation", kResult}});
    disguised.transport.answer(202);
    disguised.transport.answer(204);
    EXPECT_OK(disguised.client.run(remove_network(), {}));
    EXPECT_TRUE(disguised.transport.is_used_up());

    ScriptedAzure silent;
    silent.transport.answer(202);
    silent.transport.answer(200, kUpdating);
    silent.transport.answer(404);
    EXPECT_OK(silent.client.run(remove_network(), {}));
    EXPECT_TRUE(silent.transport.is_used_up());
}

TEST(LongOperation, GoesOnInAnotherProcessFromItsKeptHandle)
{
    Json kept;
    {
        ScriptedAzure azure;
        azure.transport.answer(202, "", {{"Azure-AsyncOperation", kStatus}, {"Location", kResult}});
        std::stop_source stop;
        const Wait wait{.stop = stop.get_token(), .keep = [&](const OperationHandle& handle) {
                            kept = to_json(handle);
                            stop.request_stop();
                        }};
        EXPECT_ERROR(azure.client.run(run_command(), wait), ErrorCode::Cancelled);
    }
    ASSERT_OK_AND_LET(const Json read, json::parse(json::format(kept)));
    ASSERT_OK_AND_LET(const OperationHandle handle, parse_operation_handle(read));
    ScriptedAzure again;
    again.transport.answer(200, R"({"status":"Succeeded"})");
    again.transport.answer(200, R"({"value":[]})");

    ASSERT_OK_AND_LET(const Json result, again.client.wait(handle, {}));

    EXPECT_TRUE(result["value"].is_array());
    EXPECT_EQ(again.asked(0), "GET /operations/1?t=638&c=MII%2B&s=x");
}

TEST(LongOperation, EndsWhenItsTimeIsUp)
{
    ScriptedAzure azure;
    azure.transport.answer(
        201, kUpdating, {{"Azure-AsyncOperation", kStatus}, {"Retry-After", "500"}}
    );
    azure.transport.answer(200, R"({"status":"Running"})", {{"Retry-After", "500"}});
    azure.transport.answer(200, R"({"status":"Running"})");

    const Result<Json> made = azure.client.run(put_network(), {});

    EXPECT_ERROR(made, ErrorCode::TimedOut);
    // Fifteen minutes: 500 s, then what is left of them.
    EXPECT_EQ(azure.pauses.back(), std::chrono::seconds(400));
}

TEST(LongOperation, OutlivesAPollThatGetsNoAnswer)
{
    ScriptedAzure azure;
    azure.transport.answer(201, kUpdating, {{"Azure-AsyncOperation", kStatus}});
    for (int i = 0; i < 6; ++i) {
        azure.transport.fail(ErrorCode::Unavailable);
    }
    azure.transport.answer(200, R"({"status":"Succeeded"})");
    azure.transport.answer(200, kReady);

    EXPECT_OK(azure.client.run(put_network(), {}));
    EXPECT_TRUE(azure.transport.is_used_up());
}

TEST(LongOperation, LooksAtTheResourceWhenItsPollIsRefused)
{
    ScriptedAzure azure;
    azure.transport.answer(
        200, kUpdating, {{"Azure-AsyncOperation", kStatus}, {"Location", kResult}}
    );
    azure.transport.answer(403, R"({"code":"Forbidden","message":"the account does not exist"})");
    azure.transport.answer(404);
    azure.transport.answer(200, kUpdating);
    azure.transport.answer(200, kReady);
    std::vector<PollForm> forms;

    ASSERT_OK(azure.client.run(put_network(), {.keep = [&](const OperationHandle& handle) {
                                   forms.push_back(handle.form);
                               }}));

    EXPECT_EQ(forms, (std::vector{PollForm::AzureAsyncOperation, PollForm::Resource}));
}

TEST(LongOperation, IsNotPolledAtAStrangersHost)
{
    ScriptedAzure azure;
    azure.transport.answer(201, kUpdating, {{"Azure-AsyncOperation", "https://evil.example/1"}});

    EXPECT_ERROR(azure.client.run(put_network(), {}), ErrorCode::Denied);

    EXPECT_EQ(azure.transport.requests.size(), 1U);
}

TEST(LongOperation, IsPolledAtARegionalHost)
{
    ScriptedAzure azure;
    azure.transport.answer(
        202, "", {{"Location", "https://westeurope.management.azure.com/operations/1"}}
    );
    azure.transport.answer(204);

    EXPECT_OK(azure.client.run(remove_network(), {}));
}

TEST(OperationHandle, IsRefusedWhenItsFileWasChanged)
{
    const OperationHandle handle{.operation = "VirtualNetworksPut", .what = "make it"};
    const Json good = to_json(handle);
    EXPECT_OK(parse_operation_handle(good));

    for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{
             {"operation", "Nothing"},
             {"form", "new"},
             {"deadline", "soon"},
             {"retry_after_ms", 600'001},
             {"retry_after_ms", "x"},
             {"poll_url", std::string(20000, 'a')},
         }) {
        SCOPED_TRACE(key);
        Json bad = good;
        bad[key] = value;
        EXPECT_ERROR(parse_operation_handle(bad), ErrorCode::Corrupt);
    }
}

}  // namespace
}  // namespace starkeep::azure::arm
