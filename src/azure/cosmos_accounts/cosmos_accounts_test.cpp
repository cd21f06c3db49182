// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/cosmos_accounts/cosmos_accounts.hpp"
#include "azure/cosmos_accounts/restorable.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "sys/clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::cosmos_accounts {
namespace {

const arm::ResourceId kAccount =
    arm::ResourceId::make("sub", "group", "Microsoft.DocumentDB/databaseAccounts", "acct");

TEST(CosmosAccount, TellsThatItsBackupIsOnTheWayToContinuous)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        200,
        R"({"id":"/a","kind":"MongoDB","properties":{"backupPolicy":{"type":"Periodic","migrationState":{"status":"InProgress","targetType":"Continuous"}}}})"
    );

    ASSERT_OK_AND_LET(const Account account, get_account(azure.client, kAccount, {}));

    EXPECT_TRUE(account.is_mongo());
    EXPECT_TRUE(account.has_public_access);
    EXPECT_EQ(account.backup.kind, BackupKind::Periodic);
    EXPECT_EQ(account.backup.migration_state, "InProgress");
}

TEST(CosmosAccount, GetsItsTierByAPatchOfNothingElse)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        412,
        R"({"code":"PreconditionFailed","message":"There is already an operation in progress which requires exclusive lock"})"
    );
    azure.transport.answer(
        200,
        R"({"id":"/a","properties":{"provisioningState":"Succeeded","backupPolicy":{"type":"Continuous","continuousModeProperties":{"tier":"Continuous7Days"}}}})"
    );

    ASSERT_OK_AND_LET(
        const Account account,
        set_backup_tier(azure.client, kAccount, BackupKind::Continuous7Days, {})
    );

    EXPECT_EQ(account.backup.kind, BackupKind::Continuous7Days);
    EXPECT_EQ(
        as_text(azure.transport.requests[1].body),
        R"({"properties":{"backupPolicy":{"type":"Continuous","continuousModeProperties":{"tier":"Continuous7Days"}}}})"
    );
    EXPECT_ERROR(
        set_backup_tier(azure.client, kAccount, BackupKind::Periodic, {}), ErrorCode::InvalidInput
    );
}

TEST(CosmosAccount, GivesConnectionStringsWithAndWithoutTheirKind)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        200,
        R"({"connectionStrings":[{"connectionString":"mongodb://a:k@h","description":"d","keyKind":"Primary"},{"connectionString":"mongodb://b:k@h"}]})"
    );

    ASSERT_OK_AND_LET(
        const std::vector<ConnectionString> strings,
        list_connection_strings(azure.client, kAccount, {})
    );

    EXPECT_EQ(strings.at(0).key_kind, "Primary");
    EXPECT_EQ(strings.at(1).value.reveal(), "mongodb://b:k@h");
}

TEST(CosmosAccount, NameIsTakenWhenAzureFindsIt)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(200);
    azure.transport.answer(404);

    ASSERT_OK_AND_LET(const bool taken, is_name_taken(azure.client, "acct", {}));
    ASSERT_OK_AND_LET(const bool free_name, is_name_taken(azure.client, "acct", {}));

    EXPECT_TRUE(taken);
    EXPECT_FALSE(free_name);
    EXPECT_TRUE(
        azure.asked(0).starts_with("HEAD /providers/Microsoft.DocumentDB/databaseAccountNames/acct")
    );
}

TEST(RestorableTime, IsReadInBothOfItsForms)
{
    struct Case {
        std::string_view text;
        std::string_view time;
    };
    for (const Case& each : {
             Case{"2026-02-05T02:40:50Z", "2026-02-05T02:40:50Z"},
             Case{"2/5/2026 2:40:50 AM", "2026-02-05T02:40:50Z"},
             Case{"12/31/2026 12:00:01 AM", "2026-12-31T00:00:01Z"},
             Case{"12/31/2026 12:00:01 PM", "2026-12-31T12:00:01Z"},
             Case{"2/30/2026 2:40:50 AM", ""},
             Case{"2/5/2026 13:40:50 PM", ""},
             Case{"2/5/2026 2:40 AM", ""},
             Case{"soon", ""},
         }) {
        SCOPED_TRACE(each.text);
        arm::ScriptedAzure azure;
        azure.transport.answer(
            200,
            R"({"continuousBackupInformation":{"latestRestorableTimestamp":")" +
                std::string(each.text) + "\"}}"
        );
        const auto time = latest_restorable_time(azure.client, kAccount, {"db", "c"}, "westus", {});
        if (each.time.empty()) {
            EXPECT_ERROR(time, ErrorCode::Corrupt);
        } else {
            ASSERT_OK(time);
            EXPECT_EQ(sys::format_rfc3339(*time), each.time);
        }
    }
}

TEST(CosmosRestore, IsPrivateUnlessAsked)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(200, R"({"id":"/a","properties":{"provisioningState":"Succeeded"}})");

    ASSERT_OK(restore_account(
        azure.client,
        kAccount,
        {.region = "West US", .source = kAccount, .selection = {{.database = "d"}}},
        {}
    ));

    const std::string_view body = as_text(azure.transport.requests[0].body);
    EXPECT_NE(body.find(R"("publicNetworkAccess":"Disabled")"), std::string::npos);
    EXPECT_NE(
        body.find(R"("databasesToRestore":[{"databaseName":"d","collectionNames":[]}])"),
        std::string::npos
    );
}

}  // namespace
}  // namespace starkeep::azure::cosmos_accounts
