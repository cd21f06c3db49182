// SPDX-License-Identifier: Apache-2.0
#include "localcloud/control_plane.hpp"

#include "base/bytes.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/directory.hpp"
#include "localcloud/fault_plan.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

/// A request on its way through, and what the log will say of it.
struct ControlPlane::Asked {
    const http::Request* request = nullptr;
    std::string path;  ///< decoded, single slashes
    std::vector<std::string> parts{};
    std::map<std::string, std::string> query{};
    std::string service = "arm";
    std::string operation{};
    Principal principal{};
};

namespace {

std::string shown_query(const std::map<std::string, std::string>& query)
{
    std::string shown;
    for (const auto& [name, value] : query) {
        shown += fmt::format(
            "{}{}={}", shown.empty() ? "" : "&", name, name == "api-version" ? value : "…"
        );
    }
    return shown;
}

/// For az: `az cloud register --endpoint-resource-manager`. Source: azure README 16.
Answer endpoints_metadata(const Settings& settings, const std::string& api_version)
{
    const std::string& base = settings.base_url;
    Json cloud{
        {"portal", base},
        {"media", base},
        {"graphAudience", base},
        {"graph", base},
        {"name", "Starkeep"},
        {"batch", base},
        {"resourceManager", base + "/"},
        {"vmImageAliasDoc", base + "/aliases.json"},
    };
    cloud["authentication"] =
        Json{{"loginEndpoint", base}, {"tenant", "common"}, {"identityProvider", "AAD"}};
    cloud["authentication"]["audiences"] = Json::array();
    cloud["authentication"]["audiences"].push_back(base);
    cloud["suffixes"] = Json{
        {"azureDataLakeStoreFileSystem", ""},
        {"acrLoginServer", ".azurecr.starkeep.test"},
        {"sqlServerHostname", ".database.starkeep.test"},
        {"azureDataLakeAnalyticsCatalogAndJob", ""},
        {"keyVaultDns", ".vault.starkeep.test"},
        {"storage", settings.storage_suffix},
        {"azureFrontDoorEndpointSuffix", ""},
    };
    for (const char* const name :
         {"activeDirectoryDataLake",
          "sqlManagement",
          "appInsightsResourceId",
          "appInsightsTelemetryChannelResourceId",
          "attestationResourceId",
          "synapseAnalyticsResourceId",
          "logAnalyticsResourceId",
          "ossrDbmsResourceId"}) {
        cloud[name] = base;
    }
    cloud["microsoftGraphResourceId"] = base + "/";
    Answer answer;
    if (api_version < "2022-09-01") {
        answer.body = Json::array();
        answer.body.push_back(cloud);
    } else {
        answer.body = cloud;
    }
    return answer;
}

/// An error's code in either envelope, for the log.
std::string code_of(const Json& body)
{
    const std::string code = text_at(body, "error/code");
    if (!code.empty()) {
        return code;
    }
    const Json& error = at(body, "error");
    return error.is_string() ? error.get<std::string>() : text_at(body, "code");
}

void add_request_headers(
    const http::Request& request, const std::string& request_id, http::Response& response
)
{
    response.headers.set("x-ms-request-id", request_id);
    response.headers.set(
        "x-ms-correlation-request-id",
        request.headers.find("x-ms-correlation-request-id").value_or(request_id)
    );
    response.headers.set("x-ms-routing-request-id", "STARKEEP:" + request_id);
    response.headers.set("Cache-Control", "no-cache");
    const auto client_id = request.headers.find("x-ms-client-request-id");
    if (client_id && request.headers.find("x-ms-return-client-request-id") == "true") {
        response.headers.set("x-ms-client-request-id", *client_id);
    }
}

}  // namespace

ControlPlane::ControlPlane(
    Directory directory, std::unique_ptr<Plane> plane, std::filesystem::path faults
)
    : directory_(std::move(directory))
    , plane_(std::move(plane))
    , faults_(std::move(faults))
    , router_(all_routes())
{
}

Result<std::unique_ptr<ControlPlane>> ControlPlane::open(
    const Settings& settings,
    const sys::Clock& clock,
    Machinery& machinery,
    std::filesystem::path faults
)
{
    TRY_LET(Directory directory, Directory::open(settings, clock));
    TRY_LET(std::unique_ptr<Plane> plane, Plane::open(settings, clock, machinery));
    return std::unique_ptr<ControlPlane>(
        new ControlPlane(std::move(directory), std::move(plane), std::move(faults))
    );
}

http::Response ControlPlane::handle(const http::Request& request, const http::Peer& /*peer*/)
{
    Asked asked{.request = &request, .path = {}};
    const std::string_view url = request.url;
    const std::size_t mark = url.find('?');
    const auto path = http::percent_decode(url.substr(0, mark));
    const auto query =
        http::parse_query(mark == std::string_view::npos ? "" : url.substr(mark + 1));
    Answer answer;
    if (!path.ok() || !query.ok()) {
        answer = refusal(400, "BadRequest", "The request URI is malformed.");
    } else {
        asked.parts = split_path(*path);
        for (const std::string& part : asked.parts) {
            asked.path += "/" + part;
        }
        for (const auto& [name, value] : *query) {
            asked.query.insert_or_assign(lower(name), value);
        }
        answer = dispatch(asked);
    }
    const std::string request_id = new_guid();
    Json entry{
        {"kind", "call"},
        {"service", asked.service},
        {"method", request.method},
        {"path", asked.path},
        {"query", shown_query(asked.query)},
        {"operation", asked.operation},
        {"status", answer.status},
        {"principal", asked.principal.client_id},
        {"request_id", request_id},
    };
    if (answer.status >= 400) {
        entry["code"] = code_of(answer.body);
    }
    if (const auto client_id = request.headers.find("x-ms-client-request-id")) {
        entry["client_request_id"] = *client_id;
    }
    plane_->log().add(std::move(entry));
    http::Response response = to_response(answer);
    add_request_headers(request, request_id, response);
    if (request.method == "HEAD") {
        response.body.clear();
    }
    return response;
}

Answer ControlPlane::dispatch(Asked& asked)
{
    const auto& parts = asked.parts;
    const auto is_tail = [&parts](std::initializer_list<std::string_view> tail) {
        if (parts.size() != tail.size() + 1) {
            return false;
        }
        std::size_t i = 1;
        for (const std::string_view part : tail) {
            if (!is_same(parts[i++], part)) {
                return false;
            }
        }
        return true;
    };
    if (is_tail({"endpoints"}) && is_same(parts[0], "metadata")) {
        asked.service = "metadata";
        return endpoints_metadata(plane_->settings(), asked.query["api-version"]);
    }
    asked.service = "entra";
    if (is_tail({"oauth2", "v2.0", "token"}) || is_tail({"oauth2", "token"})) {
        asked.operation = "Token";
        if (asked.request->method != "POST") {
            return refusal(405, "MethodNotAllowed", "The token endpoint takes POST only.");
        }
        auto fault = faults_.next("Entra", "Token", asked.path);
        if (fault.ok() && fault->answer) {
            return *fault->answer;
        }
        return directory_.token(parts[0], as_text(asked.request->body));
    }
    if (is_tail({"v2.0", ".well-known", "openid-configuration"}) ||
        is_tail({".well-known", "openid-configuration"})) {
        return directory_.openid_configuration(parts[0]);
    }
    if (is_tail({"discovery", "v2.0", "keys"}) || is_tail({"discovery", "keys"})) {
        return directory_.signing_keys();
    }
    asked.service = "arm";
    return manage(asked);
}

std::optional<Answer> ControlPlane::sign_in(Asked& asked) const
{
    TokenCheck check = directory_.check(asked.request->headers.find("Authorization").value_or(""));
    if (!check.principal) {
        return std::move(check.refused);
    }
    asked.principal = std::move(*check.principal);
    return std::nullopt;
}

Answer ControlPlane::manage(Asked& asked)
{
    if (auto refused = sign_in(asked)) {
        return std::move(*refused);
    }
    const std::string provider = provider_of(asked.parts);
    if (auto refused = check_api_version(provider, asked.query["api-version"])) {
        return std::move(*refused);
    }
    if (asked.parts.size() >= 2 && is_same(asked.parts[0], "subscriptions") &&
        !is_same(asked.parts[1], plane_->settings().subscription_id)) {
        return refusal(
            404,
            "SubscriptionNotFound",
            fmt::format("The subscription '{}' could not be found.", asked.parts[1])
        );
    }
    if (!asked.parts.empty() && asked.request->method == "GET") {
        const MutexLock lock(plane_->mutex());
        if (Operation* const operation = plane_->operations().find(asked.parts.back())) {
            return poll(asked, *operation);
        }
    }
    const auto match = router_.find(asked.request->method, asked.parts);
    if (!match) {
        return unknown_path(asked);
    }
    asked.operation = match->route->operation;
    return run(asked, *match);
}

Answer ControlPlane::poll(const Asked& asked, Operation& operation)
{
    const auto question =
        plane_->operations().question(operation, asked.path, asked.query.contains("monitor"));
    if (!question) {
        return refusal(404, "NotFound", "The operation was not found at this address.");
    }
    const Resource* const resource = plane_->store().find(operation.resource);
    return plane_->operations().answer(
        operation, *question, resource == nullptr ? Json() : show(plane_->store(), *resource)
    );
}

Answer ControlPlane::unknown_path(const Asked& asked) const
{
    if (router_.knows_path(asked.parts)) {
        return refusal(
            405,
            "MethodNotAllowed",
            fmt::format(
                "The requested resource does not support http method '{}'.", asked.request->method
            )
        );
    }
    const std::string provider = provider_of(asked.parts);
    if (check_api_version(provider, "0")) {
        return refusal(
            404,
            "InvalidResourceType",
            fmt::format(
                "The resource type could not be found in the namespace '{}' for api version '{}'.",
                provider,
                asked.query.at("api-version")
            )
        );
    }
    return refusal(
        404,
        "InvalidResourceNamespace",
        fmt::format("The resource namespace '{}' is invalid.", provider)
    );
}

Answer ControlPlane::run(Asked& asked, const RouteMatch& match)
{
    Call call{
        .operation = match.route->operation,
        .provider = provider_of(asked.parts),
        .type = type_of(*match.route),
        .method = asked.request->method,
        .path = asked.path,
        .parameters = match.parameters,
        .query = asked.query,
        .api_version = asked.query["api-version"],
        .headers = asked.request->headers,
        .principal = asked.principal,
    };
    auto fault = faults_.next(call.provider, call.operation, call.path);
    if (!fault.ok()) {
        return refusal(500, "InternalServerError", fault.error().account());
    }
    call.fault = std::move(*fault);
    sys::wait_for(std::stop_token{}, call.fault.delay);
    if (call.fault.answer) {
        return *call.fault.answer;
    }
    const std::string action = action_of(*match.route);
    if (!call.principal.may(action)) {
        return not_authorized(call.principal, action, call.path);
    }
    if (!asked.request->body.empty()) {
        auto body = json::parse(as_text(asked.request->body));
        if (!body.ok() || !body->is_object()) {
            return refusal(
                400,
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: the body is not a "
                "JSON object."
            );
        }
        call.body = std::move(*body);
    }
    if (call.body.is_null() && (call.method == "PUT" || call.method == "PATCH")) {
        return refusal(400, "InvalidRequestContent", "The request content is empty.");
    }
    const MutexLock lock(plane_->mutex());
    if (auto refused = check_group(*plane_, call)) {
        return std::move(*refused);
    }
    Answer answer = match.route->handler(*plane_, call);
    if (call.method != "GET" && call.method != "HEAD") {
        if (const auto saved = plane_->save(); !saved.ok()) {
            return refusal(500, "InternalServerError", saved.error().account());
        }
    }
    return answer;
}

}  // namespace starkeep::localcloud
