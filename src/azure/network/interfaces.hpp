// SPDX-License-Identifier: Apache-2.0
// Network interfaces of virtual machines, without public addresses.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::azure::network {

struct Interface {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::vector<std::string> private_addresses{};
    std::vector<arm::ResourceId> subnets{};
    /// Public addresses that hang on it; ours have none.
    std::vector<arm::ResourceId> public_addresses{};
    arm::ResourceId virtual_machine{};
    std::string provisioning_state{};
};

struct InterfaceSpec {
    std::string region;
    arm::Tags tags{};
    arm::ResourceId subnet{};
    bool is_accelerated = false;
};

Result<Interface>
get_interface(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Errors: also NoSpace when the subnet has no address left.
Result<Interface> put_interface(
    arm::Client& client, const arm::ResourceId& id, const InterfaceSpec& spec, const arm::Wait& wait
);
Result<void>
remove_interface(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

}  // namespace starkeep::azure::network
