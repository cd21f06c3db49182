// SPDX-License-Identifier: Apache-2.0
#include "localcloud/facts.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "codec/base64.hpp"
#include "json/json.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

std::vector<std::string> texts_at(const Json& value, std::string_view path)
{
    std::vector<std::string> out;
    for (const Json& item : list_at(value, path)) {
        if (item.is_string()) {
            out.push_back(item.get<std::string>());
        }
    }
    return out;
}

FactId parent_of(const Resource& resource)
{
    const auto id = ResourceId::parse(resource.id());
    const auto parent = id ? id->parent() : std::nullopt;
    return parent ? parent->key() : FactId();
}

ServiceKind kind_of(const std::string& target, const std::string& group)
{
    if (target.find("/microsoft.dbforpostgresql/") != std::string::npos) {
        return ServiceKind::PostgresCluster;
    }
    if (target.find("/microsoft.documentdb/") != std::string::npos) {
        return ServiceKind::MongoAccount;
    }
    return is_same(group, "queue") ? ServiceKind::Queue : ServiceKind::Blob;
}

AccessRules storage_access(const Json& properties)
{
    AccessRules rules{
        .is_public = !is_same(text_at(properties, "publicNetworkAccess"), "Disabled"),
        .allows_by_default = !is_same(text_at(properties, "networkAcls/defaultAction"), "Deny"),
    };
    for (const Json& rule : list_at(properties, "networkAcls/ipRules")) {
        rules.allowed_addresses.push_back(text_at(rule, "value"));
    }
    for (const Json& rule : list_at(properties, "networkAcls/virtualNetworkRules")) {
        rules.allowed_subnets.push_back(key_of(text_at(rule, "id")));
    }
    return rules;
}

}  // namespace

NetworkFact network_fact(const Resource& network)
{
    NetworkFact fact{
        .id = key_of(network.id()),
        .region = network.region(),
        .address_prefixes = texts_at(network.document, "properties/addressSpace/addressPrefixes"),
    };
    for (const Json& peering : list_at(network.document, "properties/virtualNetworkPeerings")) {
        fact.peers.push_back(key_of(text_at(peering, "properties/remoteVirtualNetwork/id")));
    }
    return fact;
}

SubnetFact subnet_fact(const Resource& subnet)
{
    const Json& properties = at(subnet.document, "properties");
    SubnetFact fact{
        .id = key_of(subnet.id()),
        .network = parent_of(subnet),
        .address_prefix = text_at(properties, "addressPrefix"),
        .reaches_internet =
            flag_at(properties, "defaultOutboundAccess", true) || has(properties, "natGateway/id"),
    };
    for (const Json& endpoint : list_at(properties, "serviceEndpoints")) {
        fact.service_endpoints.push_back(text_at(endpoint, "service"));
    }
    return fact;
}

InterfaceFact interface_fact(const Resource& network_interface)
{
    InterfaceFact fact{.id = key_of(network_interface.id()), .subnet = {}, .address = {}};
    for (const Json& configuration :
         list_at(network_interface.document, "properties/ipConfigurations")) {
        if (fact.address.empty() || flag_at(configuration, "properties/primary")) {
            fact.subnet = key_of(text_at(configuration, "properties/subnet/id"));
            fact.address = text_at(configuration, "properties/privateIPAddress");
        }
    }
    return fact;
}

EndpointFact endpoint_fact(const Resource& endpoint)
{
    const std::string target = text_at(endpoint.hidden, "target");
    return {
        .id = key_of(endpoint.id()),
        .subnet = key_of(text_at(endpoint.document, "properties/subnet/id")),
        .address = text_at(endpoint.hidden, "address"),
        .kind = kind_of(target, text_at(endpoint.hidden, "group")),
        .target = target,
        .approved = is_same(text_at(endpoint.hidden, "status"), "Approved"),
    };
}

ZoneFact zone_fact(const ResourceStore& store, const Resource& zone)
{
    const std::string key = key_of(zone.id());
    ZoneFact fact{.id = key, .name = zone.name()};
    for (const Resource* const record :
         store.list("Microsoft.Network/privateDnsZones/A", key + "/")) {
        AddressRecord addresses{
            .name = record->name(),
            .ttl = std::chrono::seconds(number_at(record->document, "properties/ttl").value_or(0)),
            .addresses = {},
        };
        for (const Json& address : list_at(record->document, "properties/aRecords")) {
            addresses.addresses.push_back(text_at(address, "ipv4Address"));
        }
        fact.records.push_back(std::move(addresses));
    }
    for (const Resource* const link :
         store.list("Microsoft.Network/privateDnsZones/virtualNetworkLinks", key + "/")) {
        if (!is_same(text_at(link->document, "properties/provisioningState"), "Deleting")) {
            fact.networks.push_back(key_of(text_at(link->document, "properties/virtualNetwork/id"))
            );
        }
    }
    return fact;
}

StorageFact storage_fact(const Resource& account)
{
    return {
        .id = key_of(account.id()),
        .account = account.name(),
        .region = account.region(),
        .key1 = Secret(text_at(account.hidden, "key1")),
        .key2 = Secret(text_at(account.hidden, "key2")),
        .access = storage_access(at(account.document, "properties")),
    };
}

VmFact vm_fact(const Resource& vm)
{
    const Json& properties = at(vm.document, "properties");
    VmFact fact{
        .id = key_of(vm.id()),
        .name = vm.name(),
        .computer_name = text_at(properties, "osProfile/computerName"),
        .region = vm.region(),
        .size = text_at(properties, "hardwareProfile/vmSize"),
        .admin_user = text_at(properties, "osProfile/adminUsername"),
        .interfaces = {},
    };
    for (const Json& item : list_at(properties, "networkProfile/networkInterfaces")) {
        fact.interfaces.push_back(key_of(text_at(item, "id")));
    }
    if (const auto data = codec::decode_base64(text_at(vm.hidden, "custom_data"))) {
        fact.custom_data = std::string(as_text(*data));
    }
    return fact;
}

ClusterFact cluster_fact(const ResourceStore& store, const Resource& cluster)
{
    const Json& properties = at(cluster.document, "properties");
    ClusterFact fact{
        .id = key_of(cluster.id()),
        .name = cluster.name(),
        .host = text_at(cluster.hidden, "host"),
        .region = cluster.region(),
        .admin_login = text_at(properties, "administratorLogin"),
        .admin_password = Secret(text_at(cluster.hidden, "password")),
        .version = text_at(properties, "postgresqlVersion"),
        .access =
            {.is_public = flag_at(properties, "coordinatorEnablePublicIpAccess"),
             .allows_by_default = false},
    };
    for (const Resource* const rule :
         store.list("Microsoft.DBforPostgreSQL/serverGroupsv2/firewallRules", fact.id + "/")) {
        const std::string from = text_at(rule->document, "properties/startIpAddress");
        if (from == "0.0.0.0") {
            fact.access.allows_by_default = true;
        }
        fact.access.allowed_addresses.push_back(from);
    }
    if (has(properties, "sourceResourceId")) {
        fact.copied_from = key_of(text_at(properties, "sourceResourceId"));
        if (const auto when = sys::parse_rfc3339(text_at(properties, "pointInTimeUTC"));
            when.ok()) {
            fact.copied_at = *when;
        }
    }
    return fact;
}

}  // namespace starkeep::localcloud
