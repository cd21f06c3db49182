// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/dns/private_zones.hpp"
#include "azure/network/private_endpoints.hpp"
#include "azure/network/virtual_networks.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/result.hpp"
#include "fleet/services.hpp"
#include "fleet/survey_internal.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

using azure::arm::ResourceId;

const azure::network::VirtualNetwork* Survey::find_network(const ResourceId& id) const
{
    const auto found = std::find_if(networks.begin(), networks.end(), [&](const auto& network) {
        return network.id == id;
    });
    return found == networks.end() ? nullptr : &*found;
}

std::vector<ResourceId> Survey::reach_of(const ResourceId& network) const
{
    std::vector<ResourceId> reach{network};
    if (const azure::network::VirtualNetwork* found = find_network(network)) {
        for (const azure::network::Peering& peering : found->peerings) {
            if (azure::arm::same_text(peering.state, "Connected")) {
                reach.push_back(peering.remote);
            }
        }
    }
    return reach;
}

const azure::network::PrivateEndpoint* Survey::find_endpoint(
    const std::vector<ResourceId>& reach, const ResourceId& target, std::string_view group_id
) const
{
    for (const ResourceId& network : reach) {
        for (const azure::network::PrivateEndpoint& endpoint : endpoints) {
            if (endpoint.leads_to(target, group_id) && endpoint.subnet.parent() == network) {
                return &endpoint;
            }
        }
    }
    return nullptr;
}

const SurveyedZone* Survey::find_linked_zone(std::string_view name, const ResourceId& network) const
{
    for (const SurveyedZone& zone : zones) {
        const bool is_linked =
            std::any_of(zone.links.begin(), zone.links.end(), [&](const azure::dns::Link& link) {
                return link.network == network;
            });
        if (is_linked && azure::arm::same_text(zone.zone.name, name)) {
            return &zone;
        }
    }
    return nullptr;
}

const SurveyedZone* Survey::find_zone(const ResourceId& id) const
{
    const auto found = std::find_if(zones.begin(), zones.end(), [&](const SurveyedZone& zone) {
        return zone.zone.id == id;
    });
    return found == zones.end() ? nullptr : &*found;
}

Result<Survey> survey(
    const Services& services, const std::string& subscription, const std::vector<std::string>& zones
)
{
    Survey survey;
    TRY_LET(
        survey.networks,
        azure::network::list_virtual_networks(services.arm, subscription, services.stop)
    );
    TRY_LET(
        survey.accounts,
        azure::storage_accounts::list_storage_accounts(services.arm, subscription, services.stop)
    );
    if (zones.empty()) {
        return survey;
    }
    TRY_LET(
        survey.endpoints,
        azure::network::list_private_endpoints(services.arm, subscription, services.stop)
    );
    TRY_LET(
        std::vector<azure::dns::Zone> all,
        azure::dns::list_zones(services.arm, subscription, services.stop)
    );
    for (azure::dns::Zone& zone : all) {
        const bool matters = std::any_of(zones.begin(), zones.end(), [&](const std::string& name) {
            return azure::arm::same_text(zone.name, name);
        });
        if (matters) {
            TRY_LET(
                std::vector<azure::dns::Link> links,
                azure::dns::list_links(services.arm, zone.id, services.stop)
            );
            survey.zones.push_back({.zone = std::move(zone), .links = std::move(links)});
        }
    }
    return survey;
}

}  // namespace starkeep::fleet
