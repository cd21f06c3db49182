// SPDX-License-Identifier: Apache-2.0
#include "appliance/sessions.hpp"

#include "appliance/database.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

constexpr std::array<std::string_view, 6> kStates = {
    "queued", "running", "done", "warning", "failed", "cancelled"
};
constexpr std::array<std::string_view, 5> kStepStates = {
    "pending", "running", "done", "skipped", "failed"
};
constexpr std::size_t kShortestPrefix = 4;

/// The place of `text` among `words`; the first when it is none: only this program writes them.
template <std::size_t Count>
std::size_t place_of(const std::array<std::string_view, Count>& words, std::string_view text)
{
    const auto* const found = std::ranges::find(words, text);
    return found == words.end() ? 0 : static_cast<std::size_t>(found - words.begin());
}

Result<Json> document_at(const Row& row, std::size_t column)
{
    return row.is_null(column) ? Result<Json>(Json()) : json::parse(row.text(column));
}

Value or_null(const Json& document)
{
    return document.is_null() ? Value(nullptr) : Value(json::format(document));
}

constexpr std::string_view kColumns = "SELECT id, kind, policy, state, request, requested_by, "
                                      "cancel, created, started, ended FROM sessions ";

Result<Session> to_session(const Row& row)
{
    TRY_LET(Json request, document_at(row, 4));
    return Session{
        .id = row.text(0),
        .kind = row.text(1),
        .policy = row.text(2),
        .state = static_cast<State>(place_of(kStates, row.text(3))),
        .request = std::move(request),
        .requested_by = row.text(5),
        .cancel = row.integer(6) != 0,
        .created = row.text(7),
        .started = row.text(8),
        .ended = row.text(9),
        .tasks = {}
    };
}

Result<Task> to_task(const Row& row)
{
    TRY_LET(Json progress, document_at(row, 3));
    TRY_LET(Json result, document_at(row, 4));
    TRY_LET(Json error, document_at(row, 5));
    return Task{
        .name = row.text(0),
        .state = static_cast<State>(place_of(kStates, row.text(1))),
        .attempts = row.integer(2),
        .progress = std::move(progress),
        .result = std::move(result),
        .error = std::move(error),
        .steps = {}
    };
}

std::string place(const std::string& id)
{
    return "sessions/" + id;
}

std::string
operation_place(const std::string& id, const std::string& task, const std::string& operation)
{
    return "operations/" + id + "/" + task + "/" + operation;
}

}  // namespace

std::string_view name(State state)
{
    return kStates.at(static_cast<std::size_t>(state));
}

std::string_view name(StepState state)
{
    return kStepStates.at(static_cast<std::size_t>(state));
}

Result<std::string> Sessions::create(const NewSession& session)
{
    const std::string id = sys::random_id<SessionId>().hex();
    TRY(database_.in_transaction([&]() -> Result<void> {
        TRY(database_.change(
            "INSERT INTO sessions (id, kind, policy, state, request, secrets, requested_by, "
            "created) "
            "VALUES (?, ?, ?, 'queued', ?, ?, ?, ?)",
            {id,
             session.kind,
             session.policy,
             json::format(session.request),
             session.secrets ? Value(box_.seal(*session.secrets, place(id))) : Value(nullptr),
             session.requested_by,
             now()}
        ));
        std::int64_t position = 0;
        for (const std::string& task : session.tasks) {
            TRY(database_.change(
                "INSERT INTO tasks (session, name, position, state) VALUES (?, ?, ?, 'queued')",
                {id, task, position++}
            ));
        }
        return {};
    }));
    return id;
}

Result<std::vector<Session>> Sessions::list(std::uint64_t limit) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(
            std::string(kColumns) + "ORDER BY created DESC, rowid DESC LIMIT ?",
            {static_cast<std::int64_t>(limit)}
        )
    );
    std::vector<Session> sessions;
    for (const Row& row : rows) {
        TRY_LET(Session session, to_session(row));
        sessions.push_back(std::move(session));
    }
    return sessions;
}

Result<Session> Sessions::get(const std::string& id) const
{
    std::vector<Row> rows;
    if (id.size() >= kShortestPrefix) {
        TRY_LET(
            rows,
            database_.rows(
                std::string(kColumns) + "WHERE substr(id, 1, ?) = ? LIMIT 2",
                {static_cast<std::int64_t>(id.size()), id}
            )
        );
    }
    if (rows.empty()) {
        return Error{
            ErrorCode::NotFound,
            "no session \"" + id + "\"",
            "A session is an id or a unique prefix of 4 digits or more; list them with: starkeep "
            "session list."
        };
    }
    if (rows.size() > 1) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + id + "\" is the beginning of several sessions",
            "Give more digits of the id."
        };
    }
    TRY_LET(Session session, to_session(rows.front()));
    TRY_LET(session.tasks, tasks_of(session.id));
    return session;
}

Result<std::vector<Task>> Sessions::tasks_of(const std::string& id) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(
            "SELECT name, state, attempts, progress, result, error FROM tasks WHERE session = ? "
            "ORDER BY position",
            {id}
        )
    );
    TRY_LET(
        const std::vector<Row> steps,
        database_.rows(
            "SELECT task, name, state, detail, started, ended FROM steps WHERE session = ? ORDER "
            "BY position",
            {id}
        )
    );
    std::vector<Task> tasks;
    for (const Row& row : rows) {
        TRY_LET(Task task, to_task(row));
        for (const Row& step : steps) {
            if (step.text(0) == task.name) {
                task.steps.push_back(
                    {.name = step.text(1),
                     .state = static_cast<StepState>(place_of(kStepStates, step.text(2))),
                     .detail = step.text(3),
                     .started = step.text(4),
                     .ended = step.text(5)}
                );
            }
        }
        tasks.push_back(std::move(task));
    }
    return tasks;
}

Result<std::vector<std::string>> Sessions::unfinished() const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(
            "SELECT id FROM sessions WHERE state IN ('queued', 'running') ORDER BY created, rowid"
        )
    );
    std::vector<std::string> ids;
    for (const Row& row : rows) {
        ids.push_back(row.text(0));
    }
    return ids;
}

Result<std::optional<Secret>> Sessions::secrets(const std::string& id) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows("SELECT secrets FROM sessions WHERE id = ?", {id})
    );
    if (rows.empty() || rows.front().is_null(0)) {
        return std::optional<Secret>();
    }
    TRY_LET(Secret secret, box_.open(rows.front().bytes(0), place(id)));
    return std::optional(std::move(secret));
}

Result<void> Sessions::set_state(const std::string& id, State state)
{
    // A restarted session keeps its first beginning.
    TRY(database_.change(
        "UPDATE sessions SET state = ?, started = CASE WHEN ? THEN COALESCE(started, ?) ELSE "
        "started END, "
        "ended = CASE WHEN ? THEN ? END WHERE id = ?",
        {std::string(name(state)),
         std::int64_t{state == State::Running ? 1 : 0},
         now(),
         std::int64_t{is_over(state) ? 1 : 0},
         now(),
         id}
    ));
    return {};
}

Result<void> Sessions::request_cancel(const std::string& id)
{
    TRY(database_.change("UPDATE sessions SET cancel = 1 WHERE id = ?", {id}));
    return {};
}

Result<bool> Sessions::is_cancel_requested(const std::string& id) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows("SELECT cancel FROM sessions WHERE id = ?", {id})
    );
    return !rows.empty() && rows.front().integer(0) != 0;
}

Result<void> Sessions::begin_task(const std::string& id, const std::string& task)
{
    TRY(database_.change(
        "UPDATE tasks SET state = 'running', attempts = attempts + 1, error = NULL WHERE session = "
        "? AND name = ?",
        {id, task}
    ));
    return {};
}

Result<void>
Sessions::set_progress(const std::string& id, const std::string& task, const Json& progress)
{
    TRY(database_.change(
        "UPDATE tasks SET progress = ? WHERE session = ? AND name = ?",
        {or_null(progress), id, task}
    ));
    return {};
}

Result<void> Sessions::end_task(
    const std::string& id,
    const std::string& task,
    State state,
    const Json& result,
    const Json& error
)
{
    TRY(database_.change(
        "UPDATE tasks SET state = ?, result = ?, error = ? WHERE session = ? AND name = ?",
        {std::string(name(state)), or_null(result), or_null(error), id, task}
    ));
    return {};
}

Result<void> Sessions::set_step(
    const std::string& id,
    const std::string& task,
    const std::string& step,
    StepState state,
    const std::string& detail
)
{
    const bool over = state != StepState::Pending && state != StepState::Running;
    const Value started = state == StepState::Pending ? Value(nullptr) : Value(now());
    const Value ended = over ? Value(now()) : Value(nullptr);
    TRY(database_.change(
        "INSERT INTO steps (session, task, name, position, state, detail, started, ended) VALUES "
        "(?1, ?2, ?3, "
        "(SELECT count(*) FROM steps WHERE session = ?1 AND task = ?2), ?4, ?5, ?6, ?7) "
        "ON CONFLICT (session, task, name) DO UPDATE SET state = excluded.state, detail = "
        "excluded.detail, "
        "started = COALESCE(steps.started, excluded.started), ended = excluded.ended",
        {id, task, step, std::string(name(state)), detail, started, ended}
    ));
    return {};
}

Result<void> Sessions::log(
    const std::string& id, const std::string& task, std::string_view level, const std::string& text
)
{
    TRY(database_.change(
        "INSERT INTO session_log (session, time, task, level, text) VALUES (?, ?, ?, ?, ?)",
        {id, now(), task, std::string(level), text}
    ));
    return {};
}

Result<std::vector<LogLine>>
Sessions::log_lines(const std::string& id, std::int64_t after, std::uint64_t limit) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(
            "SELECT id, time, task, level, text FROM session_log WHERE session = ? AND id > ? "
            "ORDER BY id LIMIT ?",
            {id, after, static_cast<std::int64_t>(limit)}
        )
    );
    std::vector<LogLine> lines;
    for (const Row& row : rows) {
        lines.push_back(
            {.id = row.integer(0),
             .time = row.text(1),
             .task = row.text(2),
             .level = row.text(3),
             .text = row.text(4)}
        );
    }
    return lines;
}

Result<void> Sessions::save_operation(
    const std::string& id,
    const std::string& task,
    const std::string& operation,
    const Json& handle,
    const std::optional<Secret>& sealed
)
{
    TRY(database_.change(
        "INSERT INTO operations (session, task, name, handle, sealed) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (session, task, name) DO UPDATE SET handle = excluded.handle, sealed = "
        "excluded.sealed",
        {id,
         task,
         operation,
         json::format(handle),
         sealed ? Value(box_.seal(*sealed, operation_place(id, task, operation))) : Value(nullptr)}
    ));
    return {};
}

Result<std::optional<Sessions::Operation>> Sessions::find_operation(
    const std::string& id, const std::string& task, const std::string& operation
) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(
            "SELECT handle, sealed FROM operations WHERE session = ? AND task = ? AND name = ?",
            {id, task, operation}
        )
    );
    if (rows.empty()) {
        return std::optional<Operation>();
    }
    Operation found;
    TRY_LET(found.handle, json::parse(rows.front().text(0)));
    if (!rows.front().is_null(1)) {
        TRY_LET(
            Secret opened, box_.open(rows.front().bytes(1), operation_place(id, task, operation))
        );
        found.sealed = std::move(opened);
    }
    return std::optional(std::move(found));
}

Result<void> Sessions::remove_operation(
    const std::string& id, const std::string& task, const std::string& operation
)
{
    TRY(database_.change(
        "DELETE FROM operations WHERE session = ? AND task = ? AND name = ?", {id, task, operation}
    ));
    return {};
}

}  // namespace starkeep::appliance
