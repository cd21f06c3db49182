// SPDX-License-Identifier: Apache-2.0
#include "api/openapi.hpp"
#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "appliance/audit.hpp"
#include "appliance/settings.hpp"
#include "appliance/users.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::api {

namespace {

using appliance::Role;

constexpr std::uint64_t kMostLines = 1000;

Result<Answer> health(Call& /*call*/)
{
    return Answer{.body = {{"status", "ok"}}};
}

Result<Answer> ready(Call& call)
{
    TRY(call.appliance.settings().appliance_id());
    return Answer{.body = {{"status", "ok"}}};
}

Result<Answer> document(Call& /*call*/)
{
    return Answer{.body = openapi_document()};
}

Result<Answer> about(Call& call)
{
    TRY_LET(const std::string id, call.appliance.settings().appliance_id());
    TRY_LET(const std::vector<appliance::User> users, call.appliance.users().list());
    return Answer{
        .body =
            {{"version", STARKEEP_VERSION}, {"appliance_id", id}, {"first_start", users.empty()}}
    };
}

Result<Answer> show_config(Call& call)
{
    TRY_LET(Json all, call.appliance.settings().all());
    return Answer{.body = std::move(all)};
}

Result<Answer> update_config(Call& call)
{
    TRY(call.appliance.settings().change(call.body));
    return show_config(call);
}

Result<Answer> list_audit(Call& call)
{
    TRY_LET(const std::uint64_t limit, query_number(call, "limit", 100, kMostLines));
    TRY_LET(const std::vector<appliance::AuditLine> lines, call.appliance.audit().list(limit));
    Json items = Json::array();
    for (const appliance::AuditLine& line : lines) {
        items.push_back(
            {{"id", line.id},
             {"time", line.time},
             {"user", line.user},
             {"token", line.token_id},
             {"operation", line.operation},
             {"target", line.target},
             {"status", line.status},
             {"request_id", line.request_id}}
        );
    }
    return Answer{.body = {{"items", items}}};
}

}  // namespace

std::vector<Route> system_routes()
{
    return {
        {.method = "GET",
         .path = "/healthz",
         .id = "health",
         .summary = "The process answers",
         .response = "Health",
         .handle = health},
        {.method = "GET",
         .path = "/readyz",
         .id = "ready",
         .summary = "The memory can be used",
         .response = "Health",
         .handle = ready},
        {.method = "GET",
         .path = "/api/v1/openapi.json",
         .id = "openapi",
         .summary = "This document",
         .response = "document",
         .handle = document},
        {.method = "GET",
         .path = "/api/v1/about",
         .id = "about",
         .summary = "Which appliance this is",
         .response = "About",
         .handle = about},
        {.method = "GET",
         .path = "/api/v1/config",
         .id = "config_show",
         .summary = "Settings of the appliance",
         .role = Role::Viewer,
         .response = "Config",
         .handle = show_config},
        {.method = "PATCH",
         .path = "/api/v1/config",
         .id = "config_update",
         .summary = "Change settings",
         .role = Role::Administrator,
         .request = "ConfigInput",
         .response = "Config",
         .handle = update_config},
        {.method = "GET",
         .path = "/api/v1/audit",
         .id = "audit_list",
         .summary = "Who changed what, newest first",
         .role = Role::Administrator,
         .response = "Audit",
         .query = {"limit"},
         .handle = list_audit},
    };
}

}  // namespace starkeep::api
