// SPDX-License-Identifier: Apache-2.0
// What the signed-in identity may do, and the custom role that would let it do everything that is needed.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::authorization {

/// One role's grant: an action is granted when a pattern of `actions` fits and none of `not_actions` does.
struct Permission {
    std::vector<std::string> actions{};
    std::vector<std::string> not_actions{};
    std::vector<std::string> data_actions{};
    std::vector<std::string> not_data_actions{};
};

/// `scope`: a subscription or a resource group.
Result<std::vector<Permission>>
list_permissions(arm::Client& client, const arm::ResourceId& scope, std::stop_token stop);

/// Without case; '*' in the pattern stands for any letters, also for '/'.
bool action_fits(std::string_view pattern, std::string_view action);
bool is_granted(const std::vector<Permission>& permissions, std::string_view action);
bool is_data_granted(const std::vector<Permission>& permissions, std::string_view action);

/// Actions that the operations of this program need, sorted, each once.
std::vector<std::string> needed_actions();
/// On blobs and queues, for identities that hold no account key.
std::vector<std::string> needed_data_actions();
/// The body of a role definition for one subscription, as az role definition create takes it.
Json custom_role(std::string_view subscription);

}  // namespace starkeep::azure::authorization
