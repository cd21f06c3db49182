// SPDX-License-Identifier: Apache-2.0
#include "azure/postgres_clusters/postgres_clusters.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/endpoint_connection.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::postgres_clusters {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

std::optional<std::chrono::sys_seconds>
read_time(const ReplyReader& reader, std::string_view key, ReplyFault& fault)
{
    const std::string text = reader.text(key);
    if (text.empty()) {
        return std::nullopt;
    }
    const Result<std::chrono::sys_seconds> time = sys::parse_rfc3339(text);
    if (!time.ok()) {
        fault.set("reply: member \"" + std::string(key) + "\" of PostgreSQL cluster is no time");
        return std::nullopt;
    }
    return *time;
}

Result<Cluster> parse_cluster(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "PostgreSQL cluster");
    const ReplyReader properties = reader.properties();
    const ResourceId id = reader.needed_id("id");
    Cluster cluster{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .provisioning_state = properties.text("provisioningState"),
        .state = properties.text("state"),
        .administrator = properties.text("administratorLogin"),
        .postgres_version = properties.text("postgresqlVersion"),
        .citus_version = properties.text("citusVersion"),
        .node_count = properties.small_number("nodeCount"),
        .coordinator_cores = properties.small_number("coordinatorVCores"),
        .coordinator_storage_mb = properties.small_number("coordinatorStorageQuotaInMb"),
        .is_highly_available = properties.flag("enableHa", false),
        .has_public_access = properties.flag("coordinatorEnablePublicIpAccess", false),
        .restored_from = properties.id("sourceResourceId"),
        .earliest_restore = read_time(properties, "earliestRestoreTime", fault)
    };
    for (const ReplyReader& server : properties.objects("serverNames")) {
        cluster.server_names.push_back(
            {.name = server.text("name"), .fqdn = server.text("fullyQualifiedDomainName")}
        );
    }
    for (const ReplyReader& connection : properties.objects("privateEndpointConnections")) {
        TRY_LET(arm::TargetConnection parsed, arm::parse_target_connection(connection.json()));
        cluster.connections.push_back(std::move(parsed));
    }
    return fault.or_value(std::move(cluster));
}

Result<Server> parse_server(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "server of a PostgreSQL cluster");
    const ReplyReader properties = reader.properties();
    return fault.or_value(Server{
        .name = reader.needed_text("name"),
        .fqdn = properties.text("fullyQualifiedDomainName"),
        .role = properties.text("role"),
        .state = properties.text("state"),
        .postgres_version = properties.text("postgresqlVersion")
    });
}

Result<LinkResource> parse_link_resource(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "private link resource");
    const ReplyReader properties = reader.properties();
    return fault.or_value(LinkResource{
        .group_id = properties.needed_text("groupId"),
        .members = properties.texts("requiredMembers"),
        .zone_names = properties.texts("requiredZoneNames")
    });
}

Result<bool> parse_name_answer(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "answer about a name");
    if (!reader.has("nameAvailable")) {
        fault.set("reply: answer about a name does not say whether it is free");
    }
    return fault.or_value(reader.flag("nameAvailable", false));
}

Json body_of(const RestoreSpec& spec)
{
    Json body = Json::object();
    body["location"] = spec.region;
    body["tags"] = arm::to_json(spec.tags);
    body["properties"]["sourceLocation"] = spec.region;
    body["properties"]["sourceResourceId"] = spec.source.text();
    body["properties"]["pointInTimeUTC"] = sys::format_rfc3339(spec.point_in_time);
    return body;
}

}  // namespace

Result<std::vector<Cluster>>
list_clusters(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(client, arm::operation::kClustersList, subscription, parse_cluster, stop);
}

Result<Cluster> get_cluster(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kClustersGet, id, parse_cluster, stop);
}

Result<std::vector<Server>>
list_servers(arm::Client& client, const ResourceId& cluster, std::stop_token stop)
{
    return arm::list_below(client, arm::operation::kServersList, cluster, parse_server, stop);
}

Result<bool> is_name_free(
    arm::Client& client, std::string_view subscription, std::string_view name, std::stop_token stop
)
{
    TRY_LET(
        arm::Call call,
        arm::call_on(
            arm::operation::kClustersCheckName, ResourceId::subscription_scope(subscription)
        )
    );
    Json body = Json::object();
    body["name"] = std::string(name);
    body["type"] = "Microsoft.DBforPostgreSQL/serverGroupsv2";
    call.body = std::move(body);
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_name_answer(reply);
}

Result<Cluster> restore_cluster(
    arm::Client& client, const ResourceId& id, const RestoreSpec& spec, const arm::Wait& wait
)
{
    TRY(arm::check_tags(spec.tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kClustersPut, id));
    return arm::put_one(client, std::move(call), body_of(spec), parse_cluster, wait);
}

Result<void> remove_cluster(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kClustersDelete, id, wait);
}

Result<std::vector<LinkResource>>
list_link_resources(arm::Client& client, const ResourceId& cluster, std::stop_token stop)
{
    return arm::list_below(
        client, arm::operation::kClusterLinksList, cluster, parse_link_resource, stop
    );
}

Result<std::vector<arm::TargetConnection>>
list_connections(arm::Client& client, const ResourceId& cluster, std::stop_token stop)
{
    return arm::list_below(
        client, arm::operation::kClusterConnectionsList, cluster, arm::parse_target_connection, stop
    );
}

Result<void> approve_connection(
    arm::Client& client,
    const ResourceId& connection,
    std::string_view description,
    const arm::Wait& wait
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kClusterConnectionsPut, connection));
    call.body = arm::approval(description);
    TRY(client.run(call, wait));
    return {};
}

}  // namespace starkeep::azure::postgres_clusters
