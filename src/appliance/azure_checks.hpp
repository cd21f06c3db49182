// SPDX-License-Identifier: Apache-2.0
// Questions to Azure that change nothing there: rights of an account, sources
// that it sees, what a region's network lacks.
#pragma once

#include "appliance/azure_task.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>

namespace starkeep::appliance {

/// {"account", "subscription_id", "complete", "actions": [{"action",
/// "granted"}], "custom_role"}
Result<Json>
check_account(const AzureTools& tools, const std::string& account, std::stop_token stop);

/// Clusters and MongoDB accounts of the account's subscription:
/// [{"kind", "name", "region", "resource_id", "resource_group", "account"}]
Result<Json>
discover_sources(const AzureTools& tools, const std::string& account, std::stop_token stop);

/// What workers of `region` need and have, as fleet::to_json tells it.
Result<Json> plan_region(
    const AzureTools& tools,
    const std::string& account,
    const std::string& region,
    std::stop_token stop
);

}  // namespace starkeep::appliance
