// SPDX-License-Identifier: Apache-2.0
// Sizes and images that machines may be made of.
#pragma once

#include "json/json.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

struct MachineSize {
    std::string_view name;
    std::string_view family;
    std::int64_t cores;
    std::string_view memory_gib;
};

std::span<const MachineSize> machine_sizes();
const MachineSize* find_size(std::string_view name);

/// The exact version of an image; nothing when there is no such image. Only Ubuntu 22.04 LTS is served.
std::optional<std::string> image_version(const Json& reference);

}  // namespace starkeep::localcloud
