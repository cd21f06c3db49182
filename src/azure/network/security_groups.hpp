// SPDX-License-Identifier: Apache-2.0
// Network security groups with their rules.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::azure::network {

/// Shape: Azure's own words: direction "Inbound" or "Outbound", access "Allow" or "Deny", protocol "Tcp", "Udp" or "*";
/// a source or destination is a prefix, a service tag or "*"; a port is a number, a range or "*".
struct SecurityRule {
    std::string name{};
    std::uint32_t priority = 0;  ///< 100 to 4096, lower ones first
    std::string direction{};
    std::string access{};
    std::string protocol = "*";
    std::string source = "*";
    std::string source_port = "*";
    std::string destination = "*";
    std::string destination_port = "*";
};

struct SecurityGroup {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::vector<SecurityRule> rules{};
    std::string provisioning_state{};
};

struct SecurityGroupSpec {
    std::string region;
    arm::Tags tags{};
    std::vector<SecurityRule> rules{};
};

Result<SecurityGroup>
get_security_group(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Replaces the rules of one that is there.
Result<SecurityGroup> put_security_group(
    arm::Client& client,
    const arm::ResourceId& id,
    const SecurityGroupSpec& spec,
    const arm::Wait& wait
);
Result<void>
remove_security_group(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

}  // namespace starkeep::azure::network
