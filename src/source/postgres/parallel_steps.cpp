// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/parallel_steps.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

bool meet(const std::set<std::string>& left, const std::set<std::string>& right)
{
    return std::ranges::any_of(left, [&](const std::string& name) { return right.contains(name); });
}

/// Thread: any.
class Schedule {
public:
    explicit Schedule(const std::vector<ParallelStep>& steps) : steps_(steps)
    {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            waiting_.push_back(i);
        }
    }

    /// Waits until a step may begin; nothing when all are begun or one failed.
    std::optional<std::size_t> take()
    {
        const MutexLock lock(mutex_);
        while (!failure_ && !waiting_.empty()) {
            if (const std::optional<std::size_t> found = take_free()) {
                return found;
            }
            changed_.wait(mutex_);
        }
        return std::nullopt;
    }

    void done(std::size_t step, Result<void> result)
    {
        const MutexLock lock(mutex_);
        std::erase(running_, step);
        done_.insert(step);
        if (!result.ok() && !failure_) {
            failure_ = std::move(result).error();
        }
        changed_.notify_all();
    }

    Result<void> outcome()
    {
        const MutexLock lock(mutex_);
        return failure_ ? Result<void>(std::move(*failure_)) : Result<void>();
    }

private:
    std::optional<std::size_t> take_free() REQUIRES(mutex_)
    {
        for (std::size_t i = 0; i < waiting_.size(); ++i) {
            const std::size_t step = waiting_[i];
            if (!is_blocked(steps_[step])) {
                waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
                running_.push_back(step);
                return step;
            }
        }
        return std::nullopt;
    }

    bool is_blocked(const ParallelStep& step) const REQUIRES(mutex_)
    {
        return !std::ranges::includes(done_, step.after) ||
               std::ranges::any_of(running_, [&](std::size_t other) {
                   const ParallelStep& busy = steps_[other];
                   return meet(step.alone, busy.alone) || meet(step.alone, busy.shared) ||
                          meet(step.shared, busy.alone);
               });
    }

    const std::vector<ParallelStep>& steps_;
    Mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<std::size_t> waiting_ GUARDED_BY(mutex_);
    std::vector<std::size_t> running_ GUARDED_BY(mutex_);
    std::set<std::size_t> done_ GUARDED_BY(mutex_);
    std::optional<Error> failure_ GUARDED_BY(mutex_);
};

}  // namespace

Result<void>
run_in_parallel(std::vector<ServerConnection>& connections, const std::vector<ParallelStep>& steps)
{
    Schedule schedule(steps);
    {
        std::vector<std::jthread> threads;
        for (ServerConnection& connection : connections) {
            threads.emplace_back([&schedule, &steps, &connection] {
                while (const std::optional<std::size_t> step = schedule.take()) {
                    schedule.done(*step, steps[*step].run(connection));
                }
            });
        }
    }
    return schedule.outcome();
}

}  // namespace starkeep::source::postgres
