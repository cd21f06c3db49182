// SPDX-License-Identifier: Apache-2.0
// What a subscription holds of networks, accounts, endpoints and zones: read once, asked by the plan.
#pragma once

#include "azure/arm/resource_id.hpp"
#include "azure/dns/private_zones.hpp"
#include "azure/network/private_endpoints.hpp"
#include "azure/network/virtual_networks.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/result.hpp"
#include "fleet/services.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

struct SurveyedZone {
    azure::dns::Zone zone;
    std::vector<azure::dns::Link> links;
};

struct Survey {
    std::vector<azure::network::VirtualNetwork> networks;
    std::vector<azure::storage_accounts::StorageAccount> accounts;
    std::vector<azure::network::PrivateEndpoint> endpoints;
    std::vector<SurveyedZone> zones;

    const azure::network::VirtualNetwork* find_network(const azure::arm::ResourceId& id) const;
    /// The network and those that traffic reaches from it.
    std::vector<azure::arm::ResourceId> reach_of(const azure::arm::ResourceId& network) const;
    /// In one of the networks, best in the first.
    const azure::network::PrivateEndpoint* find_endpoint(
        const std::vector<azure::arm::ResourceId>& networks,
        const azure::arm::ResourceId& target,
        std::string_view group_id
    ) const;
    /// The zone of this name to which the network is linked.
    const SurveyedZone*
    find_linked_zone(std::string_view name, const azure::arm::ResourceId& network) const;
    const SurveyedZone* find_zone(const azure::arm::ResourceId& id) const;
};

/// `zones`: names of the zones that matter; links are read of these only. None: no endpoints are read either.
Result<Survey> survey(
    const Services& services, const std::string& subscription, const std::vector<std::string>& zones
);

}  // namespace starkeep::fleet
