// SPDX-License-Identifier: Apache-2.0
#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "appliance/azure_checks.hpp"
#include "appliance/users.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::api {

namespace {

using appliance::Role;

Result<std::string> query_text(const Call& call, std::string_view key)
{
    const auto found = call.query.find(key);
    if (found == call.query.end() || found->second.empty()) {
        return Error{ErrorCode::InvalidInput, "query " + std::string(key) + " is missing"};
    }
    return found->second;
}

Result<Answer> check_account(Call& call)
{
    TRY_LET(
        Json said,
        appliance::check_account(
            call.appliance.azure(), call.path.at("name"), call.appliance.stopping()
        )
    );
    return Answer{.body = std::move(said)};
}

Result<Answer> discover(Call& call)
{
    TRY_LET(
        const Json items,
        appliance::discover_sources(
            call.appliance.azure(), call.path.at("name"), call.appliance.stopping()
        )
    );
    return Answer{.body = {{"items", items}}};
}

Result<Answer> plan_network(Call& call)
{
    TRY_LET(const std::string region, query_text(call, "region"));
    TRY_LET(
        Json plan,
        appliance::plan_region(
            call.appliance.azure(), call.path.at("name"), region, call.appliance.stopping()
        )
    );
    return Answer{.body = std::move(plan)};
}

Result<Answer> apply_network(Call& call)
{
    TRY_LET(const std::string id, call.appliance.begin_network(call.body, call.caller.user));
    return Answer{.status = 202, .body = {{"id", id}}};
}

}  // namespace

std::vector<Route> azure_routes()
{
    return {
        {.method = "GET",
         .path = "/api/v1/accounts/{name}/check",
         .id = "account_check",
         .summary = "Every needed action of Azure: granted or missing; and the "
                    "custom role",
         .role = Role::Operator,
         .response = "AccountCheck",
         .handle = check_account},
        {.method = "GET",
         .path = "/api/v1/accounts/{name}/sources",
         .id = "source_discover",
         .summary = "Clusters and accounts that it sees",
         .role = Role::Operator,
         .response = "Discovered",
         .handle = discover},
        {.method = "GET",
         .path = "/api/v1/accounts/{name}/network",
         .id = "network_plan",
         .summary = "What workers of a region need, and have",
         .role = Role::Operator,
         .response = "document",
         .query = {"region"},
         .handle = plan_network},
        {.method = "POST",
         .path = "/api/v1/networks",
         .id = "network_apply",
         .summary = "Begin a session that makes what is missing",
         .role = Role::Operator,
         .request = "NetworkInput",
         .response = "SessionBegun",
         .status = 202,
         .handle = apply_network},
    };
}

}  // namespace starkeep::api
