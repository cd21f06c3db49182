// SPDX-License-Identifier: Apache-2.0
#include "appliance/azure_checks.hpp"

#include "appliance/azure_access.hpp"
#include "appliance/azure_task.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/authorization/permissions.hpp"
#include "azure/cosmos_accounts/cosmos_accounts.hpp"
#include "azure/postgres_clusters/postgres_clusters.hpp"
#include "base/result.hpp"
#include "fleet/network_plan.hpp"
#include "json/json.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::appliance {

namespace {

namespace authorization = azure::authorization;

Json found(
    const char* kind,
    const std::string& name,
    const std::string& region,
    const azure::arm::ResourceId& id,
    const std::string& account
)
{
    return {
        {"kind", kind},
        {"name", name},
        {"region", region},
        {"resource_id", id.text()},
        {"resource_group", id.group()},
        {"account", account}
    };
}

}  // namespace

Result<Json>
check_account(const AzureTools& tools, const std::string& account, std::stop_token stop)
{
    TRY_LET(
        const std::unique_ptr<AzureAccess> access,
        AzureAccess::open(tools.catalog, account, tools.cloud, tools.clock)
    );
    const std::string& subscription = access->account().subscription_id;
    TRY_LET(
        const std::vector<authorization::Permission> permissions,
        authorization::list_permissions(
            access->arm(), azure::arm::ResourceId::subscription_scope(subscription), stop
        )
    );
    bool complete = true;
    Json actions = Json::array();
    for (const std::string& action : authorization::needed_actions()) {
        const bool granted = authorization::is_granted(permissions, action);
        complete = complete && granted;
        actions.push_back({{"action", action}, {"granted", granted}});
    }
    return Json{
        {"account", account},
        {"subscription_id", subscription},
        {"complete", complete},
        {"actions", actions},
        {"custom_role", authorization::custom_role(subscription)}
    };
}

Result<Json>
discover_sources(const AzureTools& tools, const std::string& account, std::stop_token stop)
{
    TRY_LET(
        const std::unique_ptr<AzureAccess> access,
        AzureAccess::open(tools.catalog, account, tools.cloud, tools.clock)
    );
    const std::string& subscription = access->account().subscription_id;
    TRY_LET(
        const auto clusters,
        azure::postgres_clusters::list_clusters(access->arm(), subscription, stop)
    );
    TRY_LET(
        const auto accounts,
        azure::cosmos_accounts::list_accounts(access->arm(), subscription, stop)
    );
    Json items = Json::array();
    for (const auto& cluster : clusters) {
        items.push_back(found("postgres-cluster", cluster.name, cluster.region, cluster.id, account)
        );
    }
    for (const auto& cosmos : accounts) {
        if (cosmos.is_mongo()) {
            items.push_back(found("cosmos-account", cosmos.name, cosmos.region, cosmos.id, account)
            );
        }
    }
    return items;
}

Result<Json> plan_region(
    const AzureTools& tools,
    const std::string& account,
    const std::string& region,
    std::stop_token stop
)
{
    TRY_LET(
        const std::unique_ptr<AzureAccess> access,
        AzureAccess::open(tools.catalog, account, tools.cloud, tools.clock)
    );
    fleet::NetworkRequest request{.region = region};
    TRY_LET(request.deployment, deployment(tools.settings, access->account(), region));
    TRY_LET(
        const fleet::NetworkPlan plan,
        fleet::plan_network(access->services(std::move(stop)), request)
    );
    return fleet::to_json(plan);
}

}  // namespace starkeep::appliance
