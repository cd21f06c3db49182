// SPDX-License-Identifier: Apache-2.0
#include "cli/session_follow.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/context.hpp"
#include "cli/noun.hpp"
#include "cli/output.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace starkeep::cli {

namespace {

constexpr std::chrono::milliseconds kLookEvery{500};

bool is_over(const Json& session)
{
    const std::string state = session.value("state", std::string());
    return state != "queued" && state != "running";
}

Result<void> print_lines(const ApplianceClient& client, const std::string& id, std::int64_t& after)
{
    TRY_LET(const Json lines, client.get("sessions/" + id + "/log?after=" + std::to_string(after)));
    for (const Json& line : lines["items"]) {
        after = line["id"].get<std::int64_t>();
        fmt::print(
            stderr,
            "{} {} {}{}\n",
            shown(line["time"]),
            shown(line["task"]),
            line["level"] == "info" ? "" : shown(line["level"]) + ": ",
            shown(line["text"])
        );
    }
    return {};
}

}  // namespace

Result<Json>
follow_session(const Context& context, const ApplianceClient& client, const std::string& id)
{
    std::int64_t after = 0;
    for (;;) {
        TRY_LET(Json session, client.get("sessions/" + encoded(id)));
        TRY(print_lines(client, encoded(id), after));
        if (is_over(session)) {
            return session;
        }
        if (!sys::wait_for(context.stop, kLookEvery)) {
            return Error{
                ErrorCode::Cancelled,
                "stopped watching session " + id,
                "The session goes on; end it with: starkeep session cancel " + id + "."
            };
        }
    }
}

Result<Outcome> outcome_of_session(const Json& session)
{
    const std::string state = session.value("state", std::string());
    if (state == "warning") {
        return Outcome::LeftOut;
    }
    if (state == "done") {
        return Outcome::Done;
    }
    for (const Json& task : session["tasks"]) {
        if (task["error"].is_object()) {
            return appliance_error(task["error"]).during("task " + shown(task["name"]));
        }
    }
    return Error{
        state == "cancelled" ? ErrorCode::Cancelled : ErrorCode::Unavailable,
        "session " + shown(session["id"]) + " is " + state
    };
}

void print_session(const Context& context, const Json& session)
{
    if (context.json) {
        print_json(session);
        return;
    }
    for (const char* member :
         {"id", "kind", "policy", "state", "requested_by", "created", "ended"}) {
        print(fmt::format("{:<12}  {}", member, shown(session[member])));
    }
    for (const Json& task : session["tasks"]) {
        print(fmt::format("\ntask {}: {}", shown(task["name"]), shown(task["state"])));
        for (const Json& step : task["steps"]) {
            print(fmt::format(
                "  {:<10} {:<8} {}",
                shown(step["name"]),
                shown(step["state"]),
                shown(step["detail"])
            ));
        }
        if (task["progress"].is_object()) {
            const Json& progress = task["progress"];
            print(fmt::format(
                "  {}: {} of {}, {}",
                shown(progress["phase"]),
                format_bytes(progress["bytes_done"].get<std::uint64_t>()),
                format_bytes(progress["bytes_total"].get<std::uint64_t>()),
                format_count(progress["rows"].get<std::uint64_t>(), "row")
            ));
        }
        if (task["error"].is_object()) {
            const Json& error = task["error"];
            print(fmt::format(
                "  failed: {}\n  layer {}, owner {}\n  {}",
                shown(error["message"]),
                shown(error["layer"]),
                shown(error["owner"]),
                shown(error["hint"])
            ));
        }
    }
}

}  // namespace starkeep::cli
