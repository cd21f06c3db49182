// SPDX-License-Identifier: Apache-2.0
#include "azure/dns/private_zones.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::dns {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

Result<Zone> parse_zone(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "private DNS zone");
    const ResourceId id = reader.needed_id("id");
    return fault.or_value(Zone{
        .id = id,
        .name = id.name(),
        .tags = reader.tags(),
        .etag = reader.text("etag"),
        .provisioning_state = reader.properties().text("provisioningState")
    });
}

Result<Link> parse_link(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "link of a private DNS zone");
    const ReplyReader properties = reader.properties();
    const ResourceId id = reader.needed_id("id");
    return fault.or_value(Link{
        .id = id,
        .name = id.name(),
        .network = properties.reference("virtualNetwork"),
        .state = properties.text("virtualNetworkLinkState"),
        .provisioning_state = properties.text("provisioningState")
    });
}

Result<AddressRecord> parse_address(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "record of a private DNS zone");
    const ReplyReader properties = reader.properties();
    AddressRecord record{
        .name = reader.needed_text("name"),
        .fqdn = properties.text("fqdn"),
        .ttl_seconds = properties.small_number("ttl")
    };
    for (const ReplyReader& address : properties.objects("aRecords")) {
        record.addresses.push_back(address.text("ipv4Address"));
    }
    return fault.or_value(std::move(record));
}

Json body_of(const AddressRecord& record)
{
    Json addresses = Json::array();
    for (const std::string& address : record.addresses) {
        Json json = Json::object();
        json["ipv4Address"] = address;
        addresses.push_back(std::move(json));
    }
    Json body = Json::object();
    body["properties"]["ttl"] = record.ttl_seconds;
    body["properties"]["aRecords"] = std::move(addresses);
    return body;
}

Result<arm::Call>
address_call(const arm::Operation& operation, const ResourceId& zone, std::string_view name)
{
    return arm::call_on(operation, zone, {"A", std::string(name)});
}

}  // namespace

Result<std::vector<Zone>>
list_zones(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(client, arm::operation::kZonesList, subscription, parse_zone, stop);
}

Result<Zone> get_zone(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kZonesGet, id, parse_zone, stop);
}

Result<Zone>
create_zone(arm::Client& client, const ResourceId& id, const arm::Tags& tags, const arm::Wait& wait)
{
    TRY(arm::check_tags(tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kZonesPut, id));
    call.headers.set("If-None-Match", "*");
    Json body = Json::object();
    body["location"] = "global";
    body["tags"] = arm::to_json(tags);
    return arm::put_one(client, std::move(call), std::move(body), parse_zone, wait);
}

Result<void> remove_zone(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kZonesDelete, id, wait);
}

Result<std::vector<Link>>
list_links(arm::Client& client, const ResourceId& zone, std::stop_token stop)
{
    return arm::list_below(client, arm::operation::kZoneLinksList, zone, parse_link, stop);
}

Result<Link> get_link(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kZoneLinksGet, id, parse_link, stop);
}

Result<Link> put_link(
    arm::Client& client, const ResourceId& id, const ResourceId& network, const arm::Wait& wait
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kZoneLinksPut, id));
    Json body = Json::object();
    body["location"] = "global";
    body["properties"]["virtualNetwork"] = arm::reference_to(network);
    body["properties"]["registrationEnabled"] = false;
    return arm::put_one(client, std::move(call), std::move(body), parse_link, wait);
}

Result<void> remove_link(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kZoneLinksDelete, id, wait);
}

Result<std::vector<AddressRecord>>
list_addresses(arm::Client& client, const ResourceId& zone, std::stop_token stop)
{
    TRY_LET(const arm::Call call, arm::call_on(arm::operation::kRecordsList, zone, {"A"}));
    return arm::list_by(client, call, parse_address, stop);
}

Result<AddressRecord> get_address(
    arm::Client& client, const ResourceId& zone, std::string_view name, std::stop_token stop
)
{
    TRY_LET(const arm::Call call, address_call(arm::operation::kRecordsGet, zone, name));
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_address(reply);
}

Result<AddressRecord> put_address(
    arm::Client& client, const ResourceId& zone, const AddressRecord& record, std::stop_token stop
)
{
    TRY_LET(arm::Call call, address_call(arm::operation::kRecordsPut, zone, record.name));
    call.body = body_of(record);
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_address(reply);
}

Result<void> remove_address(
    arm::Client& client, const ResourceId& zone, std::string_view name, std::stop_token stop
)
{
    TRY_LET(const arm::Call call, address_call(arm::operation::kRecordsDelete, zone, name));
    const Result<Json> removed = client.call(call, stop);
    return removed.ok() || removed.error().code() == ErrorCode::NotFound ? Result<void>()
                                                                         : removed.error();
}

}  // namespace starkeep::azure::dns
