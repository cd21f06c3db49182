// SPDX-License-Identifier: Apache-2.0
#include "appliance/runner.hpp"

#include "appliance/problem.hpp"
#include "appliance/sessions.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

/// The session's state when all its tasks are over.
State state_of(const std::vector<Task>& tasks)
{
    const auto any = [&tasks](State state) {
        return std::ranges::any_of(tasks, [state](const Task& task) {
            return task.state == state;
        });
    };
    for (const State state : {State::Cancelled, State::Failed, State::Warning}) {
        if (any(state)) {
            return state;
        }
    }
    return State::Done;
}

TaskOutcome given_up(const std::string& task)
{
    return {
        .state = State::Failed,
        .result = {},
        .error = problem(Error{
            ErrorCode::Unavailable,
            "task " + task + " was begun " + std::to_string(kMostAttempts) +
                " times and never came to its end",
            "The appliance or its workers ended each time; look at the session's log, then retry "
            "it."
        })
    };
}

}  // namespace

Runner::Runner(Sessions& sessions, ExecuteTask execute, unsigned threads)
    : sessions_(sessions), execute_(std::move(execute))
{
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
}

Runner::~Runner()
{
    for (std::jthread& thread : threads_) {
        thread.request_stop();
    }
    const MutexLock lock(mutex_);
    for (auto& [id, stop] : running_) {
        stop.request_stop();
    }
}

Result<void> Runner::resume()
{
    TRY_LET(const std::vector<std::string> ids, sessions_.unfinished());
    for (const std::string& id : ids) {
        enqueue(id);
    }
    return {};
}

void Runner::enqueue(const std::string& id)
{
    const MutexLock lock(mutex_);
    waiting_.push_back(id);
    changed_.notify_one();
}

Result<void> Runner::cancel(const std::string& id)
{
    TRY_LET(const Session session, sessions_.get(id));
    if (is_over(session.state)) {
        return Error{
            ErrorCode::Conflict,
            "session " + session.id + " is over: it is " + std::string(name(session.state))
        };
    }
    TRY(sessions_.request_cancel(session.id));
    const MutexLock lock(mutex_);
    if (const auto found = running_.find(session.id); found != running_.end()) {
        found->second.request_stop();
    }
    return {};
}

void Runner::work(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        std::string id;
        {
            mutex_.lock();
            const bool found = changed_.wait(mutex_, stop, [this] { return !waiting_.empty(); });
            if (found) {
                id = waiting_.front();
                waiting_.pop_front();
            }
            mutex_.unlock();
        }
        if (!id.empty() && !stop.stop_requested()) {
            run(id, stop);
        }
    }
}

void Runner::run(const std::string& id, const std::stop_token& shutdown)
{
    const std::stop_source session_stop;
    {
        const MutexLock lock(mutex_);
        running_.insert_or_assign(id, session_stop);
    }
    if (const Result<void> outcome = run_session(id, session_stop, shutdown); !outcome.ok()) {
        // The memory itself failed: what can still be kept is, and the session is taken up again at the next start.
        static_cast<void>(sessions_.log(id, "", "error", outcome.error().text()));
    }
    const MutexLock lock(mutex_);
    running_.erase(id);
}

Result<void> Runner::run_session(
    const std::string& id, const std::stop_source& session_stop, const std::stop_token& shutdown
)
{
    TRY_LET(Session session, sessions_.get(id));
    TRY(sessions_.set_state(id, State::Running));
    for (const Task& task : session.tasks) {
        if (is_over(task.state)) {
            continue;
        }
        TRY_LET(const bool ended, run_task(session, task, session_stop, shutdown));
        if (!ended) {
            return {};
        }
    }
    TRY_LET(session, sessions_.get(id));
    return sessions_.set_state(id, state_of(session.tasks));
}

/// False when the program ends and the task is left for the next start.
Result<bool> Runner::run_task(
    const Session& session,
    const Task& task,
    const std::stop_source& stop,
    const std::stop_token& shutdown
)
{
    TRY_LET(bool cancelled, sessions_.is_cancel_requested(session.id));
    if (cancelled) {
        TRY(sessions_.end_task(session.id, task.name, State::Cancelled, {}, {}));
        return true;
    }
    if (shutdown.stop_requested()) {
        return false;
    }
    TaskOutcome outcome;
    if (task.attempts >= kMostAttempts) {
        outcome = given_up(task.name);
    } else {
        TRY(sessions_.begin_task(session.id, task.name));
        outcome = execute_(session, task.name, stop.get_token());
        TRY_LET(cancelled, sessions_.is_cancel_requested(session.id));
        if (outcome.state == State::Cancelled && !cancelled && shutdown.stop_requested()) {
            return false;
        }
    }
    if (outcome.state == State::Failed) {
        TRY(sessions_.log(
            session.id, task.name, "error", outcome.error.value("message", std::string())
        ));
    }
    TRY(sessions_.end_task(session.id, task.name, outcome.state, outcome.result, outcome.error));
    return true;
}

}  // namespace starkeep::appliance
