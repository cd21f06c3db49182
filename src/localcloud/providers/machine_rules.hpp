// SPDX-License-Identifier: Apache-2.0
// What virtual machines are refused for, and what they use up.
#pragma once

#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/resource_store.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace starkeep::localcloud {

inline constexpr std::string_view kMachineType = "Microsoft.Compute/virtualMachines";
inline constexpr std::string_view kDiskType = "Microsoft.Compute/disks";

/// Of all families when none is named.
std::int64_t
used_cores(const ResourceStore& store, std::string_view region, std::string_view family);
std::int64_t used_machines(const ResourceStore& store, std::string_view region);

/// Everything that a new machine's body may be refused for. Source: azure README 6.1.
std::optional<Answer> check_machine(Plane& plane, const Call& call);

Answer delete_disk(Plane& plane, const Call& call);

}  // namespace starkeep::localcloud
