// SPDX-License-Identifier: Apache-2.0
// Microsoft.Network: private DNS zones, their links and A records.
#include "json/json.hpp"
#include "localcloud/address_block.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/dns_records.hpp"
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

constexpr std::size_t kLongestZone = 63;
constexpr std::int64_t kLongestTtl = 2147483647;

std::optional<Answer> check_zone_name(const std::string& name)
{
    const bool is_good = name.size() <= kLongestZone && name.find('.') != std::string::npos &&
                         !name.starts_with('.') && !name.ends_with('.') &&
                         name.find("..") == std::string::npos &&
                         std::ranges::all_of(lower(name), [](char c) {
                             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                                    c == '-' || c == '_';
                         });
    if (is_good) {
        return std::nullopt;
    }
    return invalid_parameter(
        "BadRequest",
        fmt::format(
            "The domain name '{}' is invalid: it needs at least two labels of letters, digits and "
            "hyphens.",
            name
        )
    );
}

std::optional<Answer> check_global(const Call& call)
{
    const std::string location = region_name(text_at(call.body, "location"));
    if (location == "global") {
        return std::nullopt;
    }
    if (location.empty()) {
        return refusal(
            400, "LocationRequired", "The location property is required for this definition."
        );
    }
    return refusal(
        400,
        "LocationNotAvailableForResourceType",
        fmt::format(
            "The provided location '{}' is not available for resource type '{}'. List of available "
            "regions for the resource type is 'global'.",
            location,
            call.type
        )
    );
}

/// New zones and links are answered with an operation, changed ones as well. Source: azure README 4.3.
Put dns_put(Resource resource)
{
    return {
        .resource = std::move(resource),
        .form = OperationForm::PrivateDns,
        .begun_state = "Creating",
        .status = 202,
        .hides_body = true,
        .work = {}
    };
}

Answer put_zone(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    for (auto refused :
         {check_zone_name(call.parameter("zone")),
          check_global(call),
          check_tags(call.body),
          check_conditions(call, there)}) {
        if (refused) {
            return *refused;
        }
    }
    Resource zone = new_resource(call, kZoneType);
    zone.document["properties"] = Json{
        {"maxNumberOfRecordSets", 25000},
        {"maxNumberOfVirtualNetworkLinks", 1000},
        {"maxNumberOfVirtualNetworkLinksWithRegistration", 100},
        {"numberOfRecordSets", 1},
    };
    touch(zone);
    Put put = dns_put(std::move(zone));
    ZoneFact fact = zone_fact(plane.store(), put.resource);
    put.work = [&plane, fact](const Resource&, std::stop_token) {
        return outcome_of(plane.machinery().put_zone(fact));
    };
    return begin_put(plane, call, std::move(put));
}

Answer delete_zone(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there != nullptr && !plane.store().list(kLinkType, key_of(there->id()) + "/").empty()) {
        return refusal(
            409,
            "CannotDeleteResource",
            fmt::format(
                "Can not delete resource before nested resources are deleted. The zone '{}' has "
                "virtual network links.",
                there->name()
            )
        );
    }
    if (there != nullptr) {
        if (auto refused = check_conditions(call, there)) {
            return *refused;
        }
    }
    return begin_delete(
        plane,
        call,
        OperationForm::PrivateDns,
        [&plane, key = key_of(call.path)](const Resource&) {
            return outcome_of(plane.machinery().remove_zone(key));
        }
    );
}

/// A network sees one zone of a name only, and one link per zone.
std::optional<Answer> check_overlap(Plane& plane, const Call& call, const std::string& network)
{
    for (const Resource* const link : plane.store().list(kLinkType)) {
        const auto id = ResourceId::parse(link->id());
        if (!id || key_of(link->id()) == key_of(call.path) ||
            key_of(text_at(link->document, "properties/virtualNetwork/id")) != network) {
            continue;
        }
        if (is_same(id->parent()->name(), call.parameter("zone"))) {
            return refusal(
                409,
                "Conflict",
                fmt::format(
                    "A virtual network cannot be linked to multiple zones with overlapping "
                    "namespaces. You tried to link virtual network with '{}' and '{}' zones.",
                    call.parameter("zone"),
                    id->parent()->name()
                )
            );
        }
    }
    return std::nullopt;
}

Answer parent_not_found(const Call& call)
{
    return resource_not_found(
        "Microsoft.Network/privateDnsZones/" + call.parameter("zone"), call.parameter("group")
    );
}

Answer put_link(Plane& plane, const Call& call)
{
    Resource* const zone = plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (zone == nullptr) {
        return parent_not_found(call);
    }
    const Resource* const there = find_target(plane, call);
    for (auto refused :
         {check_global(call), check_tags(call.body), check_conditions(call, there)}) {
        if (refused) {
            return *refused;
        }
    }
    const std::string network = text_at(call.body, "properties/virtualNetwork/id");
    if (auto refused = resolve(plane, call, network, kNetworkType).refused) {
        return *refused;
    }
    if (auto refused = check_linked(
            call,
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write",
            "Microsoft.Network/virtualNetworks/join/action",
            network
        )) {
        return *refused;
    }
    if (auto refused = check_overlap(plane, call, key_of(network))) {
        return *refused;
    }
    if (there != nullptr &&
        key_of(text_at(there->document, "properties/virtualNetwork/id")) != key_of(network)) {
        return invalid_parameter(
            "BadRequest",
            fmt::format(
                "The virtual network of link '{}' cannot be changed.", call.parameter("link")
            )
        );
    }
    Resource link = new_resource(call, kLinkType);
    link.document["properties"]["virtualNetwork"]["id"] = network;
    link.document["properties"]["registrationEnabled"] =
        flag_at(call.body, "properties/registrationEnabled");
    link.document["properties"]["virtualNetworkLinkState"] = "InProgress";
    touch(link);
    Put put = dns_put(std::move(link));
    ZoneFact fact = zone_fact(plane.store(), *zone);
    if (std::ranges::find(fact.networks, key_of(network)) == fact.networks.end()) {
        fact.networks.push_back(key_of(network));
    }
    put.work = [&plane, fact](const Resource&, std::stop_token) {
        return outcome_of(plane.machinery().put_zone(fact));
    };
    put.finish = [](Resource& resource, const Outcome& outcome) {
        resource.document["properties"]["virtualNetworkLinkState"] =
            outcome.failure ? "InProgress" : "Completed";
    };
    return begin_put(plane, call, std::move(put));
}

Answer delete_link(Plane& plane, const Call& call)
{
    Resource* const link = find_target(plane, call);
    if (link == nullptr) {
        return {.status = 204};
    }
    set_state(*link, "Deleting");
    const Resource* const zone = plane.store().find(ResourceId::parse(call.path)->parent()->key());
    ZoneFact fact = zone_fact(plane.store(), *zone);
    return begin_delete(plane, call, OperationForm::PrivateDns, [&plane, fact](const Resource&) {
        return outcome_of(plane.machinery().put_zone(fact));
    });
}

std::optional<Answer> check_record(const Json& body)
{
    const auto ttl = number_at(body, "properties/ttl");
    if (!ttl || *ttl < 1 || *ttl > kLongestTtl) {
        return invalid_parameter(
            "BadRequest", "The 'ttl' property of the record set must be between 1 and 2147483647."
        );
    }
    const Json& addresses = list_at(body, "properties/aRecords");
    const bool all_good =
        !addresses.empty() && std::ranges::all_of(addresses, [](const Json& item) {
            return address_number(text_at(item, "ipv4Address")).has_value();
        });
    if (!all_good) {
        return invalid_parameter(
            "BadRequest", "The record set of type 'A' needs at least one valid ipv4Address."
        );
    }
    return std::nullopt;
}

Answer put_record(Plane& plane, const Call& call)
{
    Resource* const zone = plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (zone == nullptr) {
        return parent_not_found(call);
    }
    const Resource* const there = find_target(plane, call);
    for (auto refused : {check_conditions(call, there), check_record(call.body)}) {
        if (refused) {
            return *refused;
        }
    }
    Resource record = new_resource(call, kRecordType);
    record.document["properties"] = at(call.body, "properties");
    record.document["properties"]["fqdn"] = fmt::format("{}.{}.", record.name(), zone->name());
    record.document["properties"]["isAutoRegistered"] = false;
    touch(record);
    const bool is_new = there == nullptr;
    const std::string key = key_of(record.id());
    const Resource& stored = plane.store().put(key, std::move(record));
    const Outcome outcome = outcome_of(plane.machinery().put_zone(zone_fact(plane.store(), *zone)));
    if (outcome.failure) {
        return refusal(500, outcome.failure->code, outcome.failure->message);
    }
    return {.status = is_new ? 201 : 200, .body = stored.document};
}

Answer delete_record(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there == nullptr) {
        return {.status = 204};
    }
    if (auto refused = check_conditions(call, there)) {
        return *refused;
    }
    plane.store().remove(key_of(there->id()));
    const Resource* const zone = plane.store().find(ResourceId::parse(call.path)->parent()->key());
    const Outcome outcome = outcome_of(plane.machinery().put_zone(zone_fact(plane.store(), *zone)));
    return outcome.failure ? refusal(500, outcome.failure->code, outcome.failure->message)
                           : Answer{.status = 200};
}

}  // namespace

void write_record(
    ResourceStore& store,
    const Resource& zone,
    const std::string& name,
    const std::string& address,
    const std::string& creator
)
{
    Resource record{.type = std::string(kRecordType), .document = Json::object()};
    record.document["id"] = fmt::format("{}/A/{}", zone.id(), name);
    record.document["name"] = name;
    record.document["type"] = std::string(kRecordType);
    Json& properties = record.document["properties"];
    properties["metadata"]["creator"] =
        fmt::format("created by private endpoint {}", split_path(creator).back());
    properties["fqdn"] = fmt::format("{}.{}.", name, zone.name());
    properties["ttl"] = 10;
    properties["aRecords"] = Json::array();
    properties["aRecords"].push_back(Json{{"ipv4Address", address}});
    properties["isAutoRegistered"] = false;
    record.hidden = Json{{"creator", creator}};
    touch(record);
    const std::string key = key_of(record.id());
    store.put(key, std::move(record));
}

std::vector<std::string> remove_records(ResourceStore& store, const std::string& creator)
{
    std::set<std::string> zones;
    for (const Resource* const record : store.list(kRecordType)) {
        if (text_at(record->hidden, "creator") == creator) {
            zones.insert(ResourceId::parse(record->id())->parent()->key());
            store.remove(key_of(record->id()));
        }
    }
    return {zones.begin(), zones.end()};
}

Outcome put_zones(Machinery& machinery, const std::vector<ZoneFact>& zones)
{
    for (const ZoneFact& zone : zones) {
        Outcome outcome = outcome_of(machinery.put_zone(zone));
        if (outcome.failure) {
            return outcome;
        }
    }
    return {};
}

void add_private_dns_routes(std::vector<Route>& routes)
{
    const std::string all = "/providers/Microsoft.Network/privateDnsZones";
    const std::string zone = "{RG}" + all + "/{zone}";
    const std::string link = zone + "/virtualNetworkLinks/{link}";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + all, "PrivateZones_List", list_resources},
            {"GET", "{RG}" + all, "PrivateZones_ListByResourceGroup", list_resources},
            {"GET", zone, "PrivateZones_Get", get_resource},
            {"PUT", zone, "PrivateZones_CreateOrUpdate", put_zone},
            {"DELETE", zone, "PrivateZones_Delete", delete_zone},
            {"GET", zone + "/virtualNetworkLinks", "VirtualNetworkLinks_List", list_resources},
            {"GET", link, "VirtualNetworkLinks_Get", get_resource},
            {"PUT", link, "VirtualNetworkLinks_CreateOrUpdate", put_link},
            {"DELETE", link, "VirtualNetworkLinks_Delete", delete_link},
            {"GET", zone + "/A", "RecordSets_ListByType", list_resources},
            {"GET", zone + "/A/{record}", "RecordSets_Get", get_resource},
            {"PUT", zone + "/A/{record}", "RecordSets_CreateOrUpdate", put_record},
            {"DELETE", zone + "/A/{record}", "RecordSets_Delete", delete_record},
        }
    );
}

}  // namespace starkeep::localcloud
