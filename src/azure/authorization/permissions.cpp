// SPDX-License-Identifier: Apache-2.0
#include "azure/authorization/permissions.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/verbs.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::authorization {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;

/// Needed beside the actions of the operations: reading the status of long-running ones, and approving an endpoint at its
/// target, which the making of an endpoint does behind the scenes.
/// Source: Azure's list of resource provider operations, 2026-11.
constexpr std::array<std::string_view, 11> kUnseenActions{
    "Microsoft.Compute/locations/operations/read",
    "Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read",
    "Microsoft.DBforPostgreSQL/locations/operationResults/read",
    "Microsoft.DBforPostgreSQL/serverGroupsv2/privateEndpointConnectionsApproval/action",
    "Microsoft.DocumentDB/databaseAccounts/PrivateEndpointConnectionsApproval/action",
    "Microsoft.DocumentDB/databaseAccounts/operationResults/read",
    "Microsoft.DocumentDB/locations/operationsStatus/read",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "Microsoft.Network/locations/operationResults/read",
    "Microsoft.Network/locations/operations/read",
    "Microsoft.Storage/storageAccounts/PrivateEndpointConnectionsApproval/action",
};

constexpr std::array<std::string_view, 9> kDataActions{
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/add/action",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/delete",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/write",
};

/// Its actions exist in no published list, and a role that names one is refused.
bool is_unlisted(std::string_view action)
{
    return action.ends_with("/retrieveContinuousBackupInformation/action") ||
           action.starts_with("{");
}

Result<Permission> parse_permission(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "permission");
    return fault.or_value(Permission{
        .actions = reader.texts("actions"),
        .not_actions = reader.texts("notActions"),
        .data_actions = reader.texts("dataActions"),
        .not_data_actions = reader.texts("notDataActions")
    });
}

bool any_fits(const std::vector<std::string>& patterns, std::string_view action)
{
    return std::ranges::any_of(patterns, [action](const std::string& pattern) {
        return action_fits(pattern, action);
    });
}

}  // namespace

Result<std::vector<Permission>>
list_permissions(arm::Client& client, const arm::ResourceId& scope, std::stop_token stop)
{
    const arm::Operation& operation = scope.group().empty()
                                          ? arm::operation::kPermissionsListForSubscription
                                          : arm::operation::kPermissionsList;
    TRY_LET(const arm::Call call, arm::call_on(operation, scope));
    return arm::list_by(client, call, parse_permission, stop);
}

bool action_fits(std::string_view pattern, std::string_view action)
{
    const std::string wanted = arm::lower_case(action);
    const std::string with = arm::lower_case(pattern);
    std::size_t p = 0;
    std::size_t a = 0;
    // The last star and where it began to match; a star that took too little takes one more.
    std::size_t star = std::string::npos;
    std::size_t taken = 0;
    while (a < wanted.size()) {
        if (p < with.size() && with[p] == '*') {
            star = p++;
            taken = a;
        } else if (p < with.size() && with[p] == wanted[a]) {
            ++p;
            ++a;
        } else if (star != std::string::npos) {
            p = star + 1;
            a = ++taken;
        } else {
            return false;
        }
    }
    return with.find_first_not_of('*', p) == std::string::npos;
}

bool is_granted(const std::vector<Permission>& permissions, std::string_view action)
{
    return std::ranges::any_of(permissions, [action](const Permission& permission) {
        return any_fits(permission.actions, action) && !any_fits(permission.not_actions, action);
    });
}

bool is_data_granted(const std::vector<Permission>& permissions, std::string_view action)
{
    return std::ranges::any_of(permissions, [action](const Permission& permission) {
        return any_fits(permission.data_actions, action) &&
               !any_fits(permission.not_data_actions, action);
    });
}

std::vector<std::string> needed_actions()
{
    std::set<std::string> actions(kUnseenActions.begin(), kUnseenActions.end());
    for (const arm::Operation& operation : arm::operations()) {
        std::string_view rest = operation.actions;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find(' '), rest.size());
            if (!is_unlisted(rest.substr(0, end))) {
                actions.emplace(rest.substr(0, end));
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return {actions.begin(), actions.end()};
}

std::vector<std::string> needed_data_actions()
{
    return {kDataActions.begin(), kDataActions.end()};
}

Json custom_role(std::string_view subscription)
{
    Json permission = Json::object();
    permission["actions"] = needed_actions();
    permission["notActions"] = Json::array();
    permission["dataActions"] = needed_data_actions();
    permission["notDataActions"] = Json::array();
    Json role = Json::object();
    Json& properties = role["properties"];
    properties["roleName"] = "Starkeep appliance";
    properties["type"] = "CustomRole";
    properties["description"] = "What a Starkeep appliance needs to protect Azure Cosmos DB with "
                                "workers in a private network.";
    properties["assignableScopes"] = Json::array({"/subscriptions/" + std::string(subscription)});
    properties["permissions"] = Json::array({std::move(permission)});
    return role;
}

}  // namespace starkeep::azure::authorization
