// SPDX-License-Identifier: Apache-2.0
#include "worker/task_thread.hpp"

#include "azure/cloud.hpp"
#include "base/mutex.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"
#include "worker/task_runner.hpp"

#include <optional>
#include <stop_token>
#include <utility>

namespace starkeep::worker {

TaskThread::TaskThread(protocol::SecretTask task, const azure::Cloud& cloud)
    : task_(std::move(task)), thread_([this, &cloud](const std::stop_token& stop) {
        TaskEnd end = run_task(task_, cloud, progress_, stop);
        const MutexLock lock(mutex_);
        end_ = std::move(end);
    })
{
}

protocol::TaskProgress TaskThread::progress() const
{
    return {
        .task = task(),
        .phase = progress_.phase(),
        .bytes_done = progress_.bytes_done,
        .bytes_total = progress_.bytes_total,
        .rows = progress_.rows
    };
}

std::optional<TaskEnd> TaskThread::end() const
{
    const MutexLock lock(mutex_);
    return end_;
}

}  // namespace starkeep::worker
