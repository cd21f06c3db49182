// SPDX-License-Identifier: Apache-2.0
// What private endpoints may point at: sub-resources, names and zones per kind of target, and the connections that targets keep.
#pragma once

#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

/// One sub-resource of a target. Source: azure README 4.2, table of targets.
struct LinkTarget {
    std::string group;   ///< "blob"
    std::string host;    ///< the public name that it stands for
    std::string zone;    ///< "privatelink.blob.core.starkeep.test"
    std::string record;  ///< the name inside the zone
};

/// Nothing when the type cannot be a target or has no such sub-resource.
std::optional<LinkTarget>
find_link_target(const Settings& settings, const Resource& target, std::string_view group);

/// {target}/privateLinkResources
Answer list_link_resources(Plane& plane, const Call& call);

/// {target}/privateEndpointConnections/{name}, PUT: approves or rejects. `form` only where the provider has operations.
Answer put_connection(Plane& plane, const Call& call);

/// The connection of an endpoint, kept by its target; makes it or changes its status.
void keep_connection(ResourceStore& store, const Resource& target, const Resource& endpoint);

/// Sets an endpoint's status, in its own document and what it hides.
void set_connection_status(
    Resource& endpoint, const std::string& status, const std::string& description
);

}  // namespace starkeep::localcloud
