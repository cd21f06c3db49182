// SPDX-License-Identifier: Apache-2.0
// Managed disks: what a machine that went away may have left behind.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <stop_token>
#include <string>

namespace starkeep::azure::compute {

struct Disk {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::uint32_t size_gb = 0;
    std::string state{};        ///< "Attached", "Unattached" …
    arm::ResourceId machine{};  ///< that it is attached to
};

Result<Disk> get_disk(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);

}  // namespace starkeep::azure::compute
