// SPDX-License-Identifier: Apache-2.0
// Private DNS zones, their links to networks, and the addresses in them.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::dns {

struct Zone {
    arm::ResourceId id{};
    std::string name{};
    arm::Tags tags{};
    std::string etag{};
    std::string provisioning_state{};
};

struct Link {
    arm::ResourceId id{};
    std::string name{};
    arm::ResourceId network{};
    std::string state{};  ///< "Completed" when names resolve
    std::string provisioning_state{};
};

struct AddressRecord {
    std::string name{};
    std::string fqdn{};
    std::uint32_t ttl_seconds = 0;
    std::vector<std::string> addresses{};
};

Result<std::vector<Zone>>
list_zones(arm::Client& client, std::string_view subscription, std::stop_token stop);
Result<Zone> get_zone(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Makes the zone; one that is there stays as it is.
/// Errors: also Conflict when it is there already (made only when missing).
Result<Zone> create_zone(
    arm::Client& client, const arm::ResourceId& id, const arm::Tags& tags, const arm::Wait& wait
);
Result<void> remove_zone(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

/// `zone`'s links.
Result<std::vector<Link>>
list_links(arm::Client& client, const arm::ResourceId& zone, std::stop_token stop);
/// `id`: zone.child("virtualNetworkLinks", name).
Result<Link> get_link(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Errors: also Conflict when the network is linked to another zone of that name.
Result<Link> put_link(
    arm::Client& client,
    const arm::ResourceId& id,
    const arm::ResourceId& network,
    const arm::Wait& wait
);
Result<void> remove_link(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

Result<std::vector<AddressRecord>>
list_addresses(arm::Client& client, const arm::ResourceId& zone, std::stop_token stop);
Result<AddressRecord> get_address(
    arm::Client& client, const arm::ResourceId& zone, std::string_view name, std::stop_token stop
);
/// Replaces the addresses of that name. Zone groups do this on their own; it is for zones without one.
Result<AddressRecord> put_address(
    arm::Client& client,
    const arm::ResourceId& zone,
    const AddressRecord& record,
    std::stop_token stop
);
Result<void> remove_address(
    arm::Client& client, const arm::ResourceId& zone, std::string_view name, std::stop_token stop
);

}  // namespace starkeep::azure::dns
