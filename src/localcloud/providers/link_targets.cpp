// SPDX-License-Identifier: Apache-2.0
#include "localcloud/providers/link_targets.hpp"

#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/settings.hpp"

#include <fmt/core.h>

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kStorage = "Microsoft.Storage/storageAccounts";
constexpr std::string_view kPostgres = "Microsoft.DBforPostgreSQL/serverGroupsv2";
constexpr std::string_view kCosmos = "Microsoft.DocumentDB/databaseAccounts";

std::vector<std::string> groups_of(std::string_view type)
{
    if (is_same(type, kStorage)) {
        return {"blob", "queue"};
    }
    if (is_same(type, kPostgres)) {
        return {"coordinator"};
    }
    if (is_same(type, kCosmos)) {
        return {"MongoDB"};
    }
    return {};
}

std::string type_of_target(const Call& call)
{
    return call.type.substr(0, call.type.rfind('/'));
}

Resource* find_endpoint(ResourceStore& store, const Resource& connection)
{
    return store.find(key_of(text_at(connection.document, "properties/privateEndpoint/id")));
}

}  // namespace

std::optional<LinkTarget>
find_link_target(const Settings& settings, const Resource& target, std::string_view group)
{
    for (const std::string& known : groups_of(target.type)) {
        if (!is_same(known, group)) {
            continue;
        }
        if (is_same(target.type, kStorage)) {
            const std::string suffix = fmt::format("{}.{}", known, settings.storage_suffix);
            return LinkTarget{
                known, target.name() + "." + suffix, "privatelink." + suffix, target.name()
            };
        }
        if (is_same(target.type, kPostgres)) {
            const std::string host = text_at(target.hidden, "host");
            const std::string suffix = "." + settings.postgres_suffix;
            return LinkTarget{
                known, host, "privatelink" + suffix, host.substr(0, host.size() - suffix.size())
            };
        }
        return LinkTarget{
            known,
            target.name() + "." + settings.mongo_suffix,
            "privatelink." + settings.mongo_suffix,
            target.name()
        };
    }
    return std::nullopt;
}

Answer list_link_resources(Plane& plane, const Call& call)
{
    const Resource* const target = find_target(plane, call);
    if (target == nullptr) {
        return target_not_found(call);
    }
    Answer answer;
    answer.body["value"] = Json::array();
    for (const std::string& group : groups_of(target->type)) {
        const LinkTarget link = *find_link_target(plane.settings(), *target, group);
        Json item{
            {"id", fmt::format("{}/privateLinkResources/{}", target->id(), group)},
            {"name", group},
            {"type", target->type + "/privateLinkResources"},
        };
        item["properties"]["groupId"] = group;
        item["properties"]["requiredMembers"] = Json::array();
        item["properties"]["requiredMembers"].push_back(
            is_same(target->type, kStorage) ? group : link.record
        );
        item["properties"]["requiredZoneNames"] = Json::array();
        item["properties"]["requiredZoneNames"].push_back(link.zone);
        answer.body["value"].push_back(std::move(item));
    }
    return answer;
}

void set_connection_status(
    Resource& endpoint, const std::string& status, const std::string& description
)
{
    make_at(endpoint.hidden, "status") = status;
    for (const char* const kind :
         {"privateLinkServiceConnections", "manualPrivateLinkServiceConnections"}) {
        Json& connections = make_at(endpoint.document["properties"], kind);
        if (!connections.is_array()) {
            connections = Json::array();
        }
        for (Json& connection : connections) {
            connection["properties"]["privateLinkServiceConnectionState"] =
                Json{{"status", status}, {"description", description}, {"actionsRequired", "None"}};
        }
    }
}

void keep_connection(ResourceStore& store, const Resource& target, const Resource& endpoint)
{
    const std::string endpoint_key = key_of(endpoint.id());
    const std::string type = target.type + "/privateEndpointConnections";
    Resource* connection = nullptr;
    for (Resource* const known : store.list(type, key_of(target.id()) + "/")) {
        if (key_of(text_at(known->document, "properties/privateEndpoint/id")) == endpoint_key) {
            connection = known;
        }
    }
    if (connection == nullptr) {
        const std::string name = fmt::format("{}.{}", endpoint.name(), guid_of(endpoint_key));
        Resource made{.type = type, .document = Json::object()};
        made.document["id"] = fmt::format("{}/privateEndpointConnections/{}", target.id(), name);
        made.document["name"] = name;
        made.document["type"] = type;
        made.document["properties"]["privateEndpoint"]["id"] = endpoint.id();
        made.document["properties"]["groupIds"] = Json::array();
        made.document["properties"]["groupIds"].push_back(text_at(endpoint.hidden, "group"));
        const std::string key = key_of(made.id());
        connection = &store.put(key, std::move(made));
    }
    // Each provider spells it its own way. Source: azure README 4.2.
    const char* const actions =
        is_same(target.type, kStorage) ? "actionRequired" : "actionsRequired";
    Json state{{"status", text_at(endpoint.hidden, "status")}, {"description", ""}};
    state[actions] = "None";
    Json& properties = connection->document["properties"];
    properties["privateLinkServiceConnectionState"] = state;
    properties["provisioningState"] = is_same(target.type, kPostgres) ? "Ready" : "Succeeded";
}

Answer put_connection(Plane& plane, const Call& call)
{
    Resource* const connection = find_target(plane, call);
    if (connection == nullptr) {
        return target_not_found(call);
    }
    const std::string status =
        text_at(call.body, "properties/privateLinkServiceConnectionState/status");
    if (status != "Approved" && status != "Rejected") {
        return invalid_parameter(
            "InvalidRequestContent",
            fmt::format(
                "The private link service connection state '{}' is not one of Approved, Rejected.",
                status
            )
        );
    }
    Resource* const endpoint = find_endpoint(plane.store(), *connection);
    const Resource* const target =
        plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (endpoint == nullptr || target == nullptr) {
        return target_not_found(call);
    }
    set_connection_status(
        *endpoint,
        status,
        text_at(call.body, "properties/privateLinkServiceConnectionState/description")
    );
    keep_connection(plane.store(), *target, *endpoint);
    const auto approve = [&plane, copy = *endpoint](std::stop_token) {
        return outcome_of(plane.machinery().put_endpoint(endpoint_fact(copy)));
    };
    Answer answer{.body = connection->document};
    const std::string type = type_of_target(call);
    if (is_same(type, kStorage)) {
        const Outcome outcome = approve(std::stop_token{});
        return outcome.failure ? refusal(500, outcome.failure->code, outcome.failure->message)
                               : answer;
    }
    answer.status = is_same(type, kCosmos) ? 202 : 201;
    return plane.begin(
        call,
        std::move(answer),
        {.form = is_same(type, kCosmos) ? OperationForm::Cosmos : OperationForm::Postgres,
         .resource_id = connection->id(),
         .region = target->region(),
         .work = approve,
         .finish =
             [](const Outcome&) {
             }}
    );
}

}  // namespace starkeep::localcloud
