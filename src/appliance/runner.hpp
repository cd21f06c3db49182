// SPDX-License-Identifier: Apache-2.0
// Runs sessions, several at once, and carries on after a restart with those that were not over.
#pragma once

#include "appliance/sessions.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace starkeep::appliance {

struct TaskOutcome {
    State state = State::Done;
    Json result{};
    Json error{};  ///< problem()'s object; null unless it failed
};

/// One task of a session, from wherever an earlier attempt left it. Ends soon after `stop` is requested.
using ExecuteTask = std::function<
    TaskOutcome(const Session& session, const std::string& task, std::stop_token stop)>;

/// A task that was begun so often, each time ended by a crash, is given up.
inline constexpr std::int64_t kMostAttempts = 5;

/// Its end stops what runs; these sessions stay unfinished, and the next Runner takes them up again.
/// Thread: any.
class Runner {
public:
    Runner(Sessions& sessions, ExecuteTask execute, unsigned threads);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// Takes up what an earlier run of the program left. Call once.
    Result<void> resume();
    void enqueue(const std::string& id);
    /// Errors: NotFound; Conflict when the session is over.
    Result<void> cancel(const std::string& id);

private:
    void work(const std::stop_token& stop);
    void run(const std::string& id, const std::stop_token& shutdown);
    Result<void> run_session(
        const std::string& id, const std::stop_source& session_stop, const std::stop_token& shutdown
    );
    Result<bool> run_task(
        const Session& session,
        const Task& task,
        const std::stop_source& stop,
        const std::stop_token& shutdown
    );

    Sessions& sessions_;
    ExecuteTask execute_;
    Mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::string> waiting_ GUARDED_BY(mutex_);
    std::map<std::string, std::stop_source> running_ GUARDED_BY(mutex_);
    std::vector<std::jthread> threads_;  // last: they use all the others
};

}  // namespace starkeep::appliance
