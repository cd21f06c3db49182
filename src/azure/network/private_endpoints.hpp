// SPDX-License-Identifier: Apache-2.0
// Private endpoints, and the DNS zone groups that write their addresses into private zones.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::network {

struct EndpointConnection {
    arm::ResourceId target{};
    std::vector<std::string> group_ids{};  ///< "blob", "queue", "coordinator" …; without case
    std::string status{};                  ///< "Approved", "Pending", "Rejected", "Disconnected"
    std::string description{};
    bool is_manual = false;
};

struct NameAddresses {
    std::string fqdn{};
    std::vector<std::string> addresses{};
};

struct PrivateEndpoint {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    arm::ResourceId subnet{};
    std::vector<arm::ResourceId> interfaces{};
    std::vector<EndpointConnection> connections{};
    /// What a private zone ought to say.
    std::vector<NameAddresses> dns{};
    std::string provisioning_state{};

    /// Whether it leads to this sub-resource of this target.
    bool leads_to(const arm::ResourceId& target, std::string_view group_id) const;
};

struct PrivateEndpointSpec {
    std::string region;
    arm::Tags tags{};
    arm::ResourceId subnet{};
    arm::ResourceId target{};
    std::string group_id{};
    std::string request_message{};
    /// Asks the target's owner instead of approving by own rights.
    bool is_manual = false;
};

struct RecordSet {
    std::string type{};
    std::string name{};
    std::string fqdn{};
    std::vector<std::string> addresses{};
};

struct ZoneConfig {
    std::string name{};
    arm::ResourceId zone{};
    std::vector<RecordSet> records{};
};

struct ZoneGroup {
    arm::ResourceId id{};
    std::string name{};
    std::vector<ZoneConfig> zones{};
    std::string provisioning_state{};
};

Result<std::vector<PrivateEndpoint>>
list_private_endpoints(arm::Client& client, std::string_view subscription, std::stop_token stop);
Result<PrivateEndpoint>
get_private_endpoint(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
Result<PrivateEndpoint> put_private_endpoint(
    arm::Client& client,
    const arm::ResourceId& id,
    const PrivateEndpointSpec& spec,
    const arm::Wait& wait
);
Result<void>
remove_private_endpoint(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

Result<std::vector<ZoneGroup>>
list_zone_groups(arm::Client& client, const arm::ResourceId& endpoint, std::stop_token stop);
/// `id`: endpoint.child("privateDnsZoneGroups", "default").
Result<ZoneGroup>
get_zone_group(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
Result<ZoneGroup> put_zone_group(
    arm::Client& client,
    const arm::ResourceId& id,
    const std::vector<arm::ResourceId>& zones,
    const arm::Wait& wait
);
Result<void>
remove_zone_group(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

}  // namespace starkeep::azure::network
