// SPDX-License-Identifier: Apache-2.0
// What a region has on offer: sizes of machines, quotas, versions of images.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/compute/virtual_machines.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::compute {

struct Usage {
    std::string name{};  ///< "cores", "standardFSv2Family"
    std::string display_name{};
    std::int64_t current = 0;
    std::int64_t limit = 0;
};

struct Size {
    std::string name{};    ///< "Standard_F4s_v2"
    std::string family{};  ///< the usage's name
    std::uint32_t cores = 0;
    double memory_gb = 0;
    std::string architecture{};  ///< "x64", "Arm64"
    bool has_premium_disk = false;
    bool is_generation_2 = false;
    /// Zones where it may be used.
    std::vector<std::string> zones{};
    /// Not on offer for this subscription in the whole region.
    bool is_restricted = false;
};

Result<std::vector<Usage>> list_usages(
    arm::Client& client,
    std::string_view subscription,
    std::string_view region,
    std::stop_token stop
);
/// Sizes of virtual machines in that region; some megabytes over the wire.
Result<std::vector<Size>> list_sizes(
    arm::Client& client,
    std::string_view subscription,
    std::string_view region,
    std::stop_token stop
);
/// Version numbers, as Azure orders them.
Result<std::vector<std::string>> list_image_versions(
    arm::Client& client,
    std::string_view subscription,
    std::string_view region,
    const ImageReference& image,
    std::stop_token stop
);

}  // namespace starkeep::azure::compute
