// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/authorization/permissions.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::authorization {
namespace {

TEST(Permissions, FitByStarsWithoutCase)
{
    struct Case {
        std::string_view pattern;
        std::string_view action;
        bool fits;
    };
    for (const Case& each : {
             Case{"*", "Microsoft.Compute/skus/read", true},
             Case{"*/read", "microsoft.compute/skus/READ", true},
             Case{"*/read", "Microsoft.Compute/skus/write", false},
             Case{"Microsoft.Compute/*/read", "Microsoft.Compute/skus/read", true},
             Case{"Microsoft.Compute/*", "Microsoft.Network/virtualNetworks/read", false},
             Case{"a*b*c", "aXbYbc", true},
             Case{"a*b*c", "aXbYb", false},
             Case{"", "a", false},
             Case{"abc", "ab", false},
         }) {
        SCOPED_TRACE(std::string(each.pattern) + " on " + std::string(each.action));
        EXPECT_EQ(action_fits(each.pattern, each.action), each.fits);
    }
}

TEST(Permissions, AreTakenBackByTheirOwnRoleOnly)
{
    const Permission contributor{
        .actions = {"*"}, .not_actions = {"Microsoft.Authorization/*/write"}
    };
    const Permission writer{.actions = {"Microsoft.Authorization/roleAssignments/write"}};
    constexpr std::string_view kWrite = "Microsoft.Authorization/roleAssignments/write";

    EXPECT_FALSE(is_granted({contributor}, kWrite));
    EXPECT_TRUE(is_granted({contributor, writer}, kWrite));
    EXPECT_FALSE(is_data_granted({contributor}, kWrite));
}

TEST(Permissions, AreAskedForAtTheScopeOfAGroupOrSubscription)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(200, R"({"value":[{"actions":["*/read"],"notActions":[]}]})");
    azure.transport.answer(200, R"({"value":[]})");

    ASSERT_OK_AND_LET(
        const std::vector<Permission> permissions,
        list_permissions(azure.client, arm::ResourceId::group_scope("s", "g"), {})
    );
    EXPECT_OK(list_permissions(azure.client, arm::ResourceId::subscription_scope("s"), {}));

    EXPECT_TRUE(is_granted(permissions, "Microsoft.Compute/skus/read"));
    EXPECT_EQ(
        azure.asked(1),
        "GET /subscriptions/s/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
    );
}

TEST(CustomRole, NamesEachActionOnceAndNoneThatAzureDoesNotKnow)
{
    const std::vector<std::string> actions = needed_actions();

    EXPECT_EQ(std::ranges::adjacent_find(actions), actions.end());
    EXPECT_TRUE(
        std::ranges::count(actions, "Microsoft.Network/virtualNetworks/subnets/join/action") == 1
    );
    for (const std::string& action : actions) {
        EXPECT_TRUE(action.starts_with("Microsoft.")) << action;
        EXPECT_EQ(action.find("retrieveContinuousBackupInformation"), std::string::npos);
    }
}

}  // namespace
}  // namespace starkeep::azure::authorization
