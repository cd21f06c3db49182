// SPDX-License-Identifier: Apache-2.0
// Every provider's routes, and what the control plane asks of resources of any kind.
#pragma once

#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/directory.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

class Plane;

std::vector<Route> all_routes();

void add_resource_routes(std::vector<Route>& routes);
void add_virtual_network_routes(std::vector<Route>& routes);
void add_interface_routes(std::vector<Route>& routes);
void add_private_endpoint_routes(std::vector<Route>& routes);
void add_private_dns_routes(std::vector<Route>& routes);
void add_storage_routes(std::vector<Route>& routes);
void add_machine_routes(std::vector<Route>& routes);
void add_run_command_routes(std::vector<Route>& routes);
void add_compute_catalog_routes(std::vector<Route>& routes);
void add_postgres_routes(std::vector<Route>& routes);
void add_cosmos_routes(std::vector<Route>& routes);
void add_authorization_routes(std::vector<Route>& routes);

/// What a GET of the resource answers, with the children that Azure shows inside.
Json show(const ResourceStore& store, const Resource& resource);

Answer not_authorized(const Principal& principal, std::string_view action, std::string_view scope);

/// Refused when the path names a resource group that is not there or is going.
std::optional<Answer> check_group(Plane& plane, const Call& call);

}  // namespace starkeep::localcloud
