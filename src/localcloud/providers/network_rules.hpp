// SPDX-License-Identifier: Apache-2.0
// Rules that networks, subnets, interfaces and endpoints share: what exists, what is free, who may join.
#pragma once

#include "localcloud/address_block.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/resource_store.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

inline constexpr std::string_view kNetworkType = "Microsoft.Network/virtualNetworks";
inline constexpr std::string_view kSubnetType = "Microsoft.Network/virtualNetworks/subnets";
inline constexpr std::string_view kInterfaceType = "Microsoft.Network/networkInterfaces";
inline constexpr std::string_view kEndpointType = "Microsoft.Network/privateEndpoints";

/// Names of network resources: 1 to 80 letters, digits, '_', '.', '-', the ends as Azure wants them.
std::optional<Answer> check_network_name(std::string_view name, std::string_view type);

/// A reference of a body to another resource that must be there, of that type, and not be busy or failed.
struct Reference {
    Resource* resource = nullptr;
    std::optional<Answer> refused{};
};
Reference resolve(Plane& plane, const Call& call, std::string_view id, std::string_view type);

/// Refused while the network or a subnet of it is being changed. Source: azure README 4.1.
std::optional<Answer> check_not_busy(Plane& plane, const std::string& network_key);

/// Refused when the principal lacks an action on something that the call makes use of.
std::optional<Answer> check_linked(
    const Call& call,
    const std::string& own_action,
    const std::string& action,
    const std::string& scope
);

/// Addresses that interfaces in the subnet hold, without those of `except`.
std::set<std::uint32_t> used_addresses(
    const ResourceStore& store, const std::string& subnet_key, const std::string& except
);
/// Ids of interfaces in the subnet.
std::vector<std::string> users_of(const ResourceStore& store, const std::string& subnet_key);

struct Allocation {
    std::string address;
    std::optional<Answer> refused{};
};
/// The wanted address, or the lowest free one when none is.
Allocation allocate(
    const ResourceStore& store,
    const Resource& subnet,
    const std::string& wanted,
    const std::string& for_interface
);

/// The key of the network that a subnet lies in.
std::string network_key_of(const Resource& subnet);

}  // namespace starkeep::localcloud
