// SPDX-License-Identifier: Apache-2.0
#include "azure/resources/resources.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::resources {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

Result<Subscription> parse_subscription(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "subscription");
    return fault.or_value(Subscription{
        .id = reader.needed_text("subscriptionId"),
        .name = reader.text("displayName"),
        .tenant = reader.text("tenantId"),
        .state = reader.text("state")
    });
}

Result<Region> parse_region(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "region");
    Region region{
        .name = arm::normalize_region(reader.needed_text("name")),
        .display_name = reader.text("displayName")
    };
    for (const ReplyReader& zone : reader.objects("availabilityZoneMappings")) {
        region.zones.push_back(zone.text("logicalZone"));
    }
    return fault.or_value(std::move(region));
}

Result<ResourceGroup> parse_group(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "resource group");
    const ResourceId id = reader.needed_id("id");
    return fault.or_value(ResourceGroup{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .provisioning_state = reader.properties().text("provisioningState")
    });
}

Result<Resource> parse_resource(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "resource");
    return fault.or_value(Resource{
        .id = reader.needed_id("id"),
        .name = reader.text("name"),
        .type = reader.text("type"),
        .region = reader.region(),
        .tags = reader.tags()
    });
}

Result<std::string> parse_registration(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "resource provider");
    return fault.or_value(reader.needed_text("registrationState"));
}

/// A quote is written twice in a filter.
std::string filter_text(std::string_view text)
{
    std::string out = "'";
    for (const char c : text) {
        out.append(c == '\'' ? 2 : 1, c);
    }
    return out + "'";
}

}  // namespace

Result<std::vector<Subscription>> list_subscriptions(arm::Client& client, std::stop_token stop)
{
    return arm::list_by(
        client, {.operation = arm::operation::kSubscriptionsList}, parse_subscription, stop
    );
}

Result<Subscription>
get_subscription(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::get_one(
        client,
        arm::operation::kSubscriptionsGet,
        ResourceId::subscription_scope(subscription),
        parse_subscription,
        stop
    );
}

Result<std::vector<Region>>
list_regions(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(
        client, arm::operation::kSubscriptionsListLocations, subscription, parse_region, stop
    );
}

Result<ResourceGroup>
get_resource_group(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kResourceGroupsGet, id, parse_group, stop);
}

Result<std::vector<ResourceGroup>>
list_resource_groups(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(
        client, arm::operation::kResourceGroupsList, subscription, parse_group, stop
    );
}

Result<ResourceGroup> put_resource_group(
    arm::Client& client,
    const ResourceId& id,
    std::string_view region,
    const arm::Tags& tags,
    std::stop_token stop
)
{
    TRY(arm::check_tags(tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kResourceGroupsPut, id));
    Json body = Json::object();
    body["location"] = std::string(region);
    body["tags"] = arm::to_json(tags);
    return arm::put_one(client, std::move(call), std::move(body), parse_group, {.stop = stop});
}

Result<void> remove_resource_group(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kResourceGroupsDelete, id, wait);
}

Result<std::vector<Resource>> list_resources(
    arm::Client& client, std::string_view subscription, const TagFilter& tag, std::stop_token stop
)
{
    TRY_LET(
        arm::Call call,
        arm::call_on(arm::operation::kResourcesList, ResourceId::subscription_scope(subscription))
    );
    call.query.emplace_back(
        "$filter",
        "tagName eq " + filter_text(tag.name) + " and tagValue eq " + filter_text(tag.value)
    );
    return arm::list_by(client, call, parse_resource, stop);
}

Result<void>
merge_tags(arm::Client& client, const ResourceId& id, const arm::Tags& tags, const arm::Wait& wait)
{
    TRY(arm::check_tags(tags));
    arm::Call call{.operation = arm::operation::kTagsMerge, .arguments = {id.text()}};
    Json body = Json::object();
    body["operation"] = "Merge";
    body["properties"]["tags"] = arm::to_json(tags);
    call.body = std::move(body);
    TRY(client.run(call, wait));
    return {};
}

Result<std::string> provider_state(
    arm::Client& client,
    std::string_view subscription,
    std::string_view provider,
    std::stop_token stop
)
{
    TRY_LET(
        const arm::Call call,
        arm::call_on(
            arm::operation::kProvidersGet,
            ResourceId::subscription_scope(subscription),
            {std::string(provider)}
        )
    );
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_registration(reply);
}

Result<std::string> register_provider(
    arm::Client& client,
    std::string_view subscription,
    std::string_view provider,
    std::stop_token stop
)
{
    TRY_LET(
        const arm::Call call,
        arm::call_on(
            arm::operation::kProvidersRegister,
            ResourceId::subscription_scope(subscription),
            {std::string(provider)}
        )
    );
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_registration(reply);
}

}  // namespace starkeep::azure::resources
