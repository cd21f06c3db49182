// SPDX-License-Identifier: Apache-2.0
#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "appliance/sessions.hpp"
#include "appliance/users.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace starkeep::api {

namespace {

using appliance::LogLine;
using appliance::Role;
using appliance::Session;
using appliance::Step;
using appliance::Task;

constexpr std::uint64_t kMostSessions = 1000;
constexpr std::uint64_t kMostLines = 1000;

Json or_null(const std::string& time)
{
    return time.empty() ? Json() : Json(time);
}

Json to_json(const Task& task)
{
    Json steps = Json::array();
    for (const Step& step : task.steps) {
        steps.push_back(
            {{"name", step.name},
             {"state", std::string(name(step.state))},
             {"detail", step.detail},
             {"started", or_null(step.started)},
             {"ended", or_null(step.ended)}}
        );
    }
    return {
        {"name", task.name},
        {"state", std::string(name(task.state))},
        {"attempts", task.attempts},
        {"progress", task.progress},
        {"result", task.result},
        {"error", task.error},
        {"steps", steps}
    };
}

Json summary(const Session& session)
{
    return {
        {"id", session.id},
        {"kind", session.kind},
        {"policy", session.policy},
        {"state", std::string(name(session.state))},
        {"requested_by", session.requested_by},
        {"cancel_requested", session.cancel},
        {"created", session.created},
        {"started", or_null(session.started)},
        {"ended", or_null(session.ended)}
    };
}

Result<Answer> list_sessions(Call& call)
{
    TRY_LET(const std::uint64_t limit, query_number(call, "limit", 50, kMostSessions));
    TRY_LET(const std::vector<Session> sessions, call.appliance.sessions().list(limit));
    Json items = Json::array();
    for (const Session& session : sessions) {
        items.push_back(summary(session));
    }
    return Answer{.body = {{"items", items}}};
}

Result<Answer> show_session(Call& call)
{
    TRY_LET(const Session session, call.appliance.sessions().get(call.path.at("id")));
    Json document = summary(session);
    document["request"] = session.request;
    document["tasks"] = Json::array();
    for (const Task& task : session.tasks) {
        document["tasks"].push_back(to_json(task));
    }
    return Answer{.body = document};
}

Result<Answer> show_log(Call& call)
{
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    TRY_LET(const std::uint64_t after, query_number(call, "after", 0, kMost));
    TRY_LET(const Session session, call.appliance.sessions().get(call.path.at("id")));
    TRY_LET(
        const std::vector<LogLine> lines,
        call.appliance.sessions().log_lines(
            session.id, static_cast<std::int64_t>(after), kMostLines
        )
    );
    Json items = Json::array();
    for (const LogLine& line : lines) {
        items.push_back(
            {{"id", line.id},
             {"time", line.time},
             {"task", line.task},
             {"level", line.level},
             {"text", line.text}}
        );
    }
    return Answer{.body = {{"items", items}}};
}

Result<Answer> cancel_session(Call& call)
{
    TRY(call.appliance.cancel_session(call.path.at("id")));
    Result<Answer> answer = show_session(call);
    if (answer.ok()) {
        answer->status = 202;
    }
    return answer;
}

Result<Answer> retry_session(Call& call)
{
    TRY_LET(
        const std::string id, call.appliance.retry_session(call.path.at("id"), call.caller.user)
    );
    return Answer{.status = 202, .body = {{"id", id}}};
}

Result<Answer> begin_backup(Call& call)
{
    TRY_LET(const std::string id, call.appliance.begin_backup(call.body, call.caller.user));
    return Answer{.status = 202, .body = {{"id", id}}};
}

Result<Answer> begin_restore(Call& call)
{
    TRY_LET(const std::string id, call.appliance.begin_restore(call.body, call.caller.user));
    return Answer{.status = 202, .body = {{"id", id}}};
}

}  // namespace

std::vector<Route> session_routes()
{
    return {
        {.method = "GET",
         .path = "/api/v1/sessions",
         .id = "session_list",
         .summary = "Newest first",
         .role = Role::Viewer,
         .response = "Sessions",
         .query = {"limit"},
         .handle = list_sessions},
        {.method = "GET",
         .path = "/api/v1/sessions/{id}",
         .id = "session_show",
         .summary = "One, by its id or a unique prefix, with tasks and steps",
         .role = Role::Viewer,
         .response = "Session",
         .handle = show_session},
        {.method = "GET",
         .path = "/api/v1/sessions/{id}/log",
         .id = "session_log",
         .summary = "Lines with ids above `after`",
         .role = Role::Viewer,
         .response = "SessionLog",
         .query = {"after"},
         .handle = show_log},
        {.method = "POST",
         .path = "/api/v1/sessions/{id}/cancel",
         .id = "session_cancel",
         .summary = "Stop it as soon as it can",
         .role = Role::Operator,
         .response = "Session",
         .status = 202,
         .handle = cancel_session},
        {.method = "POST",
         .path = "/api/v1/sessions/{id}/retry",
         .id = "session_retry",
         .summary = "A new session for what did not succeed",
         .role = Role::Operator,
         .response = "SessionBegun",
         .status = 202,
         .handle = retry_session},
        {.method = "POST",
         .path = "/api/v1/backups",
         .id = "backup_begin",
         .summary = "Back one source up, without a policy",
         .role = Role::Operator,
         .request = "BackupInput",
         .response = "SessionBegun",
         .status = 202,
         .handle = begin_backup},
        {.method = "POST",
         .path = "/api/v1/restores",
         .id = "restore_begin",
         .summary = "Begin a restore session",
         .role = Role::Operator,
         .request = "RestoreInput",
         .response = "SessionBegun",
         .status = 202,
         .handle = begin_restore},
    };
}

}  // namespace starkeep::api
