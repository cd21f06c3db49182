// SPDX-License-Identifier: Apache-2.0
#include "cli/appliance_verbs.hpp"

#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "cli/output.hpp"
#include "cli/session_follow.hpp"
#include "json/json.hpp"

#include <string>
#include <utility>

namespace starkeep::cli {

namespace {

std::string source_query(const std::string& source)
{
    return source.empty() ? std::string() : "?source=" + encoded(source);
}

}  // namespace

Result<Json> points_of_appliance(const Context& context, const std::string& source)
{
    TRY_LET(const ApplianceClient client, ApplianceClient::open(context));
    TRY_LET(const std::string repository, repository_name(client, context.repository_name));
    TRY_LET(
        Json answer,
        client.get("repositories/" + encoded(repository) + "/points" + source_query(source))
    );
    for (const Json& gap : answer["log_gaps"]) {
        warn("the log cannot be read in full: " + shown(gap));
    }
    return std::move(answer["items"]);
}

Result<Json>
point_of_appliance(const Context& context, const std::string& point, const std::string& source)
{
    TRY_LET(const ApplianceClient client, ApplianceClient::open(context));
    TRY_LET(const std::string repository, repository_name(client, context.repository_name));
    return client.get(
        "repositories/" + encoded(repository) + "/points/" + encoded(point) + source_query(source)
    );
}

Result<Outcome> run_on_appliance(const Context& context, const std::string& path, Json body)
{
    TRY_LET(const ApplianceClient client, ApplianceClient::open(context));
    TRY_LET(const std::string repository, repository_name(client, context.repository_name));
    body["repository"] = repository;
    TRY_LET(const Json begun, client.post(path, body));
    TRY_LET(const Json session, follow_session(context, client, shown(begun["id"])));
    const Json& task = session["tasks"][0];
    if (task["result"].is_object()) {
        print_document(context, task["result"]);
    }
    return outcome_of_session(session);
}

}  // namespace starkeep::cli
