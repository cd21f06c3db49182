// SPDX-License-Identifier: Apache-2.0
#include "azure/network/private_endpoints.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
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

EndpointConnection read_connection(const ReplyReader& reader, bool is_manual)
{
    const ReplyReader properties = reader.properties();
    const ReplyReader state = properties.object("privateLinkServiceConnectionState");
    return {
        .target = properties.id("privateLinkServiceId"),
        .group_ids = properties.texts("groupIds"),
        .status = state.text("status"),
        .description = state.text("description"),
        .is_manual = is_manual
    };
}

Result<PrivateEndpoint> parse_endpoint(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "private endpoint");
    const ReplyReader properties = reader.properties();
    const ResourceId id = reader.needed_id("id");
    PrivateEndpoint endpoint{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .subnet = properties.reference("subnet"),
        .interfaces = properties.references("networkInterfaces"),
        .provisioning_state = properties.text("provisioningState")
    };
    for (const ReplyReader& connection : properties.objects("privateLinkServiceConnections")) {
        endpoint.connections.push_back(read_connection(connection, false));
    }
    for (const ReplyReader& connection :
         properties.objects("manualPrivateLinkServiceConnections")) {
        endpoint.connections.push_back(read_connection(connection, true));
    }
    for (const ReplyReader& name : properties.objects("customDnsConfigs")) {
        endpoint.dns.push_back({.fqdn = name.text("fqdn"), .addresses = name.texts("ipAddresses")});
    }
    return fault.or_value(std::move(endpoint));
}

ZoneConfig read_zone_config(const ReplyReader& reader)
{
    ZoneConfig zone{
        .name = reader.text("name"), .zone = reader.properties().id("privateDnsZoneId")
    };
    for (const ReplyReader& record : reader.properties().objects("recordSets")) {
        zone.records.push_back(
            {.type = record.text("recordType"),
             .name = record.text("recordSetName"),
             .fqdn = record.text("fqdn"),
             .addresses = record.texts("ipAddresses")}
        );
    }
    return zone;
}

Result<ZoneGroup> parse_zone_group(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "DNS zone group");
    const ResourceId id = reader.needed_id("id");
    ZoneGroup group{
        .id = id,
        .name = id.name(),
        .provisioning_state = reader.properties().text("provisioningState")
    };
    for (const ReplyReader& zone : reader.properties().objects("privateDnsZoneConfigs")) {
        group.zones.push_back(read_zone_config(zone));
    }
    return fault.or_value(std::move(group));
}

Json body_of(const PrivateEndpointSpec& spec, std::string_view name)
{
    Json connection = Json::object();
    connection["name"] = std::string(name);
    connection["properties"]["privateLinkServiceId"] = spec.target.text();
    connection["properties"]["groupIds"] = Json::array({spec.group_id});
    if (!spec.request_message.empty()) {
        connection["properties"]["requestMessage"] = spec.request_message;
    }
    const char* member =
        spec.is_manual ? "manualPrivateLinkServiceConnections" : "privateLinkServiceConnections";
    Json body = Json::object();
    body["location"] = spec.region;
    body["tags"] = arm::to_json(spec.tags);
    body["properties"]["subnet"] = arm::reference_to(spec.subnet);
    body["properties"]["customNetworkInterfaceName"] = std::string(name) + "-nic";
    body["properties"][member] = Json::array({std::move(connection)});
    return body;
}

Json body_of(const std::vector<ResourceId>& zones)
{
    Json configs = Json::array();
    for (const ResourceId& zone : zones) {
        std::string name = zone.name();
        std::ranges::replace(name, '.', '-');
        Json config = Json::object();
        config["name"] = std::move(name);
        config["properties"]["privateDnsZoneId"] = zone.text();
        configs.push_back(std::move(config));
    }
    Json body = Json::object();
    body["properties"]["privateDnsZoneConfigs"] = std::move(configs);
    return body;
}

}  // namespace

bool PrivateEndpoint::leads_to(const ResourceId& target, std::string_view group_id) const
{
    return std::ranges::any_of(connections, [&](const EndpointConnection& connection) {
        return connection.target == target &&
               std::ranges::any_of(connection.group_ids, [group_id](const std::string& group) {
                   return arm::same_text(group, group_id);
               });
    });
}

Result<std::vector<PrivateEndpoint>>
list_private_endpoints(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(
        client, arm::operation::kEndpointsListAll, subscription, parse_endpoint, stop
    );
}

Result<PrivateEndpoint>
get_private_endpoint(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kEndpointsGet, id, parse_endpoint, stop);
}

Result<PrivateEndpoint> put_private_endpoint(
    arm::Client& client,
    const ResourceId& id,
    const PrivateEndpointSpec& spec,
    const arm::Wait& wait
)
{
    TRY(arm::check_tags(spec.tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kEndpointsPut, id));
    return arm::put_one(client, std::move(call), body_of(spec, id.name()), parse_endpoint, wait);
}

Result<void>
remove_private_endpoint(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kEndpointsDelete, id, wait);
}

Result<std::vector<ZoneGroup>>
list_zone_groups(arm::Client& client, const ResourceId& endpoint, std::stop_token stop)
{
    return arm::list_below(
        client, arm::operation::kZoneGroupsList, endpoint, parse_zone_group, stop
    );
}

Result<ZoneGroup> get_zone_group(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kZoneGroupsGet, id, parse_zone_group, stop);
}

Result<ZoneGroup> put_zone_group(
    arm::Client& client,
    const ResourceId& id,
    const std::vector<ResourceId>& zones,
    const arm::Wait& wait
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kZoneGroupsPut, id));
    return arm::put_one(client, std::move(call), body_of(zones), parse_zone_group, wait);
}

Result<void> remove_zone_group(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kZoneGroupsDelete, id, wait);
}

}  // namespace starkeep::azure::network
