// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/directory.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

namespace {

void show_children(
    const ResourceStore& store, std::string_view type, const std::string& key, Json& into
)
{
    into = Json::array();
    for (const Resource* const child : store.list(type, key + "/")) {
        into.push_back(child->document);
    }
}

}  // namespace

std::vector<Route> all_routes()
{
    std::vector<Route> routes;
    add_resource_routes(routes);
    add_virtual_network_routes(routes);
    add_interface_routes(routes);
    add_private_endpoint_routes(routes);
    add_private_dns_routes(routes);
    add_storage_routes(routes);
    add_machine_routes(routes);
    add_run_command_routes(routes);
    add_compute_catalog_routes(routes);
    add_postgres_routes(routes);
    add_cosmos_routes(routes);
    add_authorization_routes(routes);
    return routes;
}

Json show(const ResourceStore& store, const Resource& resource)
{
    Json shown = resource.document;
    const std::string key = key_of(resource.id());
    if (is_same(resource.type, "Microsoft.Network/virtualNetworks")) {
        show_children(
            store,
            "Microsoft.Network/virtualNetworks/subnets",
            key,
            make_at(shown, "properties/subnets")
        );
    }
    if (is_same(resource.type, "Microsoft.Storage/storageAccounts") ||
        is_same(resource.type, "Microsoft.DBforPostgreSQL/serverGroupsv2") ||
        is_same(resource.type, "Microsoft.DocumentDB/databaseAccounts")) {
        show_children(
            store,
            resource.type + "/privateEndpointConnections",
            key,
            make_at(shown, "properties/privateEndpointConnections")
        );
    }
    return shown;
}

Answer not_authorized(const Principal& principal, std::string_view action, std::string_view scope)
{
    return refusal(
        403,
        "AuthorizationFailed",
        fmt::format(
            "The client '{}' with object id '{}' does not have authorization to perform action "
            "'{}' over scope '{}' or the "
            "scope is invalid. If access was recently granted, please refresh your credentials.",
            principal.client_id,
            principal.object_id,
            action,
            scope
        )
    );
}

}  // namespace starkeep::localcloud
