// SPDX-License-Identifier: Apache-2.0
// After a restart: what the resources say is made a fact again.
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/dns_records.hpp"
#include "localcloud/providers/machine_rules.hpp"
#include "localcloud/providers/network_rules.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

using Step = std::pair<std::string_view, std::function<Result<void>(const Resource&)>>;

Result<void> restore_vm(Machinery& machinery, Resource& vm)
{
    // A script that ran when the cloud stopped is gone.
    vm.hidden["is_running_command"] = false;
    if (text_at(vm.hidden, "power") == "stopped" || text_at(vm.hidden, "power") == "deallocated") {
        return {};
    }
    vm.hidden["power"] = "running";
    return machinery.put_vm(vm_fact(vm));
}

Result<void>
restore_cluster(Machinery& machinery, const ResourceStore& store, const Resource& cluster)
{
    TRY(machinery.put_cluster(cluster_fact(store, cluster)));
    if (text_at(cluster.document, "properties/state") == "Stopped") {
        return machinery.stop_cluster(key_of(cluster.id()));
    }
    return {};
}

}  // namespace

void Plane::restore_facts()
{
    Machinery& machinery = *machinery_;
    const std::vector<Step> steps{
        {kNetworkType,
         [&](const Resource& r) {
             return machinery.put_network(network_fact(r));
         }},
        {kSubnetType,
         [&](const Resource& r) {
             return machinery.put_subnet(subnet_fact(r));
         }},
        {kInterfaceType,
         [&](const Resource& r) {
             return has(r.document, "properties/privateEndpoint")
                        ? Result<void>()
                        : machinery.put_interface(interface_fact(r));
         }},
        {"Microsoft.Storage/storageAccounts",
         [&](const Resource& r) {
             return machinery.put_storage_account(storage_fact(r));
         }},
        {"Microsoft.DBforPostgreSQL/serverGroupsv2",
         [&](const Resource& r) {
             return restore_cluster(machinery, store_, r);
         }},
        {kEndpointType,
         [&](const Resource& r) {
             return machinery.put_endpoint(endpoint_fact(r));
         }},
        {kZoneType,
         [&](const Resource& r) {
             return machinery.put_zone(zone_fact(store_, r));
         }},
        {kMachineType,
         [&](const Resource& r) {
             return restore_vm(machinery, *store_.find(key_of(r.id())));
         }},
    };
    for (const auto& [type, put] : steps) {
        for (Resource* const resource : store_.list(type)) {
            const auto done = put(*resource);
            if (is_busy(*resource) || !done.ok()) {
                set_state(*resource, done.ok() ? "Succeeded" : "Failed");
            }
            if (!done.ok()) {
                log_.add(Json{
                    {"kind", "restore"},
                    {"resource", key_of(resource->id())},
                    {"error", done.error().account()}
                });
            }
        }
    }
    for (auto& [key, resource] : store_.all()) {
        if (is_busy(resource) && is_same(resource.type, "Microsoft.Resources/resourceGroups")) {
            set_state(*store_.find(key), "Succeeded");
        }
    }
}

}  // namespace starkeep::localcloud
