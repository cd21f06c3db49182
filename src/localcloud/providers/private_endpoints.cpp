// SPDX-License-Identifier: Apache-2.0
// Microsoft.Network: private endpoints and their DNS zone groups.
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/dns_records.hpp"
#include "localcloud/providers/link_targets.hpp"
#include "localcloud/providers/network_rules.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/providers/teardown.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kGroupType = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
constexpr std::string_view kJoin = "Microsoft.Network/virtualNetworks/subnets/join/action";
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kMostZones = 5;

/// What the body asks for, checked.
struct Wish {
    Resource* subnet = nullptr;
    Resource* target = nullptr;
    LinkTarget link{};
    bool is_manual = false;
    std::optional<Answer> refused{};
};

Wish no(Answer answer)
{
    return {.refused = std::move(answer)};
}

Wish read_connection(Plane& plane, const Call& call, Resource* subnet)
{
    const Json& automatic = list_at(call.body, "properties/privateLinkServiceConnections");
    const Json& manual = list_at(call.body, "properties/manualPrivateLinkServiceConnections");
    if (automatic.size() + manual.size() != 1) {
        return no(invalid_parameter(
            "PrivateEndpointMustHaveOnePrivateLinkServiceConnection",
            fmt::format(
                "Private endpoint {} must have exactly one private link service connection.",
                call.path
            )
        ));
    }
    const bool is_manual = automatic.empty();
    const Json& connection = is_manual ? manual.front() : automatic.front();
    const std::string target_id = text_at(connection, "properties/privateLinkServiceId");
    if (text_at(connection, "name").empty() || target_id.empty()) {
        return no(invalid_parameter(
            "InvalidPrivateLinkServiceConnection",
            "A private link service connection needs a name and a privateLinkServiceId."
        ));
    }
    Resource* const target = plane.store().find(key_of(target_id));
    if (target == nullptr) {
        return no(invalid_parameter(
            "PrivateLinkServiceIdNotFound",
            fmt::format("The private link service id {} was not found.", target_id)
        ));
    }
    const Json& groups = list_at(connection, "properties/groupIds");
    const std::string group = groups.size() == 1 && groups.front().is_string()
                                  ? groups.front().get<std::string>()
                                  : std::string();
    const auto link = find_link_target(plane.settings(), *target, group);
    if (!link) {
        return no(invalid_parameter(
            "InvalidPrivateLinkServiceConnectionGroupIds",
            fmt::format(
                "Call to {} failed. Error message: The groupIds {} are not valid for resource {}.",
                target->type,
                groups.dump(),
                target_id
            )
        ));
    }
    if (!is_manual) {
        if (auto refused = check_linked(
                call,
                "Microsoft.Network/privateEndpoints/write",
                target->type + "/PrivateEndpointConnectionsApproval/action",
                target_id
            )) {
            return no(std::move(*refused));
        }
    }
    return {.subnet = subnet, .target = target, .link = *link, .is_manual = is_manual};
}

Wish read_wish(Plane& plane, const Call& call)
{
    if (call.parameter("endpoint").size() > kLongestName) {
        return no(invalid_parameter(
            "InvalidResourceName", "The name of a private endpoint has at most 64 characters."
        ));
    }
    for (auto refused :
         {check_network_name(call.parameter("endpoint"), kEndpointType),
          check_location(plane, call),
          check_tags(call.body)}) {
        if (refused) {
            return no(std::move(*refused));
        }
    }
    const std::string subnet_id = text_at(call.body, "properties/subnet/id");
    const Reference subnet = resolve(plane, call, subnet_id, kSubnetType);
    if (subnet.refused) {
        return no(*subnet.refused);
    }
    if (region_of(plane.store(), key_of(subnet_id)) !=
        region_name(text_at(call.body, "location"))) {
        return no(invalid_parameter(
            "InvalidResourceReference",
            fmt::format(
                "Resource {} referenced by resource {} was not found. Please make sure that the "
                "referenced resource exists, and that both resources are in the same region.",
                subnet_id,
                call.path
            )
        ));
    }
    if (auto refused = check_linked(
            call, "Microsoft.Network/privateEndpoints/write", std::string(kJoin), subnet_id
        )) {
        return no(std::move(*refused));
    }
    if (!list_at(subnet.resource->document, "properties/delegations").empty()) {
        return no(invalid_parameter(
            "PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
            fmt::format(
                "Private endpoint {} cannot be created as subnet {} is delegated.",
                call.path,
                subnet_id
            )
        ));
    }
    return read_connection(plane, call, subnet.resource);
}

Resource endpoint_interface(
    const Call& call, const Resource& endpoint, const std::string& name, const std::string& address
)
{
    const std::string id =
        fmt::format("{}/providers/Microsoft.Network/networkInterfaces/{}", call.group_id(), name);
    Resource made{.type = std::string(kInterfaceType), .document = Json::object()};
    made.document["id"] = id;
    made.document["name"] = name;
    made.document["type"] = std::string(kInterfaceType);
    made.document["location"] = endpoint.region();
    Json configuration{{"name", "privateEndpointIpConfig." + guid_of(id)}};
    configuration["properties"] = Json{
        {"provisioningState", "Succeeded"},
        {"privateIPAddress", address},
        {"privateIPAllocationMethod", "Dynamic"},
        {"primary", true},
        {"privateIPAddressVersion", "IPv4"},
    };
    configuration["properties"]["subnet"]["id"] =
        text_at(endpoint.document, "properties/subnet/id");
    made.document["properties"]["ipConfigurations"] = Json::array();
    made.document["properties"]["ipConfigurations"].push_back(std::move(configuration));
    made.document["properties"]["privateEndpoint"]["id"] = endpoint.id();
    set_state(made, "Succeeded");
    touch(made);
    return made;
}

Resource make_endpoint(
    const Call& call, const Wish& wish, const std::string& address, const std::string& interface_id
)
{
    Resource endpoint = new_resource(call, kEndpointType);
    Json& properties = endpoint.document["properties"];
    properties["resourceGuid"] = guid_of(key_of(call.path));
    properties["subnet"]["id"] = wish.subnet->id();
    for (const char* const kind :
         {"privateLinkServiceConnections", "manualPrivateLinkServiceConnections"}) {
        properties[kind] = Json::array();
        for (Json connection : list_at(call.body, std::string("properties/") + kind)) {
            connection["id"] =
                fmt::format("{}/{}/{}", call.path, kind, text_at(connection, "name"));
            connection["properties"]["provisioningState"] = "Succeeded";
            properties[kind].push_back(std::move(connection));
        }
    }
    properties["networkInterfaces"] = Json::array();
    properties["networkInterfaces"].push_back(Json{{"id", interface_id}});
    Json dns{{"fqdn", wish.link.host}};
    dns["ipAddresses"] = Json::array();
    dns["ipAddresses"].push_back(address);
    properties["customDnsConfigs"] = Json::array();
    properties["customDnsConfigs"].push_back(std::move(dns));
    properties["customNetworkInterfaceName"] =
        text_at(call.body, "properties/customNetworkInterfaceName");
    endpoint.hidden = Json{
        {"target", key_of(wish.target->id())},
        {"group", wish.link.group},
        {"address", address},
        {"interface", key_of(interface_id)},
    };
    set_connection_status(
        endpoint,
        wish.is_manual ? "Pending" : "Approved",
        wish.is_manual ? "Awaiting approval" : "Auto-Approved"
    );
    touch(endpoint);
    return endpoint;
}

Answer put_endpoint(Plane& plane, const Call& call)
{
    const Wish wish = read_wish(plane, call);
    if (wish.refused) {
        return *wish.refused;
    }
    const Resource* const there = find_target(plane, call);
    if (there != nullptr && is_busy(*there)) {
        return refusal(
            429,
            "RetryableErrorDueToAnotherOperation",
            fmt::format(
                "Operation on {} could not proceed because another operation on it is in progress.",
                call.path
            )
        );
    }
    const bool is_same_place =
        there != nullptr &&
        key_of(text_at(there->document, "properties/subnet/id")) == key_of(wish.subnet->id()) &&
        text_at(there->hidden, "target") == key_of(wish.target->id()) &&
        text_at(there->hidden, "group") == wish.link.group;
    if (there != nullptr && !is_same_place) {
        return invalid_parameter(
            "PropertyChangeNotAllowed",
            fmt::format(
                "Subnet and connection of private endpoint {} cannot be changed.", call.path
            )
        );
    }
    std::string name = text_at(call.body, "properties/customNetworkInterfaceName");
    if (name.empty()) {
        name = fmt::format("{}.nic.{}", call.parameter("endpoint"), guid_of(key_of(call.path)));
    }
    const std::string interface_id =
        fmt::format("{}/providers/Microsoft.Network/networkInterfaces/{}", call.group_id(), name);
    const Allocation allocation = allocate(
        plane.store(),
        *wish.subnet,
        there == nullptr ? std::string() : text_at(there->hidden, "address"),
        key_of(interface_id)
    );
    if (allocation.refused) {
        return *allocation.refused;
    }
    Resource endpoint = make_endpoint(call, wish, allocation.address, interface_id);
    if (there != nullptr && text_at(there->hidden, "status") == "Approved") {
        set_connection_status(endpoint, "Approved", "Approved");
    }
    plane.store().put(
        key_of(interface_id), endpoint_interface(call, endpoint, name, allocation.address)
    );
    keep_connection(plane.store(), *wish.target, endpoint);
    return begin_put(
        plane,
        call,
        {.resource = std::move(endpoint),
         .work =
             [&plane](const Resource& copy, std::stop_token) {
                 return outcome_of(plane.machinery().put_endpoint(endpoint_fact(copy)));
             }}
    );
}

std::vector<ZoneFact> facts_of(const ResourceStore& store, const std::vector<std::string>& zones)
{
    std::vector<ZoneFact> facts;
    for (const std::string& key : zones) {
        if (const Resource* const zone = store.find(key)) {
            facts.push_back(zone_fact(store, *zone));
        }
    }
    return facts;
}

Answer delete_endpoint(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there == nullptr) {
        return {.status = 204};
    }
    const std::string key = key_of(there->id());
    const std::string network_interface = text_at(there->hidden, "interface");
    forget_connections(plane.store(), key + "/");
    const auto zones = facts_of(plane.store(), remove_records(plane.store(), key));
    return begin_delete(
        plane,
        call,
        OperationForm::Network,
        [&plane, key, zones](const Resource&) {
            Outcome outcome = put_zones(plane.machinery(), zones);
            return outcome.failure ? outcome : outcome_of(plane.machinery().remove_endpoint(key));
        },
        [&plane, network_interface] { plane.store().remove(network_interface); }
    );
}

Answer parent_not_found(const Call& call)
{
    return resource_not_found(
        "Microsoft.Network/privateEndpoints/" + call.parameter("endpoint"), call.parameter("group")
    );
}

/// Writes the records of one configured zone and shows them in the configuration.
std::optional<Answer> apply_zone(
    Plane& plane,
    const Call& call,
    const Resource& endpoint,
    Json& config,
    std::vector<std::string>& zones
)
{
    const std::string zone_id = text_at(config, "properties/privateDnsZoneId");
    const Reference zone = resolve(plane, call, zone_id, kZoneType);
    if (zone.refused) {
        return zone.refused;
    }
    if (auto refused = check_linked(
            call,
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write",
            "Microsoft.Network/privateDnsZones/join/action",
            zone_id
        )) {
        return refused;
    }
    const Resource* const target = plane.store().find(text_at(endpoint.hidden, "target"));
    if (target == nullptr) {
        return refusal(
            409,
            "ReferencedResourceNotProvisioned",
            fmt::format("The target of private endpoint {} is gone.", endpoint.id())
        );
    }
    const LinkTarget link =
        *find_link_target(plane.settings(), *target, text_at(endpoint.hidden, "group"));
    const std::string address = text_at(endpoint.hidden, "address");
    write_record(plane.store(), *zone.resource, link.record, address, key_of(endpoint.id()));
    zones.push_back(key_of(zone_id));
    Json record{
        {"recordType", "A"},
        {"recordSetName", link.record},
        {"fqdn", fmt::format("{}.{}", link.record, zone.resource->name())},
        {"ttl", 10},
    };
    record["ipAddresses"] = Json::array();
    record["ipAddresses"].push_back(address);
    record["provisioningState"] = "Succeeded";
    config["properties"]["recordSets"] = Json::array();
    config["properties"]["recordSets"].push_back(std::move(record));
    return std::nullopt;
}

Answer put_zone_group(Plane& plane, const Call& call)
{
    Resource* const endpoint = plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (endpoint == nullptr) {
        return parent_not_found(call);
    }
    if (is_busy(*endpoint)) {
        return refusal(
            429,
            "RetryableErrorDueToAnotherOperation",
            fmt::format(
                "Operation on {} could not proceed because another operation on its private "
                "endpoint is in progress.",
                call.path
            )
        );
    }
    for (const Resource* const other :
         plane.store().list(kGroupType, key_of(endpoint->id()) + "/")) {
        if (key_of(other->id()) != key_of(call.path)) {
            return invalid_parameter(
                "PrivateDnsZoneGroupCannotBeMoreThanOne",
                fmt::format(
                    "Private endpoint {} has a private DNS zone group already.", endpoint->id()
                )
            );
        }
    }
    const Json& given = list_at(call.body, "properties/privateDnsZoneConfigs");
    if (given.empty() || given.size() > kMostZones) {
        return invalid_parameter(
            "InvalidPrivateDnsZoneGroup", "A private DNS zone group names one to five zones."
        );
    }
    Resource group = new_resource(call, kGroupType);
    Json& configs = group.document["properties"]["privateDnsZoneConfigs"] = Json::array();
    std::vector<std::string> zones;
    for (Json config : given) {
        if (text_at(config, "name").empty()) {
            return invalid_parameter(
                "InvalidPrivateDnsZoneGroup", "A private DNS zone configuration needs a name."
            );
        }
        if (auto refused = apply_zone(plane, call, *endpoint, config, zones)) {
            return *refused;
        }
        configs.push_back(std::move(config));
    }
    endpoint->document["properties"]["customDnsConfigs"] = Json::array();
    touch(group);
    return begin_put(
        plane,
        call,
        {.resource = std::move(group),
         .work =
             [&plane, facts = facts_of(plane.store(), zones)](const Resource&, std::stop_token) {
                 return put_zones(plane.machinery(), facts);
             }}
    );
}

Answer delete_zone_group(Plane& plane, const Call& call)
{
    if (find_target(plane, call) == nullptr) {
        return {.status = 204};
    }
    const std::string endpoint = ResourceId::parse(call.path)->parent()->key();
    const auto zones = facts_of(plane.store(), remove_records(plane.store(), endpoint));
    return begin_delete(plane, call, OperationForm::Network, [&plane, zones](const Resource&) {
        return put_zones(plane.machinery(), zones);
    });
}

}  // namespace

void add_private_endpoint_routes(std::vector<Route>& routes)
{
    const std::string all = "/providers/Microsoft.Network/privateEndpoints";
    const std::string endpoint = "{RG}" + all + "/{endpoint}";
    const std::string group = endpoint + "/privateDnsZoneGroups/{name}";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + all, "PrivateEndpoints_ListBySubscription", list_resources},
            {"GET", "{RG}" + all, "PrivateEndpoints_List", list_resources},
            {"GET", endpoint, "PrivateEndpoints_Get", get_resource},
            {"PUT", endpoint, "PrivateEndpoints_CreateOrUpdate", put_endpoint},
            {"DELETE", endpoint, "PrivateEndpoints_Delete", delete_endpoint},
            {"GET", endpoint + "/privateDnsZoneGroups", "PrivateDnsZoneGroups_List", list_resources
            },
            {"GET", group, "PrivateDnsZoneGroups_Get", get_resource},
            {"PUT", group, "PrivateDnsZoneGroups_CreateOrUpdate", put_zone_group},
            {"DELETE", group, "PrivateDnsZoneGroups_Delete", delete_zone_group},
        }
    );
}

}  // namespace starkeep::localcloud
