// SPDX-License-Identifier: Apache-2.0
// What the appliance does and did: sessions, their tasks and steps, and the log of each.
#pragma once

#include "appliance/database.hpp"
#include "appliance/secret_box.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

/// Of sessions and tasks. A warning: done, but something was left out.
enum class State : std::uint8_t { Queued, Running, Done, Warning, Failed, Cancelled };
std::string_view name(State state);
inline bool is_over(State state)
{
    return state != State::Queued && state != State::Running;
}

enum class StepState : std::uint8_t { Pending, Running, Done, Skipped, Failed };
std::string_view name(StepState state);

struct Step {
    std::string name;
    StepState state = StepState::Pending;
    std::string detail;
    std::string started;
    std::string ended;
};

/// One source in a session.
struct Task {
    std::string name;
    State state = State::Queued;
    std::int64_t attempts = 0;
    Json progress;  ///< null until there is some
    Json result;    ///< null until it is done
    Json error;     ///< null, or the error envelope's inner object
    std::vector<Step> steps;
};

struct Session {
    std::string id;      ///< 32 hexadecimal digits
    std::string kind;    ///< "backup", "restore", "network"
    std::string policy;  ///< empty when none asked for it
    State state = State::Queued;
    Json request;
    std::string requested_by;
    bool cancel = false;
    std::string created;
    std::string started;
    std::string ended;
    std::vector<Task> tasks;  ///< filled by get() only
};

struct LogLine {
    std::int64_t id = 0;
    std::string time;
    std::string task;
    std::string level;  ///< "info", "warning", "error"
    std::string text;
};

struct NewSession {
    std::string kind;
    std::string policy{};
    Json request{};
    std::optional<Secret> secrets{};
    std::string requested_by{};
    std::vector<std::string> tasks{};
};

/// Every change is durable when it returns. Thread: any.
class Sessions {
public:
    Sessions(Database& database, const SecretBox& box, const sys::Clock& clock)
        : database_(database), box_(box), clock_(clock)
    {
    }

    /// Queued; its id.
    Result<std::string> create(const NewSession& session);
    /// Newest first, without tasks.
    Result<std::vector<Session>> list(std::uint64_t limit) const;
    /// `id` may be a unique prefix of 4 digits or more. Errors: NotFound; InvalidInput when it fits several.
    Result<Session> get(const std::string& id) const;
    /// Ids of sessions that are queued or running, oldest first.
    Result<std::vector<std::string>> unfinished() const;
    /// Those of NewSession. Errors: NotFound; Corrupt.
    Result<std::optional<Secret>> secrets(const std::string& id) const;

    Result<void> set_state(const std::string& id, State state);
    Result<void> request_cancel(const std::string& id);
    Result<bool> is_cancel_requested(const std::string& id) const;

    Result<void> begin_task(const std::string& id, const std::string& task);
    Result<void> set_progress(const std::string& id, const std::string& task, const Json& progress);
    /// `result` and `error` may be null.
    Result<void> end_task(
        const std::string& id,
        const std::string& task,
        State state,
        const Json& result,
        const Json& error
    );
    /// Adds the step when the task has none of that name.
    Result<void> set_step(
        const std::string& id,
        const std::string& task,
        const std::string& step,
        StepState state,
        const std::string& detail
    );

    Result<void>
    log(const std::string& id,
        const std::string& task,
        std::string_view level,
        const std::string& text);
    /// Lines with ids above `after`, at most `limit`.
    Result<std::vector<LogLine>>
    log_lines(const std::string& id, std::int64_t after, std::uint64_t limit) const;

    /// What a step needs to carry on after a restart: an operation's handle, a worker's keys. `sealed` is kept as a secret.
    Result<void> save_operation(
        const std::string& id,
        const std::string& task,
        const std::string& operation,
        const Json& handle,
        const std::optional<Secret>& sealed = std::nullopt
    );
    struct Operation {
        Json handle;
        std::optional<Secret> sealed;
    };
    Result<std::optional<Operation>> find_operation(
        const std::string& id, const std::string& task, const std::string& operation
    ) const;
    Result<void>
    remove_operation(const std::string& id, const std::string& task, const std::string& operation);

private:
    std::string now() const { return sys::format_rfc3339(clock_.now()); }
    Result<std::vector<Task>> tasks_of(const std::string& id) const;

    Database& database_;
    const SecretBox& box_;
    const sys::Clock& clock_;
};

}  // namespace starkeep::appliance
