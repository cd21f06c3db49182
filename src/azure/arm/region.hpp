// SPDX-License-Identifier: Apache-2.0
// One spelling for a region: providers say "West Europe" or "westeurope" as they like.
#pragma once

#include <string>
#include <string_view>

namespace starkeep::azure::arm {

/// "West Europe" → "westeurope".
std::string normalize_region(std::string_view spelled);

}  // namespace starkeep::azure::arm
