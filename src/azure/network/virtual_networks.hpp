// SPDX-License-Identifier: Apache-2.0
// Virtual networks and their subnets.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::network {

struct Subnet {
    arm::ResourceId id{};
    std::string name{};
    std::vector<std::string> address_prefixes{};
    arm::ResourceId security_group{};
    std::string private_endpoint_policies{};  ///< "Disabled" or what is enabled
    bool has_default_outbound = true;
    std::vector<std::string> delegations{};
    std::string provisioning_state{};
};

struct Peering {
    std::string name{};
    arm::ResourceId remote{};
    std::vector<std::string> remote_prefixes{};
    std::string state{};  ///< "Connected" when traffic flows
};

struct VirtualNetwork {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::vector<std::string> address_prefixes{};
    std::vector<std::string> dns_servers{};
    std::vector<Subnet> subnets{};
    std::vector<Peering> peerings{};
    std::string provisioning_state{};
};

struct VirtualNetworkSpec {
    std::string region;
    arm::Tags tags{};
    std::vector<std::string> address_prefixes{};
    std::vector<std::string> dns_servers{};
};

struct SubnetSpec {
    std::string address_prefix;
    arm::ResourceId security_group{};
    bool has_default_outbound = false;
    /// "Microsoft.Storage" and the like.
    std::vector<std::string> service_endpoints{};
};

struct AddressAvailability {
    bool is_available = false;
    std::vector<std::string> alternatives{};
};

Result<std::vector<VirtualNetwork>>
list_virtual_networks(arm::Client& client, std::string_view subscription, std::stop_token stop);
Result<VirtualNetwork>
get_virtual_network(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Makes a network without subnets. Azure removes the subnets of a network that is there already: look first.
Result<VirtualNetwork> put_virtual_network(
    arm::Client& client,
    const arm::ResourceId& id,
    const VirtualNetworkSpec& spec,
    const arm::Wait& wait
);
Result<void>
remove_virtual_network(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);
/// Whether a VM could have this address; if not, some that it could have.
Result<AddressAvailability> check_address(
    arm::Client& client,
    const arm::ResourceId& network,
    std::string_view address,
    std::stop_token stop
);

Result<std::vector<Subnet>>
list_subnets(arm::Client& client, const arm::ResourceId& network, std::stop_token stop);
Result<Subnet> get_subnet(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Private endpoints are always allowed in it. Azure takes one change per network at a time; a busy one is waited for.
Result<Subnet> put_subnet(
    arm::Client& client, const arm::ResourceId& id, const SubnetSpec& spec, const arm::Wait& wait
);
Result<void> remove_subnet(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

}  // namespace starkeep::azure::network
