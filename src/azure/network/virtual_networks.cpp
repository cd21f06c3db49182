// SPDX-License-Identifier: Apache-2.0
#include "azure/network/virtual_networks.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::network {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

Subnet read_subnet(const ReplyReader& reader)
{
    const ReplyReader properties = reader.properties();
    const ResourceId id = reader.needed_id("id");
    Subnet subnet{
        .id = id,
        .name = reader.has("name") ? reader.text("name") : id.name(),
        .address_prefixes = properties.texts("addressPrefixes"),
        .security_group = properties.reference("networkSecurityGroup"),
        .private_endpoint_policies = properties.text("privateEndpointNetworkPolicies"),
        .has_default_outbound = properties.flag("defaultOutboundAccess", true),
        .provisioning_state = properties.text("provisioningState")
    };
    // One prefix has a member of its own.
    if (subnet.address_prefixes.empty() && properties.has("addressPrefix")) {
        subnet.address_prefixes.push_back(properties.text("addressPrefix"));
    }
    for (const ReplyReader& delegation : properties.objects("delegations")) {
        subnet.delegations.push_back(delegation.properties().text("serviceName"));
    }
    return subnet;
}

Result<Subnet> parse_subnet(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "subnet");
    return fault.or_value(read_subnet(reader));
}

Result<VirtualNetwork> parse_network(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "virtual network");
    const ReplyReader properties = reader.properties();
    const ResourceId id = reader.needed_id("id");
    VirtualNetwork network{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .address_prefixes = properties.object("addressSpace").texts("addressPrefixes"),
        .dns_servers = properties.object("dhcpOptions").texts("dnsServers"),
        .provisioning_state = properties.text("provisioningState")
    };
    for (const ReplyReader& subnet : properties.objects("subnets")) {
        network.subnets.push_back(read_subnet(subnet));
    }
    for (const ReplyReader& peering : properties.objects("virtualNetworkPeerings")) {
        network.peerings.push_back(
            {.name = peering.text("name"),
             .remote = peering.properties().reference("remoteVirtualNetwork"),
             .remote_prefixes =
                 peering.properties().object("remoteAddressSpace").texts("addressPrefixes"),
             .state = peering.properties().text("peeringState")}
        );
    }
    return fault.or_value(std::move(network));
}

Result<AddressAvailability> parse_availability(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "address availability");
    return fault.or_value(AddressAvailability{
        .is_available = reader.flag("available", false),
        .alternatives = reader.texts("availableIPAddresses")
    });
}

Json body_of(const VirtualNetworkSpec& spec)
{
    Json body = Json::object();
    body["location"] = spec.region;
    body["tags"] = arm::to_json(spec.tags);
    body["properties"]["addressSpace"]["addressPrefixes"] = spec.address_prefixes;
    if (!spec.dns_servers.empty()) {
        body["properties"]["dhcpOptions"]["dnsServers"] = spec.dns_servers;
    }
    return body;
}

Json body_of(const SubnetSpec& spec)
{
    Json properties = Json::object();
    properties["addressPrefix"] = spec.address_prefix;
    if (!spec.security_group.empty()) {
        properties["networkSecurityGroup"] = arm::reference_to(spec.security_group);
    }
    if (!spec.service_endpoints.empty()) {
        Json endpoints = Json::array();
        for (const std::string& service : spec.service_endpoints) {
            Json endpoint = Json::object();
            endpoint["service"] = service;
            endpoints.push_back(std::move(endpoint));
        }
        properties["serviceEndpoints"] = std::move(endpoints);
    }
    // The default differs between versions of the interface, so it is always said.
    properties["privateEndpointNetworkPolicies"] = "Disabled";
    properties["privateLinkServiceNetworkPolicies"] = "Enabled";
    properties["defaultOutboundAccess"] = spec.has_default_outbound;
    Json body = Json::object();
    body["properties"] = std::move(properties);
    return body;
}

}  // namespace

Result<std::vector<VirtualNetwork>>
list_virtual_networks(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(
        client, arm::operation::kVirtualNetworksListAll, subscription, parse_network, stop
    );
}

Result<VirtualNetwork>
get_virtual_network(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kVirtualNetworksGet, id, parse_network, stop);
}

Result<VirtualNetwork> put_virtual_network(
    arm::Client& client, const ResourceId& id, const VirtualNetworkSpec& spec, const arm::Wait& wait
)
{
    TRY(arm::check_tags(spec.tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kVirtualNetworksPut, id));
    return arm::put_one(client, std::move(call), body_of(spec), parse_network, wait);
}

Result<void>
remove_virtual_network(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kVirtualNetworksDelete, id, wait);
}

Result<AddressAvailability> check_address(
    arm::Client& client, const ResourceId& network, std::string_view address, std::stop_token stop
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kVirtualNetworksCheckAddress, network));
    call.query.emplace_back("ipAddress", address);
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_availability(reply);
}

Result<std::vector<Subnet>>
list_subnets(arm::Client& client, const ResourceId& network, std::stop_token stop)
{
    return arm::list_below(client, arm::operation::kSubnetsList, network, parse_subnet, stop);
}

Result<Subnet> get_subnet(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kSubnetsGet, id, parse_subnet, stop);
}

Result<Subnet>
put_subnet(arm::Client& client, const ResourceId& id, const SubnetSpec& spec, const arm::Wait& wait)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kSubnetsPut, id));
    return arm::put_one(client, std::move(call), body_of(spec), parse_subnet, wait);
}

Result<void> remove_subnet(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kSubnetsDelete, id, wait);
}

}  // namespace starkeep::azure::network
