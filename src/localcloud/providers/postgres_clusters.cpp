// SPDX-License-Identifier: Apache-2.0
// Microsoft.DBforPostgreSQL: clusters of Cosmos DB for PostgreSQL.
#include "json/json.hpp"
#include "localcloud/address_block.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/link_targets.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kClusterType = "Microsoft.DBforPostgreSQL/serverGroupsv2";
constexpr std::string_view kRuleType = "Microsoft.DBforPostgreSQL/serverGroupsv2/firewallRules";
constexpr std::array<std::string_view, 6> kVersions{"11", "12", "13", "14", "15", "16"};
constexpr std::size_t kShortestName = 3;
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kShortestPassword = 8;
constexpr std::size_t kLongestPassword = 128;
constexpr std::size_t kHostRandom = 14;

bool is_cluster_name(std::string_view name)
{
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return name.size() >= kShortestName && name.size() <= kLongestName && is_plain(name.front()) &&
           is_plain(name.back()) &&
           std::ranges::all_of(name, [&is_plain](char c) { return is_plain(c) || c == '-'; }) &&
           std::ranges::any_of(name, [](char c) { return c < '0' || c > '9'; });
}

const Resource* find_by_name(Plane& plane, std::string_view name)
{
    for (const Resource* const cluster : plane.store().list(kClusterType)) {
        if (is_same(cluster->name(), name)) {
            return cluster;
        }
    }
    return nullptr;
}

Answer check_name(Plane& plane, const Call& call)
{
    const std::string name = text_at(call.body, "name");
    if (!is_same(text_at(call.body, "type"), kClusterType)) {
        return invalid_parameter(
            "InvalidParameterValue",
            "Invalid value given for parameter type. Specify a valid parameter value."
        );
    }
    const bool is_good = is_cluster_name(name);
    const bool is_free = is_good && find_by_name(plane, name) == nullptr;
    Answer answer;
    answer.body["nameAvailable"] = is_free;
    answer.body["message"] = is_free ? ""
                             : is_good
                                 ? fmt::format("Specified cluster name {} is already used.", name)
                                 : fmt::format("Specified cluster name {} is invalid.", name);
    answer.body["name"] = name;
    answer.body["type"] = std::string(kClusterType);
    return answer;
}

Answer invalid_value(std::string_view parameter)
{
    return invalid_parameter(
        "InvalidParameterValue",
        fmt::format(
            "Invalid value given for parameter {}. Specify a valid parameter value.", parameter
        )
    );
}

std::optional<Answer> check_new(const Json& properties)
{
    const std::string password = text_at(properties, "administratorLoginPassword");
    if (password.size() < kShortestPassword || password.size() > kLongestPassword) {
        return invalid_value("administratorLoginPassword");
    }
    const std::string version = text_at(properties, "postgresqlVersion");
    if (!version.empty() &&
        std::ranges::find(kVersions, std::string_view(version)) == kVersions.end()) {
        return invalid_value("postgresqlVersion");
    }
    const auto nodes = number_at(properties, "nodeCount").value_or(0);
    if (nodes < 0 || nodes > 20) {
        return invalid_value("nodeCount");
    }
    for (const char* const name :
         {"coordinatorVCores", "coordinatorStorageQuotaInMb", "nodeVCores", "nodeStorageQuotaInMb"
         }) {
        if (has(properties, name) && number_at(properties, name).value_or(0) <= 0) {
            return invalid_value(name);
        }
    }
    return std::nullopt;
}

/// The source's compute, version and password; networking is not copied. Source: azure README 9.
std::optional<Answer> copy_source(Plane& plane, const Call& call, Resource& cluster)
{
    const Json& wish = at(call.body, "properties");
    const std::string source_id = text_at(wish, "sourceResourceId");
    const Resource* const source = plane.store().find(key_of(source_id));
    if (source == nullptr || !is_same(source->type, kClusterType)) {
        return refusal(
            404,
            "SourceServerNotFound",
            fmt::format("The source cluster '{}' does not exist.", source_id)
        );
    }
    if (region_name(text_at(wish, "sourceLocation")) != source->region()) {
        return invalid_value("sourceLocation");
    }
    const auto when = sys::parse_rfc3339(text_at(wish, "pointInTimeUTC"));
    const auto earliest =
        sys::parse_rfc3339(text_at(source->document, "properties/earliestRestoreTime"));
    if (!when.ok() || *when > plane.clock().now() || (earliest.ok() && *when < *earliest)) {
        return invalid_parameter(
            "InvalidPointInTime",
            fmt::format(
                "The point in time '{}' is outside of what the source keeps: from '{}' until now.",
                text_at(wish, "pointInTimeUTC"),
                text_at(source->document, "properties/earliestRestoreTime")
            )
        );
    }
    Json& properties = cluster.document["properties"];
    for (const char* const name :
         {"postgresqlVersion",
          "citusVersion",
          "enableHa",
          "enableShardsOnCoordinator",
          "coordinatorServerEdition",
          "coordinatorStorageQuotaInMb",
          "coordinatorVCores",
          "nodeCount",
          "nodeServerEdition",
          "nodeStorageQuotaInMb",
          "nodeVCores"}) {
        if (has(source->document, std::string("properties/") + name)) {
            properties[name] = at(source->document, std::string("properties/") + name);
        }
    }
    properties["sourceResourceId"] = source_id;
    properties["sourceLocation"] = source->region();
    properties["pointInTimeUTC"] = text_at(wish, "pointInTimeUTC");
    cluster.hidden["password"] = text_at(source->hidden, "password");
    return std::nullopt;
}

/// What Azure fills in.
void complete(const Plane& plane, Resource& cluster)
{
    Json& properties = cluster.document["properties"];
    const std::string host = fmt::format(
        "c-{}.{}.{}", cluster.name(), random_name(kHostRandom), plane.settings().postgres_suffix
    );
    const auto otherwise = [&properties](const char* name, Json value) {
        if (!has(properties, name)) {
            properties[name] = std::move(value);
        }
    };
    cluster.hidden["host"] = host;
    properties["administratorLogin"] = "citus";
    properties["state"] = "Provisioning";
    otherwise("postgresqlVersion", "15");
    otherwise("citusVersion", "12.1");
    otherwise("nodeCount", 0);
    otherwise("enableHa", false);
    otherwise("coordinatorEnablePublicIpAccess", false);
    otherwise("nodeEnablePublicIpAccess", false);
    otherwise("coordinatorServerEdition", "GeneralPurpose");
    otherwise("coordinatorStorageQuotaInMb", 131072);
    otherwise("coordinatorVCores", 2);
    otherwise(
        "maintenanceWindow",
        Json{{"customWindow", "Disabled"}, {"dayOfWeek", 0}, {"startHour", 0}, {"startMinute", 0}}
    );
    properties["serverNames"] = Json::array();
    properties["serverNames"].push_back(
        Json{{"name", cluster.name() + "-c"}, {"fullyQualifiedDomainName", host}}
    );
    properties["readReplicas"] = Json::array();
    properties["earliestRestoreTime"] = nullptr;
}

Answer put_cluster(Plane& plane, const Call& call)
{
    const std::string name = call.parameter("cluster");
    if (!is_cluster_name(name)) {
        return invalid_value("clusterName");
    }
    for (auto refused : {check_location(plane, call), check_tags(call.body)}) {
        if (refused) {
            return *refused;
        }
    }
    const Resource* const there = find_target(plane, call);
    const Resource* const holder = find_by_name(plane, name);
    if (there != nullptr || holder != nullptr) {
        return refusal(
            409,
            "ServerGroupNameAlreadyExists",
            fmt::format("Specified cluster name {} is already used.", name)
        );
    }
    Resource cluster = new_resource(call, kClusterType);
    cluster.hidden = Json::object();
    if (has(call.body, "properties/sourceResourceId")) {
        if (auto refused = copy_source(plane, call, cluster)) {
            return *refused;
        }
    } else {
        if (auto refused = check_new(at(call.body, "properties"))) {
            return *refused;
        }
        merge(cluster.document["properties"], at(call.body, "properties"));
        cluster.hidden["password"] = text_at(call.body, "properties/administratorLoginPassword");
    }
    cluster.document["properties"].erase("administratorLoginPassword");
    complete(plane, cluster);
    const ResourceStore rules = plane.store();
    return begin_put(
        plane,
        call,
        {.resource = std::move(cluster),
         .form = OperationForm::Postgres,
         .begun_state = "Provisioning",
         .work = [&plane, rules](
                     const Resource& copy, std::stop_token
                 ) { return outcome_of(plane.machinery().put_cluster(cluster_fact(rules, copy))); },
         .finish =
             [&plane](Resource& resource, const Outcome& outcome) {
                 Json& properties = resource.document["properties"];
                 properties["state"] = outcome.failure ? "Failed" : "Ready";
                 properties["earliestRestoreTime"] = sys::format_rfc3339(plane.clock().now());
             }}
    );
}

std::optional<Answer> check_ready(const Resource& cluster)
{
    if (!is_busy(cluster)) {
        return std::nullopt;
    }
    return refusal(
        409,
        "ServerGroupIsBusy",
        fmt::format(
            "Cluster {} is busy with another operation. Please try again later.", cluster.name()
        )
    );
}

Answer patch_cluster(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there == nullptr) {
        return target_not_found(call);
    }
    for (auto refused : {check_ready(*there), check_tags(call.body)}) {
        if (refused) {
            return *refused;
        }
    }
    Resource cluster = *there;
    if (has(call.body, "tags")) {
        cluster.document["tags"] = at(call.body, "tags");
    }
    merge(cluster.document["properties"], at(call.body, "properties"));
    const std::string password = text_at(call.body, "properties/administratorLoginPassword");
    if (!password.empty()) {
        if (password.size() < kShortestPassword || password.size() > kLongestPassword) {
            return invalid_value("administratorLoginPassword");
        }
        cluster.hidden["password"] = password;
        cluster.document["properties"].erase("administratorLoginPassword");
    }
    const ResourceStore rules = plane.store();
    return begin_put(
        plane,
        call,
        {.resource = std::move(cluster),
         .form = OperationForm::Postgres,
         .begun_state = "InProgress",
         .status = 202,
         .work =
             [&plane, rules](const Resource& copy, std::stop_token) {
                 return outcome_of(plane.machinery().put_cluster(cluster_fact(rules, copy)));
             }}
    );
}

Answer delete_cluster(Plane& plane, const Call& call)
{
    return begin_delete(
        plane,
        call,
        OperationForm::Postgres,
        [&plane, key = key_of(call.path)](const Resource&) {
            return outcome_of(plane.machinery().remove_cluster(key));
        }
    );
}

struct PowerChange {
    std::string meanwhile;
    std::string afterwards;
    std::function<Outcome(Machinery&, const FactId&)> work;
};

Answer change_power(Plane& plane, const Call& call, const PowerChange& change)
{
    Resource* const cluster = find_target(plane, call);
    if (cluster == nullptr) {
        return target_not_found(call);
    }
    if (auto refused = check_ready(*cluster)) {
        return *refused;
    }
    set_state(*cluster, "InProgress");
    cluster->document["properties"]["state"] = change.meanwhile;
    const std::string key = key_of(cluster->id());
    return plane.begin(
        call,
        {.status = 202},
        {.form = OperationForm::Postgres,
         .resource_id = cluster->id(),
         .region = cluster->region(),
         .work = [&plane, key, work = change.work](std::stop_token
                 ) { return work(plane.machinery(), key); },
         .finish =
             [&plane, key, afterwards = change.afterwards](const Outcome& outcome) {
                 if (Resource* const found = plane.store().find(key)) {
                     set_state(*found, outcome.failure ? "Failed" : "Succeeded");
                     found->document["properties"]["state"] =
                         outcome.failure ? "Failed" : afterwards;
                 }
             }}
    );
}

Answer start_cluster(Plane& plane, const Call& call)
{
    return change_power(
        plane,
        call,
        {"Starting",
         "Ready",
         [](Machinery& machinery, const FactId& id) {
             return outcome_of(machinery.start_cluster(id));
         }}
    );
}

Answer stop_cluster(Plane& plane, const Call& call)
{
    return change_power(
        plane,
        call,
        {"Stopping",
         "Stopped",
         [](Machinery& machinery, const FactId& id) {
             return outcome_of(machinery.stop_cluster(id));
         }}
    );
}

Answer restart_cluster(Plane& plane, const Call& call)
{
    return change_power(
        plane,
        call,
        {"Updating",
         "Ready",
         [](Machinery& machinery, const FactId& id) {
             Outcome outcome = outcome_of(machinery.stop_cluster(id));
             return outcome.failure ? outcome : outcome_of(machinery.start_cluster(id));
         }}
    );
}

Json server_of(const Resource& cluster)
{
    const Json& properties = at(cluster.document, "properties");
    const std::string name = cluster.name() + "-c";
    Json server{
        {"id", fmt::format("{}/servers/{}", cluster.id(), name)},
        {"name", name},
        {"type", "Microsoft.DBforPostgreSQL/serverGroupsv2/servers"},
    };
    server["properties"] = Json{
        {"fullyQualifiedDomainName", text_at(cluster.hidden, "host")},
        {"role", "Coordinator"},
        {"state", text_at(properties, "state")},
        {"haState", "NotEnabled"},
        {"administratorLogin", "citus"},
        {"postgresqlVersion", text_at(properties, "postgresqlVersion")},
        {"citusVersion", text_at(properties, "citusVersion")},
        {"serverEdition", text_at(properties, "coordinatorServerEdition")},
        {"storageQuotaInMb", number_at(properties, "coordinatorStorageQuotaInMb").value_or(0)},
        {"vCores", number_at(properties, "coordinatorVCores").value_or(0)},
        {"enableHa", flag_at(properties, "enableHa")},
        {"enablePublicIpAccess", flag_at(properties, "coordinatorEnablePublicIpAccess")},
        {"isReadOnly", false},
    };
    return server;
}

Answer list_servers(Plane& plane, const Call& call)
{
    const Resource* const cluster = find_target(plane, call);
    return cluster == nullptr ? target_not_found(call) : plane.page(call, {server_of(*cluster)});
}

Answer get_server(Plane& plane, const Call& call)
{
    const Resource* const cluster =
        plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (cluster == nullptr || !is_same(call.parameter("server"), cluster->name() + "-c")) {
        return target_not_found(call);
    }
    return {.body = server_of(*cluster)};
}

/// The cluster again as it is now, with its rules.
Answer apply_rules(
    Plane& plane,
    const Call& call,
    Answer initial,
    const Resource& cluster,
    const std::string& resource_id
)
{
    const ResourceStore rules = plane.store();
    return plane.begin(
        call,
        std::move(initial),
        {.form = OperationForm::Postgres,
         .resource_id = resource_id,
         .region = cluster.region(),
         .work = [&plane, rules, copy = cluster](std::stop_token
                 ) { return outcome_of(plane.machinery().put_cluster(cluster_fact(rules, copy))); },
         .finish =
             [](const Outcome&) {
             }}
    );
}

Answer put_rule(Plane& plane, const Call& call)
{
    const Resource* const cluster =
        plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (cluster == nullptr) {
        return resource_not_found(
            std::string(kClusterType) + "/" + call.parameter("cluster"), call.parameter("group")
        );
    }
    const auto from = address_number(text_at(call.body, "properties/startIpAddress"));
    const auto until = address_number(text_at(call.body, "properties/endIpAddress"));
    if (!from || !until || *from > *until) {
        return invalid_value("startIpAddress");
    }
    Resource rule = new_resource(call, kRuleType);
    rule.document["properties"] = at(call.body, "properties");
    set_state(rule, "Succeeded");
    Answer answer{.status = find_target(plane, call) == nullptr ? 201 : 200, .body = rule.document};
    plane.store().put(key_of(call.path), std::move(rule));
    return apply_rules(plane, call, std::move(answer), *cluster, call.path);
}

Answer delete_rule(Plane& plane, const Call& call)
{
    const Resource* const cluster =
        plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (cluster == nullptr || find_target(plane, call) == nullptr) {
        return {.status = 204};
    }
    plane.store().remove(key_of(call.path));
    return apply_rules(plane, call, {.status = 202}, *cluster, call.path);
}

}  // namespace

void add_postgres_routes(std::vector<Route>& routes)
{
    const std::string all = "/providers/Microsoft.DBforPostgreSQL/serverGroupsv2";
    const std::string cluster = "{RG}" + all + "/{cluster}";
    // As the published custom role spells them. Source: azure README 12.
    const std::string right = "Microsoft.DBforPostgreSQL/serverGroupsv2/*/";
    const std::string rule = cluster + "/firewallRules/{rule}";
    const std::string connection = cluster + "/privateEndpointConnections/{name}";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + all, "Clusters_List", list_resources, right + "read"},
            {"GET", "{RG}" + all, "Clusters_ListByResourceGroup", list_resources, right + "read"},
            {"GET", cluster, "Clusters_Get", get_resource, right + "read"},
            {"PUT", cluster, "Clusters_Create", put_cluster, right + "write"},
            {"PATCH", cluster, "Clusters_Update", patch_cluster, right + "write"},
            {"DELETE", cluster, "Clusters_Delete", delete_cluster, right + "delete"},
            {"POST",
             "{S}/providers/Microsoft.DBforPostgreSQL/checkNameAvailability",
             "Clusters_CheckNameAvailability",
             check_name},
            {"POST", cluster + "/start", "Clusters_Start", start_cluster},
            {"POST", cluster + "/stop", "Clusters_Stop", stop_cluster},
            {"POST", cluster + "/restart", "Clusters_Restart", restart_cluster},
            {"GET", cluster + "/servers", "Servers_ListByCluster", list_servers, right + "read"},
            {"GET", cluster + "/servers/{server}", "Servers_Get", get_server, right + "read"},
            {"GET", cluster + "/firewallRules", "FirewallRules_ListByCluster", list_resources},
            {"GET", rule, "FirewallRules_Get", get_resource},
            {"PUT", rule, "FirewallRules_CreateOrUpdate", put_rule},
            {"DELETE", rule, "FirewallRules_Delete", delete_rule},
            {"GET",
             cluster + "/privateLinkResources",
             "PrivateLinkResources_ListByCluster",
             list_link_resources},
            {"GET",
             cluster + "/privateEndpointConnections",
             "PrivateEndpointConnections_ListByCluster",
             list_resources},
            {"GET", connection, "PrivateEndpointConnections_Get", get_resource},
            {"PUT", connection, "PrivateEndpointConnections_CreateOrUpdate", put_connection},
        }
    );
}

}  // namespace starkeep::localcloud
