// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/compute/run_command.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "json/json.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace starkeep::azure::compute {
namespace {

TEST(RunCommand, TellsOutputErrorsAndStatusApart)
{
    const ScriptOutput output =
        parse_run_command_message("Enable succeeded: \n[stdout]\nhello\n##RC=3\n\n[stderr]\noh\n");

    EXPECT_EQ(output.exit_code, 3);
    EXPECT_EQ(output.out, "hello\n");
    EXPECT_EQ(output.error, "oh\n");
    EXPECT_FALSE(output.succeeded());
}

TEST(RunCommand, IsNoSuccessWithoutTheMarker)
{
    EXPECT_FALSE(
        parse_run_command_message("Enable succeeded: \n[stdout]\nhello\n\n[stderr]\n").succeeded()
    );
    EXPECT_FALSE(parse_run_command_message("").succeeded());
    EXPECT_FALSE(parse_run_command_message("Enable failed: timeout").succeeded());
}

TEST(RunCommand, TakesOnlyAWholeMarkerLineAndTheLastOne)
{
    struct Case {
        std::string line;
        std::optional<int> code;
    };
    for (const Case& each : {
             Case{"##RC=0", 0},
             Case{"##RC=1\n##RC=0", 0},
             Case{"said ##RC=0", std::nullopt},
             Case{"##RC=0\nsaid ##RC=9", 0},
             Case{"##RC=", std::nullopt},
             Case{"##RC=0x", std::nullopt},
             Case{"##RC=-1", std::nullopt},
             Case{"##RC=256", std::nullopt},
             Case{"##RC=0\r", 0},
         }) {
        SCOPED_TRACE(each.line);
        const ScriptOutput output = parse_run_command_message(
            "Enable succeeded: \n[stdout]\n" + each.line + "\n\n[stderr]\n"
        );
        EXPECT_EQ(output.exit_code, each.code);
    }
}

TEST(RunCommand, SendsItsLinesOnceAndReadsTheAnswer)
{
    arm::ScriptedAzure azure;
    const arm::ResourceId machine =
        arm::ResourceId::make("sub", "group", "Microsoft.Compute/virtualMachines", "w");
    const std::string status = std::string(arm::kPlane) + "/o?s=1";
    azure.transport.answer(
        202, "", {{"Azure-AsyncOperation", status}, {"Location", status + "&m=1"}}
    );
    azure.transport.answer(200, R"({"status":"Succeeded"})");
    azure.transport.answer(
        200,
        R"({"value":[{"code":"ProvisioningState/succeeded","message":"Enable succeeded: \n[stdout]\n##RC=0\n\n[stderr]\n"}]})"
    );

    ASSERT_OK_AND_LET(
        arm::OperationHandle handle,
        begin_run_command(azure.client, machine, {"#!/bin/bash", "true"}, {})
    );
    ASSERT_OK_AND_LET(
        const ScriptOutput output, finish_run_command(azure.client, std::move(handle), {})
    );

    EXPECT_TRUE(output.succeeded());
    EXPECT_EQ(
        as_text(azure.transport.requests[0].body),
        R"({"commandId":"RunShellScript","script":["#!/bin/bash","true"]})"
    );
}

TEST(RunCommand, SaysThatAnotherOneRuns)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        409,
        R"({"error":{"code":"Conflict","message":"Run command extension execution is in progress."}})"
    );

    EXPECT_ERROR(
        begin_run_command(
            azure.client,
            arm::ResourceId::make("sub", "group", "Microsoft.Compute/virtualMachines", "w"),
            {"true"},
            {}
        ),
        ErrorCode::Conflict
    );
}

TEST(RunCommand, RefusesAnEmptyResult)
{
    EXPECT_ERROR(parse_run_command_result(Json::object()), ErrorCode::Corrupt);
    EXPECT_ERROR(parse_run_command_result(Json()), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::azure::compute
