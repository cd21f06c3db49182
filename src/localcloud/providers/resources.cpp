// SPDX-License-Identifier: Apache-2.0
// Microsoft.Resources: subscriptions, tenants, resource groups, lists of everything, tags, providers' registration.
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/filter.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/providers/teardown.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kGroupType = "Microsoft.Resources/resourceGroups";
constexpr std::size_t kLongestGroupName = 90;

Json subscription(const Plane& plane)
{
    const std::string& id = plane.settings().subscription_id;
    Json out{
        {"id", "/subscriptions/" + id},
        {"subscriptionId", id},
        {"tenantId", plane.settings().tenant_id},
        {"displayName", "Starkeep local cloud"},
        {"state", "Enabled"},
        {"authorizationSource", "RoleBased"},
    };
    out["subscriptionPolicies"] = Json{
        {"locationPlacementId", "Public_2014-09-01"},
        {"quotaId", "PayAsYouGo_2014-09-01"},
        {"spendingLimit", "Off"}
    };
    return out;
}

Answer list_subscriptions(Plane& plane, const Call& call)
{
    return plane.page(call, {subscription(plane)});
}

Answer get_subscription(Plane& plane, const Call& /*call*/)
{
    return {.body = subscription(plane)};
}

Answer list_tenants(Plane& plane, const Call& call)
{
    const std::string& id = plane.settings().tenant_id;
    return plane.page(
        call,
        {Json{
            {"id", "/tenants/" + id},
            {"tenantId", id},
            {"tenantCategory", "Home"},
            {"displayName", "Starkeep"}
        }}
    );
}

Answer list_locations(Plane& plane, const Call& call)
{
    std::vector<Json> items;
    for (const std::string& region : plane.settings().regions) {
        Json item{
            {"id",
             fmt::format("/subscriptions/{}/locations/{}", plane.settings().subscription_id, region)
            },
            {"name", region},
            {"type", "Region"},
            {"displayName", display_region(region)},
            {"regionalDisplayName", display_region(region)},
        };
        item["metadata"] = Json{
            {"regionType", "Physical"},
            {"regionCategory", "Recommended"},
            {"geographyGroup", "Europe"}
        };
        items.push_back(std::move(item));
    }
    return plane.page(call, items);
}

Answer group_not_found(const Call& call)
{
    return refusal(
        404,
        "ResourceGroupNotFound",
        fmt::format("Resource group '{}' could not be found.", call.parameter("group"))
    );
}

Resource* find_group(Plane& plane, const Call& call)
{
    return plane.store().find(key_of(call.group_id()));
}

Answer get_group(Plane& plane, const Call& call)
{
    const Resource* const group = find_group(plane, call);
    return group == nullptr ? group_not_found(call) : Answer{.body = group->document};
}

Answer check_existence(Plane& plane, const Call& call)
{
    return {.status = find_group(plane, call) == nullptr ? 404 : 204};
}

Answer list_groups(Plane& plane, const Call& call)
{
    std::vector<Json> items;
    for (const Resource* const group : plane.store().list(kGroupType)) {
        if (is_selected(call.asked("$filter"), group->document)) {
            items.push_back(group->document);
        }
    }
    return plane.page(call, items);
}

bool is_group_name(std::string_view name)
{
    return !name.empty() && name.size() <= kLongestGroupName && !name.ends_with('.') &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-_.()").find(c) != std::string_view::npos;
           });
}

Answer put_group(Plane& plane, const Call& call)
{
    const std::string name = call.parameter("group");
    if (!is_group_name(name)) {
        return refusal(
            400,
            "InvalidResourceGroup",
            fmt::format(
                "The provided resource group name '{}' has these invalid characters. The name can "
                "only be a letter, digit, "
                "'-', '.', '(', ')' or '_', at most 90 of them, and must not end with '.'.",
                name
            )
        );
    }
    Resource* const there = find_group(plane, call);
    if (there != nullptr && state_of(*there) == "Deleting") {
        return refusal(
            409,
            "ResourceGroupBeingDeleted",
            fmt::format(
                "The resource group '{}' is in deprovisioning state and cannot perform this "
                "operation.",
                name
            )
        );
    }
    const std::string location = region_name(text_at(call.body, "location"));
    if (there != nullptr && !location.empty() && there->region() != location) {
        return refusal(
            409,
            "InvalidResourceGroupLocation",
            fmt::format(
                "Invalid resource group location '{}'. The Resource group already exists in "
                "location '{}'.",
                location,
                there->region()
            )
        );
    }
    if (auto refused = check_location(plane, call)) {
        return *refused;
    }
    if (auto refused = check_tags(call.body)) {
        return *refused;
    }
    Resource group = new_resource(call, kGroupType);
    group.document["id"] = call.group_id();
    group.document["name"] = name;
    set_state(group, "Succeeded");
    const Answer answer{.status = there == nullptr ? 201 : 200, .body = group.document};
    plane.store().put(key_of(call.group_id()), std::move(group));
    return answer;
}

Answer patch_group(Plane& plane, const Call& call)
{
    return find_group(plane, call) == nullptr ? group_not_found(call) : patch_tags(plane, call);
}

Answer delete_group(Plane& plane, const Call& call)
{
    Resource* const group = find_group(plane, call);
    if (group == nullptr) {
        return group_not_found(call);
    }
    set_state(*group, "Deleting");
    const std::string key = key_of(group->id());
    return plane.begin(
        call,
        {.status = 202},
        {.form = OperationForm::Group,
         .resource_id = group->id(),
         .region = group->region(),
         .work = [&plane, resources = resources_below(plane.store(), key)](std::stop_token
                 ) { return remove_facts(plane.machinery(), resources); },
         .finish =
             [&plane, key](const Outcome& outcome) {
                 if (outcome.failure) {
                     set_state(*plane.store().find(key), "Succeeded");
                     return;
                 }
                 forget_connections(plane.store(), key + "/");
                 for (const std::string& below : plane.store().keys_below(key)) {
                     plane.store().remove(below);
                 }
                 plane.store().remove(key);
             }}
    );
}

/// What a list of resources shows of each.
Json shortened(const Json& document)
{
    Json out = Json::object();
    for (const char* const name :
         {"id", "name", "type", "location", "kind", "sku", "identity", "tags"}) {
        if (has(document, name)) {
            out[name] = at(document, name);
        }
    }
    return out;
}

Answer list_everything(Plane& plane, const Call& call)
{
    const std::string scope = call.parameter("group").empty()
                                  ? key_of("/subscriptions/" + call.parameter("subscription"))
                                  : key_of(call.group_id());
    const std::string filter = call.asked("$filter");
    if (!is_filter(filter)) {
        return refusal(
            400,
            "InvalidFilterInQueryString",
            fmt::format("Invalid $filter '{}' specified in the query string.", filter)
        );
    }
    std::vector<Json> items;
    for (const auto& [key, resource] : plane.store().all()) {
        const auto id = ResourceId::parse(resource.id());
        // Only what ARM tracks itself: outermost resources with a location.
        if (key.starts_with(scope + "/") && id && id->parts.size() == 1 &&
            has(resource.document, "location") && is_selected(filter, resource.document)) {
            items.push_back(shortened(resource.document));
        }
    }
    return plane.page(call, items);
}

Resource* find_scope(Plane& plane, const Call& call)
{
    return plane.store().find(key_of(call.parameter("scope")));
}

Answer tags_document(const Call& call, const Resource& resource)
{
    Answer answer;
    answer.body = Json{
        {"id", call.parameter("scope") + "/providers/Microsoft.Resources/tags/default"},
        {"name", "default"},
        {"type", "Microsoft.Resources/tags"},
    };
    const Json& tags = at(resource.document, "tags");
    answer.body["properties"]["tags"] = tags.is_object() ? tags : Json::object();
    return answer;
}

Answer scope_not_found(const Call& call)
{
    const auto id = ResourceId::parse(call.parameter("scope"));
    if (!id) {
        return refusal(
            404,
            "ResourceGroupNotFound",
            fmt::format("'{}' could not be found.", call.parameter("scope"))
        );
    }
    return resource_not_found(id->type() + "/" + id->name(), id->group);
}

Answer get_tags(Plane& plane, const Call& call)
{
    const Resource* const resource = find_scope(plane, call);
    return resource == nullptr ? scope_not_found(call) : tags_document(call, *resource);
}

Answer put_tags(Plane& plane, const Call& call)
{
    Resource* const resource = find_scope(plane, call);
    if (resource == nullptr) {
        return scope_not_found(call);
    }
    if (auto refused = check_tags(at(call.body, "properties"))) {
        return *refused;
    }
    const Json& given = at(call.body, "properties/tags");
    make_at(resource->document, "tags") = given.is_object() ? given : Json::object();
    return tags_document(call, *resource);
}

Answer patch_scope_tags(Plane& plane, const Call& call)
{
    Resource* const resource = find_scope(plane, call);
    if (resource == nullptr) {
        return scope_not_found(call);
    }
    if (auto refused = check_tags(at(call.body, "properties"))) {
        return *refused;
    }
    const std::string operation = text_at(call.body, "operation");
    Json& tags = make_at(resource->document, "tags");
    const Json& given = at(call.body, "properties/tags");
    if (!tags.is_object() || is_same(operation, "Replace")) {
        tags = Json::object();
    }
    if (is_same(operation, "Delete")) {
        for (const auto& tag : given.items()) {
            tags.erase(tag.key());
        }
    } else if (is_same(operation, "Merge") || is_same(operation, "Replace")) {
        merge(tags, given.is_object() ? given : Json::object());
    } else {
        return refusal(
            400,
            "InvalidRequestContent",
            fmt::format("The operation '{}' is not one of Replace, Merge, Delete.", operation)
        );
    }
    return tags_document(call, *resource);
}

Answer provider_document(const Plane& plane, const Call& call)
{
    const std::string name = call.parameter("namespace");
    Answer answer;
    answer.body = Json{
        {"id", fmt::format("/subscriptions/{}/providers/{}", plane.settings().subscription_id, name)
        },
        {"namespace", name},
        {"registrationPolicy", "RegistrationRequired"},
        {"registrationState", "Registered"},
    };
    answer.body["resourceTypes"] = Json::array();
    return answer;
}

Answer get_provider(Plane& plane, const Call& call)
{
    if (!check_api_version(call.parameter("namespace"), "0")) {
        return refusal(
            404,
            "InvalidResourceNamespace",
            fmt::format("The resource namespace '{}' is invalid.", call.parameter("namespace"))
        );
    }
    return provider_document(plane, call);
}

}  // namespace

std::optional<Answer> check_group(Plane& plane, const Call& call)
{
    if (call.parameter("group").empty() ||
        call.type == "Microsoft.Resources/subscriptions/resourceGroups") {
        return std::nullopt;
    }
    const Resource* const group = find_group(plane, call);
    if (group == nullptr) {
        return group_not_found(call);
    }
    if (state_of(*group) == "Deleting" && call.method != "GET" && call.method != "HEAD" &&
        call.method != "DELETE") {
        return refusal(
            409,
            "ResourceGroupBeingDeleted",
            fmt::format(
                "The resource group '{}' is in deprovisioning state and cannot perform this "
                "operation.",
                group->name()
            )
        );
    }
    return std::nullopt;
}

void add_resource_routes(std::vector<Route>& routes)
{
    const std::string tags = "{scope...}/providers/Microsoft.Resources/tags/default";
    routes.insert(
        routes.end(),
        {
            {"GET", "/subscriptions", "Subscriptions_List", list_subscriptions},
            {"GET", "{S}", "Subscriptions_Get", get_subscription},
            {"GET", "/tenants", "Tenants_List", list_tenants},
            {"GET", "{S}/locations", "Subscriptions_ListLocations", list_locations},
            {"GET", "{S}/resourceGroups", "ResourceGroups_List", list_groups},
            {"GET", "{RG}", "ResourceGroups_Get", get_group},
            {"HEAD", "{RG}", "ResourceGroups_CheckExistence", check_existence},
            {"PUT", "{RG}", "ResourceGroups_CreateOrUpdate", put_group},
            {"PATCH", "{RG}", "ResourceGroups_Update", patch_group},
            {"DELETE", "{RG}", "ResourceGroups_Delete", delete_group},
            {"GET",
             "{S}/resources",
             "Resources_List",
             list_everything,
             "Microsoft.Resources/subscriptions/resources/read"},
            {"GET",
             "{RG}/resources",
             "Resources_ListByResourceGroup",
             list_everything,
             "Microsoft.Resources/subscriptions/resourceGroups/resources/read"},
            {"GET", tags, "Tags_GetAtScope", get_tags, "Microsoft.Resources/tags/read"},
            {"PUT", tags, "Tags_CreateOrUpdateAtScope", put_tags, "Microsoft.Resources/tags/write"},
            {"PATCH", tags, "Tags_UpdateAtScope", patch_scope_tags, "Microsoft.Resources/tags/write"
            },
            {"GET",
             "{S}/providers/{namespace}",
             "Providers_Get",
             get_provider,
             "Microsoft.Resources/subscriptions/providers/read"},
            {"POST",
             "{S}/providers/{namespace}/register",
             "Providers_Register",
             get_provider,
             "Microsoft.Resources/subscriptions/providers/register/action"},
        }
    );
}

}  // namespace starkeep::localcloud
