// SPDX-License-Identifier: Apache-2.0
#include "localcloud/providers/teardown.hpp"

#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

namespace {

struct Removal {
    std::string_view type;
    Result<void> (Machinery::*remove)(const FactId& id);
};

constexpr std::array<Removal, 8> kRemovals{{
    {"Microsoft.Compute/virtualMachines", &Machinery::remove_vm},
    {"Microsoft.Network/privateDnsZones", &Machinery::remove_zone},
    {"Microsoft.Network/privateEndpoints", &Machinery::remove_endpoint},
    {"Microsoft.Network/networkInterfaces", &Machinery::remove_interface},
    {"Microsoft.Storage/storageAccounts", &Machinery::remove_storage_account},
    {"Microsoft.DBforPostgreSQL/serverGroupsv2", &Machinery::remove_cluster},
    {"Microsoft.Network/virtualNetworks/subnets", &Machinery::remove_subnet},
    {"Microsoft.Network/virtualNetworks", &Machinery::remove_network},
}};

}  // namespace

std::vector<Resource> resources_below(const ResourceStore& store, const std::string& key)
{
    std::vector<Resource> resources;
    for (const std::string& below : store.keys_below(key)) {
        resources.push_back(*store.find(below));
    }
    return resources;
}

Outcome remove_facts(Machinery& machinery, const std::vector<Resource>& resources)
{
    for (const Removal& removal : kRemovals) {
        for (const Resource& resource : resources) {
            if (!is_same(resource.type, removal.type)) {
                continue;
            }
            Outcome outcome = outcome_of((machinery.*removal.remove)(key_of(resource.id())));
            if (outcome.failure) {
                return outcome;
            }
        }
    }
    return {};
}

void forget_connections(ResourceStore& store, std::string_view endpoints)
{
    std::vector<std::string> gone;
    for (const auto& [key, resource] : store.all()) {
        if (resource.type.ends_with("/privateEndpointConnections") &&
            (key_of(text_at(resource.document, "properties/privateEndpoint/id")) + "/")
                .starts_with(endpoints)) {
            gone.push_back(key);
        }
    }
    for (const std::string& key : gone) {
        store.remove(key);
    }
}

std::string display_region(std::string_view region)
{
    // Azure's names join direction, place and number; ours only ever are directions and places of one word.
    std::string text(region);
    for (const std::string_view direction : {"west", "north", "east", "south", "central"}) {
        if (text.starts_with(direction) && text.size() > direction.size()) {
            text.insert(direction.size(), " ");
            break;
        }
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((i == 0 || text[i - 1] == ' ') && text[i] >= 'a' && text[i] <= 'z') {
            text[i] = static_cast<char>(text[i] - 'a' + 'A');
        }
    }
    return text;
}

}  // namespace starkeep::localcloud
