// SPDX-License-Identifier: Apache-2.0
// A records of private zones, as zone groups and record sets write them.
#pragma once

#include "localcloud/machinery.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/resource_store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

inline constexpr std::string_view kZoneType = "Microsoft.Network/privateDnsZones";
inline constexpr std::string_view kRecordType = "Microsoft.Network/privateDnsZones/A";
inline constexpr std::string_view kLinkType =
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks";

/// Writes the record into the store; the zone's fact is the caller's to put.
void write_record(
    ResourceStore& store,
    const Resource& zone,
    const std::string& name,
    const std::string& address,
    const std::string& creator
);

/// Takes away what that creator wrote, anywhere. Keys of the zones that changed.
std::vector<std::string> remove_records(ResourceStore& store, const std::string& creator);

/// Facts of zones, taken under the lock and put without it.
Outcome put_zones(Machinery& machinery, const std::vector<ZoneFact>& zones);

}  // namespace starkeep::localcloud
