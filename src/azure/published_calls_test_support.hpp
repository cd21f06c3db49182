// SPDX-License-Identifier: Apache-2.0
// For the test over Azure's published examples: which function of ours makes which operation's call.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/authorization/permissions.hpp"
#include "azure/compute/catalog.hpp"
#include "azure/compute/disks.hpp"
#include "azure/compute/run_command.hpp"
#include "azure/compute/virtual_machines.hpp"
#include "azure/cosmos_accounts/cosmos_accounts.hpp"
#include "azure/cosmos_accounts/restorable.hpp"
#include "azure/dns/private_zones.hpp"
#include "azure/network/interfaces.hpp"
#include "azure/network/private_endpoints.hpp"
#include "azure/network/security_groups.hpp"
#include "azure/network/virtual_networks.hpp"
#include "azure/postgres_clusters/postgres_clusters.hpp"
#include "azure/resources/resources.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure {

/// An example's parameters, and the path that they make of the operation's template.
struct PublishedParameters {
    const arm::Operation& operation;
    const Json& parameters;

    std::string text(std::string_view key) const
    {
        const auto found = parameters.find(std::string(key));
        return found != parameters.end() && found->is_string() ? found->get<std::string>()
                                                               : std::string();
    }
    std::string path() const
    {
        std::string out;
        const std::string path = arm::full_path(operation);
        for (std::size_t from = 0; from < path.size();) {
            const std::size_t open = std::min(path.find('{', from), path.size());
            out += path.substr(from, open - from);
            const std::size_t close = std::min(path.find('}', open), path.size());
            out += open < path.size() ? text(path.substr(open + 1, close - open - 1)) : "";
            from = close + 1;
        }
        return out;
    }
    std::string subscription() const { return text("subscriptionId"); }
    /// The path without its last segments.
    arm::ResourceId id(int without = 0) const
    {
        std::string cut = path();
        for (int i = 0; i < without; ++i) {
            cut.resize(cut.rfind('/'));
        }
        const Result<arm::ResourceId> parsed = arm::ResourceId::parse(cut);
        return parsed.ok() ? *parsed : arm::ResourceId();
    }
};

template <typename T>
Result<void> outcome(const Result<T>& result)
{
    return result.ok() ? Result<void>() : Result<void>(result.error());
}

using PublishedCall = std::function<Result<void>(arm::Client&, const PublishedParameters&)>;

inline const arm::ResourceId& some_subnet()
{
    static const arm::ResourceId kId =
        arm::ResourceId::make("s", "g", "Microsoft.Network/virtualNetworks", "v")
            .child("subnets", "w");
    return kId;
}

#define PUBLISHED_CALL(symbol, ...)                                                                \
    {#symbol, [](arm::Client& client, const PublishedParameters& with) {                           \
         static_cast<void>(with);                                                                  \
         return outcome(__VA_ARGS__);                                                              \
     }}

/// By the operation's symbol.
inline std::map<std::string_view, PublishedCall> published_calls_of_groups_and_network()
{
    namespace net = network;
    return {
        PUBLISHED_CALL(SubscriptionsList, resources::list_subscriptions(client, {})),
        PUBLISHED_CALL(
            SubscriptionsGet, resources::get_subscription(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(
            SubscriptionsListLocations, resources::list_regions(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(ResourceGroupsGet, resources::get_resource_group(client, with.id(), {})),
        PUBLISHED_CALL(
            ResourceGroupsList, resources::list_resource_groups(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(
            ResourceGroupsPut,
            resources::put_resource_group(client, with.id(), "eastus", {{"a", "b"}}, {})
        ),
        PUBLISHED_CALL(
            ResourceGroupsDelete, resources::remove_resource_group(client, with.id(), {})
        ),
        PUBLISHED_CALL(
            ResourcesList,
            resources::list_resources(
                client, with.subscription(), {.name = "a", .value = "it's"}, {}
            )
        ),
        PUBLISHED_CALL(
            TagsMerge,
            resources::merge_tags(
                client, arm::ResourceId::parse(with.text("scope")).value(), {{"a", "b"}}, {}
            )
        ),
        PUBLISHED_CALL(
            ProvidersGet,
            resources::provider_state(
                client, with.subscription(), with.text("resourceProviderNamespace"), {}
            )
        ),
        PUBLISHED_CALL(
            ProvidersRegister,
            resources::register_provider(
                client, with.subscription(), with.text("resourceProviderNamespace"), {}
            )
        ),
        PUBLISHED_CALL(PermissionsList, authorization::list_permissions(client, with.id(3), {})),
        PUBLISHED_CALL(
            VirtualNetworksListAll, net::list_virtual_networks(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(VirtualNetworksGet, net::get_virtual_network(client, with.id(), {})),
        PUBLISHED_CALL(
            VirtualNetworksPut,
            net::put_virtual_network(
                client, with.id(), {.region = "eastus", .address_prefixes = {"10.0.0.0/16"}}, {}
            )
        ),
        PUBLISHED_CALL(VirtualNetworksDelete, net::remove_virtual_network(client, with.id(), {})),
        PUBLISHED_CALL(
            VirtualNetworksCheckAddress,
            net::check_address(client, with.id(1), with.text("ipAddress"), {})
        ),
        PUBLISHED_CALL(SubnetsList, net::list_subnets(client, with.id(1), {})),
        PUBLISHED_CALL(SubnetsGet, net::get_subnet(client, with.id(), {})),
        PUBLISHED_CALL(
            SubnetsPut,
            net::put_subnet(
                client,
                with.id(),
                {.address_prefix = "10.0.0.0/24",
                 .security_group = some_subnet(),
                 .service_endpoints = {"Microsoft.Storage"}},
                {}
            )
        ),
        PUBLISHED_CALL(SubnetsDelete, net::remove_subnet(client, with.id(), {})),
        PUBLISHED_CALL(SecurityGroupsGet, net::get_security_group(client, with.id(), {})),
        PUBLISHED_CALL(
            SecurityGroupsPut,
            net::put_security_group(
                client,
                with.id(),
                {.region = "eastus", .rules = {{.name = "r", .priority = 100}}},
                {}
            )
        ),
        PUBLISHED_CALL(SecurityGroupsDelete, net::remove_security_group(client, with.id(), {})),
        PUBLISHED_CALL(InterfacesGet, net::get_interface(client, with.id(), {})),
        PUBLISHED_CALL(
            InterfacesPut,
            net::put_interface(client, with.id(), {.region = "eastus", .subnet = some_subnet()}, {})
        ),
        PUBLISHED_CALL(InterfacesDelete, net::remove_interface(client, with.id(), {})),
        PUBLISHED_CALL(
            EndpointsListAll, net::list_private_endpoints(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(EndpointsGet, net::get_private_endpoint(client, with.id(), {})),
        PUBLISHED_CALL(
            EndpointsPut,
            net::put_private_endpoint(
                client,
                with.id(),
                {.region = "eastus",
                 .subnet = some_subnet(),
                 .target = some_subnet(),
                 .group_id = "blob",
                 .request_message = "please"},
                {}
            )
        ),
        PUBLISHED_CALL(EndpointsDelete, net::remove_private_endpoint(client, with.id(), {})),
        PUBLISHED_CALL(ZoneGroupsList, net::list_zone_groups(client, with.id(1), {})),
        PUBLISHED_CALL(ZoneGroupsGet, net::get_zone_group(client, with.id(), {})),
        PUBLISHED_CALL(ZoneGroupsPut, net::put_zone_group(client, with.id(), {some_subnet()}, {})),
        PUBLISHED_CALL(ZoneGroupsDelete, net::remove_zone_group(client, with.id(), {})),
        PUBLISHED_CALL(ZonesList, dns::list_zones(client, with.subscription(), {})),
        PUBLISHED_CALL(ZonesGet, dns::get_zone(client, with.id(), {})),
        PUBLISHED_CALL(ZonesPut, dns::create_zone(client, with.id(), {{"a", "b"}}, {})),
        PUBLISHED_CALL(ZonesDelete, dns::remove_zone(client, with.id(), {})),
        PUBLISHED_CALL(ZoneLinksGet, dns::get_link(client, with.id(), {})),
        PUBLISHED_CALL(ZoneLinksList, dns::list_links(client, with.id(1), {})),
        PUBLISHED_CALL(
            ZoneLinksPut,
            dns::put_link(
                client,
                with.id(),
                arm::ResourceId::make("s", "g", "Microsoft.Network/virtualNetworks", "v"),
                {}
            )
        ),
        PUBLISHED_CALL(ZoneLinksDelete, dns::remove_link(client, with.id(), {})),
        PUBLISHED_CALL(RecordsList, dns::list_addresses(client, with.id(1), {})),
        PUBLISHED_CALL(
            RecordsGet, dns::get_address(client, with.id(2), with.text("relativeRecordSetName"), {})
        ),
        PUBLISHED_CALL(
            RecordsPut,
            dns::put_address(
                client,
                with.id(2),
                {.name = with.text("relativeRecordSetName"),
                 .ttl_seconds = 10,
                 .addresses = {"10.0.0.4"}},
                {}
            )
        ),
        PUBLISHED_CALL(
            RecordsDelete,
            dns::remove_address(client, with.id(2), with.text("relativeRecordSetName"), {})
        ),
    };
}

inline std::map<std::string_view, PublishedCall> published_calls_of_storage_and_compute()
{
    namespace accounts = storage_accounts;
    return {
        PUBLISHED_CALL(
            StorageList, accounts::list_storage_accounts(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(StorageGet, accounts::get_storage_account(client, with.id(), {})),
        PUBLISHED_CALL(
            StorageCheckName, accounts::check_name(client, with.subscription(), "sto3363", {})
        ),
        PUBLISHED_CALL(
            StoragePut, accounts::put_storage_account(client, with.id(), {.region = "eastus"}, {})
        ),
        PUBLISHED_CALL(StorageUpdate, accounts::set_public_access(client, with.id(), false, {})),
        PUBLISHED_CALL(StorageDelete, accounts::remove_storage_account(client, with.id(), {})),
        PUBLISHED_CALL(StorageListKeys, accounts::list_keys(client, with.id(1), {})),
        PUBLISHED_CALL(StorageConnectionsList, accounts::list_connections(client, with.id(1), {})),
        PUBLISHED_CALL(
            StorageConnectionsPut, accounts::approve_connection(client, with.id(), "yes", {})
        ),
        PUBLISHED_CALL(
            MachinesPut,
            compute::put_virtual_machine(
                client,
                with.id(),
                {.region = "eastus",
                 .size = "Standard_D2s_v3",
                 .zone = "1",
                 .os_disk_name = "os",
                 .interface = some_subnet(),
                 .ssh_public_key = "ssh-ed25519 A",
                 .custom_data = "#cloud-config",
                 .is_spot = true},
                {}
            )
        ),
        PUBLISHED_CALL(MachinesGet, compute::get_virtual_machine(client, with.id(), {})),
        PUBLISHED_CALL(MachinesInstanceView, compute::get_instance_view(client, with.id(1), {})),
        PUBLISHED_CALL(MachinesList, compute::list_group_machines(client, with.id(3), {})),
        PUBLISHED_CALL(
            MachinesListAll, compute::list_virtual_machines(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(MachinesDelete, compute::remove_virtual_machine(client, with.id(), {})),
        PUBLISHED_CALL(MachinesStart, compute::start_virtual_machine(client, with.id(1), {})),
        PUBLISHED_CALL(
            MachinesDeallocate, compute::deallocate_virtual_machine(client, with.id(1), {})
        ),
        {"MachinesRunCommand",
         [](arm::Client& client, const PublishedParameters& with) -> Result<void> {
             TRY_LET(
                 arm::OperationHandle handle,
                 compute::begin_run_command(client, with.id(1), {"true"}, {})
             );
             return outcome(compute::finish_run_command(client, std::move(handle), {}));
         }},
        {"RunCommandsPut",
         [](arm::Client& client, const PublishedParameters& with) -> Result<void> {
             compute::ManagedScript script{.region = "eastus", .script = "true"};
             script.environment.emplace_back("a", "b");
             return compute::put_managed_script(client, with.id(), script, {});
         }},
        PUBLISHED_CALL(RunCommandsGet, compute::get_managed_script(client, with.id(), {})),
        PUBLISHED_CALL(RunCommandsDelete, compute::remove_managed_script(client, with.id(), {})),
        PUBLISHED_CALL(
            ComputeUsageList,
            compute::list_usages(client, with.subscription(), with.text("location"), {})
        ),
        PUBLISHED_CALL(
            ComputeSkusList, compute::list_sizes(client, with.subscription(), "westus", {})
        ),
        PUBLISHED_CALL(
            ImagesList,
            compute::list_image_versions(
                client,
                with.subscription(),
                with.text("location"),
                {.publisher = with.text("publisherName"),
                 .offer = with.text("offer"),
                 .sku = with.text("skus")},
                {}
            )
        ),
        PUBLISHED_CALL(DisksGet, compute::get_disk(client, with.id(), {})),
        PUBLISHED_CALL(DisksDelete, compute::remove_disk(client, with.id(), {})),
    };
}

inline std::map<std::string_view, PublishedCall> published_calls_of_databases()
{
    namespace clusters = postgres_clusters;
    namespace cosmos = cosmos_accounts;
    return {
        PUBLISHED_CALL(ClustersList, clusters::list_clusters(client, with.subscription(), {})),
        PUBLISHED_CALL(ClustersGet, clusters::get_cluster(client, with.id(), {})),
        PUBLISHED_CALL(
            ClustersPut,
            clusters::restore_cluster(
                client, with.id(), {.region = "westus", .source = some_subnet()}, {}
            )
        ),
        PUBLISHED_CALL(ClustersDelete, clusters::remove_cluster(client, with.id(), {})),
        PUBLISHED_CALL(
            ClustersCheckName, clusters::is_name_free(client, with.subscription(), "name", {})
        ),
        PUBLISHED_CALL(ServersList, clusters::list_servers(client, with.id(1), {})),
        PUBLISHED_CALL(ClusterConnectionsList, clusters::list_connections(client, with.id(1), {})),
        PUBLISHED_CALL(
            ClusterConnectionsPut, clusters::approve_connection(client, with.id(), "yes", {})
        ),
        PUBLISHED_CALL(ClusterLinksList, clusters::list_link_resources(client, with.id(1), {})),
        PUBLISHED_CALL(CosmosList, cosmos::list_accounts(client, with.subscription(), {})),
        PUBLISHED_CALL(CosmosGet, cosmos::get_account(client, with.id(), {})),
        PUBLISHED_CALL(
            CosmosPut,
            cosmos::restore_account(
                client,
                with.id(),
                {.region = "westus",
                 .source = some_subnet(),
                 .selection = {{.database = "d", .collections = {"c"}}}},
                {}
            )
        ),
        PUBLISHED_CALL(
            CosmosUpdate,
            cosmos::set_backup_tier(client, with.id(), cosmos::BackupKind::Continuous7Days, {})
        ),
        PUBLISHED_CALL(CosmosDelete, cosmos::remove_account(client, with.id(), {})),
        PUBLISHED_CALL(
            CosmosNameExists, cosmos::is_name_taken(client, with.text("accountName"), {})
        ),
        PUBLISHED_CALL(
            CosmosConnectionStrings, cosmos::list_connection_strings(client, with.id(1), {})
        ),
        PUBLISHED_CALL(
            RestorableList, cosmos::list_restorable_accounts(client, with.subscription(), {})
        ),
        PUBLISHED_CALL(RestorableGet, cosmos::get_restorable_account(client, with.id(), {})),
        PUBLISHED_CALL(RestorableDatabases, cosmos::list_database_events(client, with.id(1), {})),
        PUBLISHED_CALL(
            RestorableCollections, cosmos::list_collection_events(client, with.id(1), "rid", {})
        ),
        PUBLISHED_CALL(
            RestorableResources,
            cosmos::list_restorable_resources(client, with.id(1), "westus", {}, {})
        ),
        PUBLISHED_CALL(MongoDatabasesList, cosmos::list_databases(client, with.id(1), {})),
        PUBLISHED_CALL(
            MongoCollectionsList,
            cosmos::list_collections(client, with.id(3), with.text("databaseName"), {})
        ),
        PUBLISHED_CALL(
            MongoBackupInformation,
            cosmos::latest_restorable_time(
                client,
                with.id(5),
                {with.text("databaseName"), with.text("collectionName")},
                "westus",
                {}
            )
        ),
    };
}

#undef PUBLISHED_CALL

inline std::map<std::string_view, PublishedCall> published_calls()
{
    auto calls = published_calls_of_groups_and_network();
    calls.merge(published_calls_of_storage_and_compute());
    calls.merge(published_calls_of_databases());
    return calls;
}

}  // namespace starkeep::azure
