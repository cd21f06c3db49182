// SPDX-License-Identifier: Apache-2.0
// The agent's main loop: hello, tasks, heartbeats, and an orderly end.
#pragma once

#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_link.hpp"
#include "sys/clock.hpp"
#include "worker/task_thread.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::worker {

struct AgentOptions {
    std::chrono::milliseconds poll_every{1'000};
    std::chrono::milliseconds progress_every{5'000};
    std::chrono::seconds heartbeat_every = protocol::kHeartbeatEvery;
    /// Queues that cannot be reached for that long are gone, and so is the worker's purpose.
    std::chrono::seconds patience{900};
};

/// Does one task after the other; those that come meanwhile wait in their order.
class Agent {
public:
    /// `link` and `cloud` live longer. `greeted` is called once, when the first hello lies in the queue.
    Agent(
        protocol::WorkerLink& link,
        const azure::Cloud& cloud,
        AgentOptions options,
        std::function<Result<void>()> greeted
    );

    /// Until `stop` is requested (then tasks are stopped and answered as Cancelled), or the appliance says stop.
    /// Errors: of the queues, when patience ends; what `greeted` said.
    Result<void> run(std::stop_token stop);

private:
    Result<void> greet(const std::stop_token& stop);
    Result<void> work(const std::stop_token& stop);
    Result<void> take_tasks(const std::stop_token& stop);
    void obey(const protocol::StopTask& stop);
    Result<void> follow_task(const std::stop_token& stop);
    Result<void> report(const std::stop_token& stop);
    Result<void> end();
    /// Gives up once nothing has gone well for `patience`.
    Result<void> bear(const Result<void>& outcome);

    protocol::WorkerLink& link_;
    const azure::Cloud& cloud_;
    AgentOptions options_;
    std::function<Result<void>()> greeted_;
    protocol::Hello hello_;

    std::optional<TaskThread> running_;
    std::deque<protocol::SecretTask> waiting_;
    bool told_to_end_ = false;
    sys::Stopwatch since_contact_;
    sys::Stopwatch since_poll_;
    sys::Stopwatch since_heartbeat_;
    sys::Stopwatch since_progress_;
    std::string last_trouble_;
};

}  // namespace starkeep::worker
