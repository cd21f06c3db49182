// SPDX-License-Identifier: Apache-2.0
// Which sizes of machines a region sells to this subscription, within its quota.
#pragma once

#include "azure/compute/catalog.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace starkeep::fleet {

struct SizeChoice {
    /// Those that can be tried, in the order of the wish.
    std::vector<std::string> usable;
    /// Why each of the others cannot: "Standard_F4s_v2: 2 of 4 cores left in family standardFSv2Family".
    std::vector<std::string> refused;
};

/// Pure: `sizes` and `usages` are what the region's catalogue says.
SizeChoice choose_sizes(
    const std::vector<std::string>& wanted,
    const std::vector<azure::compute::Size>& sizes,
    const std::vector<azure::compute::Usage>& usages
);

}  // namespace starkeep::fleet
