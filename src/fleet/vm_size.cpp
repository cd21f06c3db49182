// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/compute/catalog.hpp"
#include "fleet/vm_size_internal.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

namespace {

using azure::arm::same_text;
using azure::compute::Size;
using azure::compute::Usage;

/// All cores of a region, whatever their family. Source: names of Microsoft.Compute usages.
constexpr std::string_view kAllCores = "cores";

/// Why the quota `name` has no room for `cores`; empty when it has, or when the region does not limit it.
std::string lack(const std::vector<Usage>& usages, std::string_view name, std::int64_t cores)
{
    for (const Usage& usage : usages) {
        if (same_text(usage.name, name) && usage.limit - usage.current < cores) {
            return std::to_string(std::max<std::int64_t>(usage.limit - usage.current, 0)) + " of " +
                   std::to_string(cores) + " cores left in quota " + usage.name;
        }
    }
    return {};
}

std::string
why_not(const std::string& name, const std::vector<Size>& sizes, const std::vector<Usage>& usages)
{
    const auto size = std::find_if(sizes.begin(), sizes.end(), [&](const Size& one) {
        return same_text(one.name, name);
    });
    if (size == sizes.end()) {
        return "not sold in this region";
    }
    if (size->is_restricted) {
        return "not on offer for this subscription";
    }
    if (!size->architecture.empty() && !same_text(size->architecture, "x64")) {
        return "its processor is " + size->architecture + ", the worker needs x64";
    }
    if (!size->is_generation_2) {
        return "it runs no generation 2 image";
    }
    if (!size->has_premium_disk) {
        return "it takes no premium disk";
    }
    const std::string family = lack(usages, size->family, size->cores);
    return family.empty() ? lack(usages, kAllCores, size->cores) : family;
}

}  // namespace

SizeChoice choose_sizes(
    const std::vector<std::string>& wanted,
    const std::vector<Size>& sizes,
    const std::vector<Usage>& usages
)
{
    SizeChoice choice;
    for (const std::string& name : wanted) {
        const std::string reason = why_not(name, sizes, usages);
        if (reason.empty()) {
            choice.usable.push_back(name);
        } else {
            choice.refused.push_back(name + ": " + reason);
        }
    }
    return choice;
}

}  // namespace starkeep::fleet
