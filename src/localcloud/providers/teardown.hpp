// SPDX-License-Identifier: Apache-2.0
// Removing resources' facts, and what others say of them.
#pragma once

#include "localcloud/machinery.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/resource_store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

/// Copies of all below a key.
std::vector<Resource> resources_below(const ResourceStore& store, const std::string& key);

/// In the order in which nothing is removed that another one still needs.
Outcome remove_facts(Machinery& machinery, const std::vector<Resource>& resources);

/// Takes the connections of private endpoints whose keys begin so out of their targets.
void forget_connections(ResourceStore& store, std::string_view endpoints);

/// "West Europe" for "westeurope".
std::string display_region(std::string_view region);

}  // namespace starkeep::localcloud
