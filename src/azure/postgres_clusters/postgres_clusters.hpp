// SPDX-License-Identifier: Apache-2.0
// Azure Cosmos DB for PostgreSQL clusters: found, looked at, restored to a point in time.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/endpoint_connection.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::postgres_clusters {

struct ServerName {
    std::string name{};
    std::string fqdn{};
};

struct Cluster {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::string provisioning_state{};
    std::string state{};  ///< "Ready", "Stopped" …
    std::string administrator{};
    std::string postgres_version{};
    std::string citus_version{};
    std::uint32_t node_count = 0;
    std::uint32_t coordinator_cores = 0;
    std::uint32_t coordinator_storage_mb = 0;
    bool is_highly_available = false;
    bool has_public_access = false;
    /// The coordinator comes first, as a rule; `list_servers` knows the roles.
    std::vector<ServerName> server_names{};
    arm::ResourceId restored_from{};
    std::optional<std::chrono::sys_seconds> earliest_restore{};
    std::vector<arm::TargetConnection> connections{};
};

struct Server {
    std::string name{};
    std::string fqdn{};
    std::string role{};  ///< "Coordinator" or "Worker"
    std::string state{};
    std::string postgres_version{};
};

struct RestoreSpec {
    /// Of the source and of the new cluster.
    std::string region;
    arm::Tags tags{};
    arm::ResourceId source{};
    std::chrono::sys_seconds point_in_time{};
};

struct LinkResource {
    std::string group_id{};
    std::vector<std::string> members{};
    std::vector<std::string> zone_names{};
};

Result<std::vector<Cluster>>
list_clusters(arm::Client& client, std::string_view subscription, std::stop_token stop);
Result<Cluster> get_cluster(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
Result<std::vector<Server>>
list_servers(arm::Client& client, const arm::ResourceId& cluster, std::stop_token stop);
/// Whether a cluster may be made with this name.
Result<bool> is_name_free(
    arm::Client& client, std::string_view subscription, std::string_view name, std::stop_token stop
);
/// A new cluster with the source's data of that time, its passwords of that time, and no network of its own yet.
Result<Cluster> restore_cluster(
    arm::Client& client, const arm::ResourceId& id, const RestoreSpec& spec, const arm::Wait& wait
);
Result<void> remove_cluster(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

/// Sub-resources for endpoints, with the DNS zones that they want.
Result<std::vector<LinkResource>>
list_link_resources(arm::Client& client, const arm::ResourceId& cluster, std::stop_token stop);
Result<std::vector<arm::TargetConnection>>
list_connections(arm::Client& client, const arm::ResourceId& cluster, std::stop_token stop);
/// `connection`: the id that the list gives.
Result<void> approve_connection(
    arm::Client& client,
    const arm::ResourceId& connection,
    std::string_view description,
    const arm::Wait& wait
);

}  // namespace starkeep::azure::postgres_clusters
