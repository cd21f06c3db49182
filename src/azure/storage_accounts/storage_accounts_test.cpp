// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::storage_accounts {
namespace {

const arm::ResourceId kAccount =
    arm::ResourceId::make("sub", "group", "Microsoft.Storage/storageAccounts", "abc");

TEST(StorageAccount, IsMadeClosedToThePublicUnlessAsked)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(202, "", {{"Location", "https://management.azure.com/a?monitor=true"}});
    azure.transport.answer(
        200,
        R"({"id":"/subscriptions/sub/resourceGroups/group/providers/Microsoft.Storage/storageAccounts/abc","location":"westeurope",
            "properties":{"provisioningState":"Succeeded","publicNetworkAccess":"Disabled","primaryEndpoints":{"blob":"https://abc.blob.core.windows.net/"}}})"
    );

    ASSERT_OK_AND_LET(
        const StorageAccount account,
        put_storage_account(azure.client, kAccount, {.region = "westeurope"}, {})
    );

    EXPECT_FALSE(account.has_public_access);
    EXPECT_EQ(account.blob_endpoint, "https://abc.blob.core.windows.net/");
    const std::string_view body = as_text(azure.transport.requests[0].body);
    EXPECT_NE(body.find(R"("publicNetworkAccess":"Disabled")"), std::string::npos);
    EXPECT_NE(body.find(R"("minimumTlsVersion":"TLS1_2")"), std::string::npos);
}

TEST(StorageAccount, SaysThatItsNameIsSomebodyElses)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        409, R"({"error":{"code":"StorageAccountAlreadyTaken","message":"taken"}})"
    );

    EXPECT_ERROR(
        put_storage_account(azure.client, kAccount, {.region = "westeurope"}, {}), ErrorCode::Exists
    );
}

TEST(StorageAccount, HasANameThatAzureTakes)
{
    EXPECT_OK(check_account_name("skp0123456789abcdef01234"));
    for (const std::string_view name : {"ab", "Abc", "a-b", "skp0123456789abcdef012345"}) {
        SCOPED_TRACE(name);
        EXPECT_ERROR(check_account_name(name), ErrorCode::InvalidInput);
    }
}

TEST(StorageAccount, GivesItsKeysToAPost)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        200, R"({"keys":[{"keyName":"key1","value":"c2VjcmV0","permissions":"FULL"}]})"
    );
    azure.transport.answer(200, R"({"keys":[]})");

    ASSERT_OK_AND_LET(const std::vector<AccountKey> keys, list_keys(azure.client, kAccount, {}));

    EXPECT_EQ(keys.at(0).value.reveal(), "c2VjcmV0");
    EXPECT_TRUE(azure.asked(0).starts_with("POST "));
    EXPECT_ERROR(list_keys(azure.client, kAccount, {}), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::azure::storage_accounts
