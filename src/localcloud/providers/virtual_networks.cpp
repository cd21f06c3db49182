// SPDX-License-Identifier: Apache-2.0
// Microsoft.Network: virtual networks, their subnets and peerings, security groups.
#include "json/json.hpp"
#include "localcloud/address_block.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/network_rules.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

/// Azure takes no subnet smaller than this. Source: azure README 4.1 (a /29 has 3 usable).
constexpr unsigned kSmallestSubnetBits = 29;
constexpr std::int64_t kLowestPriority = 100;
constexpr std::int64_t kHighestPriority = 4096;

std::vector<AddressBlock> blocks_of(const Json& network_body)
{
    std::vector<AddressBlock> blocks;
    for (const Json& prefix : list_at(network_body, "properties/addressSpace/addressPrefixes")) {
        if (const auto block = prefix.is_string() ? AddressBlock::parse(prefix.get<std::string>())
                                                  : std::nullopt) {
            blocks.push_back(*block);
        }
    }
    return blocks;
}

std::optional<Answer> check_address_space(const Call& call)
{
    const Json& prefixes = list_at(call.body, "properties/addressSpace/addressPrefixes");
    if (prefixes.empty()) {
        return invalid_parameter(
            "AddressSpaceMissing",
            fmt::format("Virtual network {} has no address space.", call.path)
        );
    }
    const std::vector<AddressBlock> blocks = blocks_of(call.body);
    if (blocks.size() != prefixes.size()) {
        return invalid_parameter(
            "InvalidAddressPrefixFormat",
            fmt::format(
                "Address prefixes {} of resource {} are not formatted correctly. They should "
                "follow CIDR notation, for example 10.0.0.0/24.",
                prefixes.dump(),
                call.path
            )
        );
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        for (std::size_t j = i + 1; j < blocks.size(); ++j) {
            if (blocks[i].overlaps(blocks[j])) {
                return invalid_parameter(
                    "AddressPrefixesOverlap",
                    fmt::format("The address prefixes of virtual network {} overlap.", call.path)
                );
            }
        }
    }
    return std::nullopt;
}

/// A subnet's prefix against the network's space and the other subnets.
std::optional<Answer> check_subnet_prefix(
    const std::string& network,
    const std::vector<AddressBlock>& space,
    const std::string& name,
    const std::string& prefix,
    const std::vector<std::pair<std::string, std::string>>& others
)
{
    const auto block = AddressBlock::parse(prefix);
    if (!block) {
        return invalid_parameter(
            "InvalidAddressPrefixFormat",
            fmt::format(
                "Address prefix {} of resource {} is not formatted correctly. It should follow "
                "CIDR notation, for example 10.0.0.0/24.",
                prefix,
                name
            )
        );
    }
    if (block->bits > kSmallestSubnetBits) {
        return invalid_parameter(
            "NetcfgInvalidSubnet",
            fmt::format("Subnet '{}' is not valid in virtual network '{}'.", name, network)
        );
    }
    if (std::ranges::none_of(space, [&block](const AddressBlock& outer) {
            return outer.contains(*block);
        })) {
        return invalid_parameter(
            "NetcfgSubnetRangeOutsideVnet",
            fmt::format(
                "Subnet '{}' is not valid because its IP address range is outside the IP address "
                "range of virtual network '{}'.",
                name,
                network
            )
        );
    }
    for (const auto& [other_name, other_prefix] : others) {
        const auto other = AddressBlock::parse(other_prefix);
        if (!is_same(other_name, name) && other && other->overlaps(*block)) {
            return invalid_parameter(
                "NetcfgSubnetRangesOverlap",
                fmt::format(
                    "Subnet '{}' is not valid because its IP address range overlaps with that of "
                    "an existing subnet in virtual network '{}'.",
                    name,
                    network
                )
            );
        }
    }
    return std::nullopt;
}

std::string prefix_of(const Json& subnet)
{
    const std::string prefix = text_at(subnet, "properties/addressPrefix");
    const Json& prefixes = list_at(subnet, "properties/addressPrefixes");
    return prefix.empty() && prefixes.size() == 1 && prefixes[0].is_string()
               ? prefixes[0].get<std::string>()
               : prefix;
}

Answer in_use(const std::string& subnet_id, const std::string& user)
{
    const auto id = ResourceId::parse(subnet_id);
    return refusal(
        400,
        "InUseSubnetCannotBeDeleted",
        fmt::format(
            "Subnet {} is in use by {} and cannot be deleted. In order to delete the subnet, "
            "delete all the resources within "
            "the subnet. See aka.ms/deletesubnet.",
            id ? id->name() : subnet_id,
            user
        )
    );
}

Resource subnet_resource(const std::string& id, const Json& body)
{
    Resource subnet{.type = std::string(kSubnetType), .document = Json::object()};
    subnet.document["id"] = id;
    subnet.document["name"] = split_path(id).back();
    subnet.document["type"] = std::string(kSubnetType);
    subnet.document["properties"] =
        at(body, "properties").is_object() ? at(body, "properties") : Json::object();
    Json& properties = subnet.document["properties"];
    make_at(properties, "addressPrefix") = prefix_of(body);
    if (!has(properties, "privateEndpointNetworkPolicies")) {
        properties["privateEndpointNetworkPolicies"] = "Disabled";
    }
    if (!has(properties, "privateLinkServiceNetworkPolicies")) {
        properties["privateLinkServiceNetworkPolicies"] = "Enabled";
    }
    touch(subnet);
    return subnet;
}

/// What a PUT of a network does to its subnets: those that the body does not name go.
struct SubnetPlan {
    std::vector<Resource> kept;
    std::vector<std::string> removed{};
    std::optional<Answer> refused{};
};

SubnetPlan plan_subnets(Plane& plane, const Call& call)
{
    SubnetPlan plan{.kept = {}};
    const std::string key = key_of(call.path);
    const std::string network = call.parameter("network");
    std::vector<std::pair<std::string, std::string>> all;
    std::set<std::string> named;
    for (const Json& body : list_at(call.body, "properties/subnets")) {
        const std::string name = text_at(body, "name");
        if ((plan.refused = check_network_name(name, kSubnetType))) {
            return plan;
        }
        if ((plan.refused =
                 check_subnet_prefix(network, blocks_of(call.body), name, prefix_of(body), all))) {
            return plan;
        }
        all.emplace_back(name, prefix_of(body));
        plan.kept.push_back(subnet_resource(call.path + "/subnets/" + name, body));
        set_state(plan.kept.back(), "Succeeded");
        named.insert(key_of(plan.kept.back().id()));
    }
    for (const Resource* const subnet : plane.store().list(kSubnetType, key + "/")) {
        const std::string subnet_key = key_of(subnet->id());
        if (named.contains(subnet_key)) {
            continue;
        }
        const auto users = users_of(plane.store(), subnet_key);
        if (!users.empty()) {
            plan.refused = in_use(subnet->id(), users.front());
            return plan;
        }
        plan.removed.push_back(subnet_key);
    }
    return plan;
}

Outcome make_network(Machinery& machinery, const Resource& network, const SubnetPlan& plan)
{
    Outcome outcome = outcome_of(machinery.put_network(network_fact(network)));
    for (const std::string& key : plan.removed) {
        if (!outcome.failure) {
            outcome = outcome_of(machinery.remove_subnet(key));
        }
    }
    for (const Resource& subnet : plan.kept) {
        if (!outcome.failure) {
            outcome = outcome_of(machinery.put_subnet(subnet_fact(subnet)));
        }
    }
    return outcome;
}

Answer put_network(Plane& plane, const Call& call)
{
    if (auto refused = check_network_name(call.parameter("network"), kNetworkType)) {
        return *refused;
    }
    if (auto refused = check_location(plane, call)) {
        return *refused;
    }
    if (auto refused = check_tags(call.body)) {
        return *refused;
    }
    if (auto refused = check_address_space(call)) {
        return *refused;
    }
    if (auto refused = check_not_busy(plane, key_of(call.path))) {
        return *refused;
    }
    const Resource* const there = find_target(plane, call);
    if (auto refused = there == nullptr ? std::nullopt : check_conditions(call, there)) {
        return *refused;
    }
    SubnetPlan plan = plan_subnets(plane, call);
    if (plan.refused) {
        return *plan.refused;
    }
    Resource network = new_resource(call, kNetworkType);
    merge(network.document["properties"], at(call.body, "properties"));
    Json& properties = network.document["properties"];
    properties.erase("subnets");
    properties["resourceGuid"] = there == nullptr
                                     ? guid_of(key_of(call.path))
                                     : text_at(there->document, "properties/resourceGuid");
    if (!has(properties, "virtualNetworkPeerings")) {
        properties["virtualNetworkPeerings"] =
            there == nullptr ? Json::array()
                             : list_at(there->document, "properties/virtualNetworkPeerings");
    }
    properties["enableDdosProtection"] = flag_at(properties, "enableDdosProtection");
    touch(network);
    for (const std::string& key : plan.removed) {
        plane.store().remove(key);
    }
    for (const Resource& subnet : plan.kept) {
        plane.store().put(key_of(subnet.id()), subnet);
    }
    return begin_put(
        plane,
        call,
        {.resource = std::move(network),
         .work =
             [&plane, plan](const Resource& copy, std::stop_token) {
                 return make_network(plane.machinery(), copy, plan);
             }}
    );
}

Answer delete_network(Plane& plane, const Call& call)
{
    const std::string key = key_of(call.path);
    if (auto refused = check_not_busy(plane, key)) {
        return *refused;
    }
    std::vector<std::string> subnets;
    for (const Resource* const subnet : plane.store().list(kSubnetType, key + "/")) {
        const auto users = users_of(plane.store(), key_of(subnet->id()));
        if (!users.empty()) {
            return in_use(subnet->id(), users.front());
        }
        subnets.push_back(key_of(subnet->id()));
    }
    return begin_delete(
        plane,
        call,
        OperationForm::Network,
        [&plane, key, subnets](const Resource&) {
            Outcome outcome;
            for (const std::string& subnet : subnets) {
                if (!outcome.failure) {
                    outcome = outcome_of(plane.machinery().remove_subnet(subnet));
                }
            }
            return outcome.failure ? outcome : outcome_of(plane.machinery().remove_network(key));
        }
    );
}

Answer put_subnet(Plane& plane, const Call& call)
{
    const ResourceId id = *ResourceId::parse(call.path);
    const std::string network_key = id.parent()->key();
    const Resource* const network = plane.store().find(network_key);
    if (network == nullptr) {
        return refusal(
            404,
            "ResourceNotFound",
            fmt::format(
                "The Resource 'Microsoft.Network/virtualNetworks/{}' under resource group '{}' was "
                "not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
                call.parameter("network"),
                call.parameter("group")
            )
        );
    }
    if (auto refused = check_network_name(id.name(), kSubnetType)) {
        return *refused;
    }
    if (auto refused = check_not_busy(plane, network_key)) {
        return *refused;
    }
    std::vector<std::pair<std::string, std::string>> others;
    for (const Resource* const other : plane.store().list(kSubnetType, network_key + "/")) {
        others.emplace_back(other->name(), text_at(other->document, "properties/addressPrefix"));
    }
    const std::string prefix = prefix_of(call.body);
    if (auto refused = check_subnet_prefix(
            network->name(), blocks_of(network->document), id.name(), prefix, others
        )) {
        return *refused;
    }
    const Resource* const there = find_target(plane, call);
    if (auto refused = there == nullptr ? std::nullopt : check_conditions(call, there)) {
        return *refused;
    }
    if (there != nullptr && text_at(there->document, "properties/addressPrefix") != prefix &&
        !users_of(plane.store(), key_of(call.path)).empty()) {
        return invalid_parameter(
            "InUsePrefixCannotBeDeleted",
            fmt::format(
                "IpPrefix {} on Subnet {} has active allocations and cannot be deleted.",
                text_at(there->document, "properties/addressPrefix"),
                id.name()
            )
        );
    }
    const std::string group = text_at(call.body, "properties/networkSecurityGroup/id");
    if (!group.empty()) {
        if (auto refused =
                resolve(plane, call, group, "Microsoft.Network/networkSecurityGroups").refused) {
            return *refused;
        }
        if (auto refused = check_linked(
                call,
                "Microsoft.Network/virtualNetworks/subnets/write",
                "Microsoft.Network/networkSecurityGroups/join/action",
                group
            )) {
            return *refused;
        }
    }
    return begin_put(
        plane,
        call,
        {.resource = subnet_resource(call.path, call.body),
         .work =
             [&plane](const Resource& copy, std::stop_token) {
                 return outcome_of(plane.machinery().put_subnet(subnet_fact(copy)));
             }}
    );
}

Answer delete_subnet(Plane& plane, const Call& call)
{
    const std::string key = key_of(call.path);
    const auto users = users_of(plane.store(), key);
    if (!users.empty()) {
        return in_use(call.path, users.front());
    }
    if (auto refused = check_not_busy(plane, ResourceId::parse(call.path)->parent()->key())) {
        return *refused;
    }
    return begin_delete(plane, call, OperationForm::Network, [&plane, key](const Resource&) {
        return outcome_of(plane.machinery().remove_subnet(key));
    });
}

Answer check_address(Plane& plane, const Call& call)
{
    const Resource* const network = find_target(plane, call);
    if (network == nullptr) {
        return target_not_found(call);
    }
    const auto wanted = address_number(call.asked("ipaddress"));
    if (!wanted) {
        return invalid_parameter(
            "InvalidIPAddressFormat",
            fmt::format(
                "The format of the specified IP address {} is not valid.", call.asked("ipaddress")
            )
        );
    }
    constexpr std::size_t kSuggestions = 5;
    for (const Resource* const subnet :
         plane.store().list(kSubnetType, key_of(network->id()) + "/")) {
        const auto block =
            AddressBlock::parse(text_at(subnet->document, "properties/addressPrefix"));
        if (!block || !block->contains(*wanted)) {
            continue;
        }
        const auto used = used_addresses(plane.store(), key_of(subnet->id()), "");
        Answer answer;
        answer.body["available"] = block->is_usable(*wanted) && !used.contains(*wanted);
        Json& free = answer.body["availableIPAddresses"] = Json::array();
        for (std::uint32_t address = block->first;
             address < block->last() && free.size() < kSuggestions;
             ++address) {
            if (block->is_usable(address) && !used.contains(address)) {
                free.push_back(address_text(address));
            }
        }
        answer.body["isPlatformReserved"] = !block->is_usable(*wanted);
        return answer;
    }
    return invalid_parameter(
        "PrivateIPAddressNotInAnySubnet",
        fmt::format(
            "Private static IP address {} does not belong to the range of any subnet in the "
            "virtual network {}.",
            call.asked("ipaddress"),
            network->name()
        )
    );
}

Answer list_usage(Plane& plane, const Call& call)
{
    const Resource* const network = find_target(plane, call);
    if (network == nullptr) {
        return target_not_found(call);
    }
    std::vector<Json> items;
    for (const Resource* const subnet :
         plane.store().list(kSubnetType, key_of(network->id()) + "/")) {
        const auto block =
            AddressBlock::parse(text_at(subnet->document, "properties/addressPrefix"));
        constexpr std::uint64_t kReserved = 5;
        Json item{
            {"currentValue",
             static_cast<double>(users_of(plane.store(), key_of(subnet->id())).size())},
            {"id", subnet->id()},
            {"limit", static_cast<double>(block ? block->size() - kReserved : 0)},
            {"unit", "Count"},
        };
        item["name"] = Json{{"localizedValue", "Subnet size and usage"}, {"value", "SubnetSpace"}};
        items.push_back(std::move(item));
    }
    return plane.page(call, items);
}

std::optional<Answer> check_rule(const Json& rule)
{
    const Json& properties = at(rule, "properties");
    const auto priority = number_at(properties, "priority");
    const std::string name = text_at(rule, "name");
    const auto bad = [&name](std::string_view what) {
        return invalid_parameter(
            "SecurityRuleInvalidParameter",
            fmt::format("Security rule {} has an invalid {}.", name, what)
        );
    };
    if (name.empty()) {
        return bad("name");
    }
    if (!priority || *priority < kLowestPriority || *priority > kHighestPriority) {
        return invalid_parameter(
            "SecurityRuleInvalidPriority",
            fmt::format(
                "Security rule {} has invalid priority. Value provided: {} Allowed range 100-4096.",
                name,
                priority.value_or(0)
            )
        );
    }
    if (!is_same(text_at(properties, "direction"), "Inbound") &&
        !is_same(text_at(properties, "direction"), "Outbound")) {
        return bad("direction");
    }
    if (!is_same(text_at(properties, "access"), "Allow") &&
        !is_same(text_at(properties, "access"), "Deny")) {
        return bad("access");
    }
    if (!has(properties, "protocol")) {
        return bad("protocol");
    }
    return std::nullopt;
}

Answer put_security_group(Plane& plane, const Call& call)
{
    constexpr std::string_view kType = "Microsoft.Network/networkSecurityGroups";
    if (auto refused = check_network_name(call.parameter("name"), kType)) {
        return *refused;
    }
    if (auto refused = check_location(plane, call)) {
        return *refused;
    }
    if (auto refused = check_tags(call.body)) {
        return *refused;
    }
    std::set<std::string> priorities;
    Resource group = new_resource(call, kType);
    Json& rules = group.document["properties"]["securityRules"] = Json::array();
    for (const Json& given : list_at(call.body, "properties/securityRules")) {
        if (auto refused = check_rule(given)) {
            return *refused;
        }
        const std::string slot = fmt::format(
            "{} {}",
            lower(text_at(given, "properties/direction")),
            number_at(given, "properties/priority").value_or(0)
        );
        if (!priorities.insert(slot).second) {
            return invalid_parameter(
                "SecurityRuleConflict",
                fmt::format(
                    "Security rule {} conflicts with another rule. Rules cannot have the same "
                    "Priority and Direction.",
                    text_at(given, "name")
                )
            );
        }
        Json rule = given;
        rule["id"] = fmt::format("{}/securityRules/{}", call.path, text_at(given, "name"));
        rule["properties"]["provisioningState"] = "Succeeded";
        rules.push_back(std::move(rule));
    }
    group.document["properties"]["resourceGuid"] = guid_of(key_of(call.path));
    touch(group);
    return begin_put(
        plane,
        call,
        {.resource = std::move(group),
         .work =
             [](const Resource&, std::stop_token) {
                 return Outcome{};
             }}
    );
}

Answer delete_security_group(Plane& plane, const Call& call)
{
    for (const Resource* const subnet : plane.store().list(kSubnetType)) {
        if (key_of(text_at(subnet->document, "properties/networkSecurityGroup/id")) ==
            key_of(call.path)) {
            return refusal(
                400,
                "InUseNetworkSecurityGroupCannotBeDeleted",
                fmt::format(
                    "Network security group {} cannot be deleted because it is in use by the "
                    "following resources: {}.",
                    call.path,
                    subnet->id()
                )
            );
        }
    }
    return begin_delete(plane, call, OperationForm::Network, [](const Resource&) {
        return Outcome{};
    });
}

Json* find_peering(Resource& network, const std::string& name)
{
    for (Json& peering : make_at(network.document, "properties/virtualNetworkPeerings")) {
        if (is_same(text_at(peering, "name"), name)) {
            return &peering;
        }
    }
    return nullptr;
}

/// Connected when the other network names this one too.
void match_peerings(ResourceStore& store, Resource& network, Json& peering)
{
    Resource* const other =
        store.find(key_of(text_at(peering, "properties/remoteVirtualNetwork/id")));
    peering["properties"]["peeringState"] = "Initiated";
    if (other == nullptr) {
        return;
    }
    for (Json& back : make_at(other->document, "properties/virtualNetworkPeerings")) {
        if (key_of(text_at(back, "properties/remoteVirtualNetwork/id")) == key_of(network.id())) {
            back["properties"]["peeringState"] = "Connected";
            peering["properties"]["peeringState"] = "Connected";
        }
    }
}

Answer put_peering(Plane& plane, const Call& call)
{
    const std::string name = call.parameter("peering");
    const ResourceId id = *ResourceId::parse(call.path);
    Resource* const network = plane.store().find(id.parent()->key());
    if (network == nullptr) {
        return resource_not_found(
            "Microsoft.Network/virtualNetworks/" + call.parameter("network"),
            call.parameter("group")
        );
    }
    const Reference remote = resolve(
        plane, call, text_at(call.body, "properties/remoteVirtualNetwork/id"), kNetworkType
    );
    if (remote.refused) {
        return *remote.refused;
    }
    for (const AddressBlock& own : blocks_of(network->document)) {
        for (const AddressBlock& other : blocks_of(remote.resource->document)) {
            if (own.overlaps(other)) {
                return invalid_parameter(
                    "VnetAddressSpacesOverlap",
                    fmt::format(
                        "Cannot create or update peering {}. Virtual networks {} and {} cannot be "
                        "peered because their address spaces overlap.",
                        name,
                        network->id(),
                        remote.resource->id()
                    )
                );
            }
        }
    }
    Json peering{{"id", call.path}, {"name", name}, {"type", call.type}};
    peering["properties"] = at(call.body, "properties");
    peering["properties"]["provisioningState"] = "Succeeded";
    match_peerings(plane.store(), *network, peering);
    Json* const there = find_peering(*network, name);
    Answer answer{.status = there == nullptr ? 201 : 200, .body = peering};
    if (there == nullptr) {
        make_at(network->document, "properties/virtualNetworkPeerings").push_back(peering);
    } else {
        *there = peering;
    }
    return plane.begin(
        call,
        std::move(answer),
        {.form = OperationForm::Network,
         .resource_id = call.path,
         .region = network->region(),
         .work = [&plane, copy = *network](std::stop_token
                 ) { return outcome_of(plane.machinery().put_network(network_fact(copy))); },
         .finish =
             [](const Outcome&) {
             }}
    );
}

Answer get_peering(Plane& plane, const Call& call)
{
    const ResourceId id = *ResourceId::parse(call.path);
    Resource* const network = plane.store().find(id.parent()->key());
    Json* const peering = network == nullptr ? nullptr : find_peering(*network, id.name());
    return peering == nullptr ? target_not_found(call) : Answer{.body = *peering};
}

Answer list_peerings(Plane& plane, const Call& call)
{
    const Resource* const network = find_target(plane, call);
    if (network == nullptr) {
        return target_not_found(call);
    }
    const Json& peerings = list_at(network->document, "properties/virtualNetworkPeerings");
    return plane.page(call, {peerings.begin(), peerings.end()});
}

}  // namespace

void add_virtual_network_routes(std::vector<Route>& routes)
{
    const std::string networks = "/providers/Microsoft.Network/virtualNetworks";
    const std::string network = "{RG}" + networks + "/{network}";
    const std::string groups = "/providers/Microsoft.Network/networkSecurityGroups";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + networks, "VirtualNetworks_ListAll", list_resources},
            {"GET", "{RG}" + networks, "VirtualNetworks_List", list_resources},
            {"GET", network, "VirtualNetworks_Get", get_resource},
            {"PUT", network, "VirtualNetworks_CreateOrUpdate", put_network},
            {"PATCH", network, "VirtualNetworks_UpdateTags", patch_tags},
            {"DELETE", network, "VirtualNetworks_Delete", delete_network},
            {"GET",
             network + "/CheckIPAddressAvailability",
             "VirtualNetworks_CheckIPAddressAvailability",
             check_address,
             "Microsoft.Network/virtualNetworks/checkIpAddressAvailability/read"},
            {"GET", network + "/usages", "VirtualNetworks_ListUsage", list_usage},
            {"GET", network + "/subnets", "Subnets_List", list_resources},
            {"GET", network + "/subnets/{subnet}", "Subnets_Get", get_resource},
            {"PUT", network + "/subnets/{subnet}", "Subnets_CreateOrUpdate", put_subnet},
            {"DELETE", network + "/subnets/{subnet}", "Subnets_Delete", delete_subnet},
            {"GET",
             network + "/virtualNetworkPeerings",
             "VirtualNetworkPeerings_List",
             list_peerings},
            {"GET",
             network + "/virtualNetworkPeerings/{peering}",
             "VirtualNetworkPeerings_Get",
             get_peering},
            {"PUT",
             network + "/virtualNetworkPeerings/{peering}",
             "VirtualNetworkPeerings_CreateOrUpdate",
             put_peering},
            {"GET", "{S}" + groups, "NetworkSecurityGroups_ListAll", list_resources},
            {"GET", "{RG}" + groups, "NetworkSecurityGroups_List", list_resources},
            {"GET", "{RG}" + groups + "/{name}", "NetworkSecurityGroups_Get", get_resource},
            {"PUT",
             "{RG}" + groups + "/{name}",
             "NetworkSecurityGroups_CreateOrUpdate",
             put_security_group},
            {"PATCH", "{RG}" + groups + "/{name}", "NetworkSecurityGroups_UpdateTags", patch_tags},
            {"DELETE",
             "{RG}" + groups + "/{name}",
             "NetworkSecurityGroups_Delete",
             delete_security_group},
        }
    );
}

}  // namespace starkeep::localcloud
