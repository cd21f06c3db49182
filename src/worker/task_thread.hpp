// SPDX-License-Identifier: Apache-2.0
// A task at work on a thread of its own, watched from outside.
#pragma once

#include "azure/cloud.hpp"
#include "base/mutex.hpp"
#include "engine/progress.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"
#include "worker/task_runner.hpp"

#include <optional>
#include <thread>

namespace starkeep::worker {

/// Works from its making; its destruction stops the task and waits for its end.
/// Thread: the members may be called by the one that made it.
class TaskThread {
public:
    /// `cloud` lives longer.
    TaskThread(protocol::SecretTask task, const azure::Cloud& cloud);

    const protocol::TaskId& task() const { return task_.task.id; }
    /// What progress() tells now, as an event.
    protocol::TaskProgress progress() const;
    /// Once there is one.
    std::optional<TaskEnd> end() const;
    void stop() { thread_.request_stop(); }

private:
    protocol::SecretTask task_;
    engine::Progress progress_;
    mutable Mutex mutex_;
    std::optional<TaskEnd> end_ GUARDED_BY(mutex_);
    std::jthread thread_;  // last: it uses all the others
};

}  // namespace starkeep::worker
