// SPDX-License-Identifier: Apache-2.0
// Subscriptions, regions, resource groups, tags and provider registration.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::resources {

struct Subscription {
    std::string id{};  ///< the bare identifier
    std::string name{};
    std::string tenant{};
    std::string state{};
};

struct Region {
    std::string name{};  ///< normalised: "westeurope"
    std::string display_name{};
    std::vector<std::string> zones{};
};

struct ResourceGroup {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::string provisioning_state{};
};

/// Any resource, as lists by tag show it.
struct Resource {
    arm::ResourceId id{};
    std::string name{};
    std::string type{};
    std::string region{};
    arm::Tags tags{};
};

struct TagFilter {
    std::string name;
    std::string value;
};

Result<std::vector<Subscription>> list_subscriptions(arm::Client& client, std::stop_token stop);
Result<Subscription>
get_subscription(arm::Client& client, std::string_view subscription, std::stop_token stop);
Result<std::vector<Region>>
list_regions(arm::Client& client, std::string_view subscription, std::stop_token stop);

/// `id`: ResourceId::group_scope.
Result<ResourceGroup>
get_resource_group(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
Result<std::vector<ResourceGroup>>
list_resource_groups(arm::Client& client, std::string_view subscription, std::stop_token stop);
/// Errors: also Conflict when the group is there in another region.
Result<ResourceGroup> put_resource_group(
    arm::Client& client,
    const arm::ResourceId& id,
    std::string_view region,
    const arm::Tags& tags,
    std::stop_token stop
);
/// With everything in it. An absent one is no error.
Result<void>
remove_resource_group(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

/// What carries the tag; seconds to a minute behind the writing of a tag.
Result<std::vector<Resource>> list_resources(
    arm::Client& client, std::string_view subscription, const TagFilter& tag, std::stop_token stop
);
/// Adds or replaces these tags of a resource and leaves its others alone.
Result<void> merge_tags(
    arm::Client& client, const arm::ResourceId& id, const arm::Tags& tags, const arm::Wait& wait
);

/// "Registered", "Registering", "NotRegistered" …
Result<std::string> provider_state(
    arm::Client& client,
    std::string_view subscription,
    std::string_view provider,
    std::stop_token stop
);
/// Asks for registration and returns the state after asking; registering takes minutes.
Result<std::string> register_provider(
    arm::Client& client,
    std::string_view subscription,
    std::string_view provider,
    std::stop_token stop
);

}  // namespace starkeep::azure::resources
