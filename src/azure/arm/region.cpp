// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/region.hpp"

#include "azure/arm/resource_id.hpp"

#include <string>
#include <string_view>

namespace starkeep::azure::arm {

std::string normalize_region(std::string_view spelled)
{
    std::string name = lower_case(spelled);
    std::erase(name, ' ');
    return name;
}

}  // namespace starkeep::azure::arm
