// SPDX-License-Identifier: Apache-2.0
#include "engine/parallel.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

class FirstError {
public:
    void keep(Error error)
    {
        const MutexLock lock(mutex_);
        if (!error_) {
            error_ = std::move(error);
        }
    }
    std::optional<Error> take()
    {
        const MutexLock lock(mutex_);
        return std::move(error_);
    }

private:
    Mutex mutex_;
    std::optional<Error> error_ GUARDED_BY(mutex_);
};

}  // namespace

Result<void>
run_workers(unsigned workers, std::size_t count, std::stop_token stop, const Worker& worker)
{
    std::stop_source failed;
    const std::stop_callback forward(stop, [&] { failed.request_stop(); });
    std::atomic<std::size_t> next{0};
    FirstError first;
    const auto take = [&]() -> std::size_t {
        return failed.stop_requested() ? count : std::min(next.fetch_add(1), count);
    };
    {
        std::vector<std::jthread> threads;
        const std::size_t wanted = std::min<std::size_t>(std::max(workers, 1U), count);
        threads.reserve(wanted);
        for (std::size_t i = 0; i < wanted; ++i) {
            threads.emplace_back([&] {
                if (Result<void> done = worker(take, failed.get_token()); !done.ok()) {
                    first.keep(std::move(done).error());
                    failed.request_stop();
                }
            });
        }
    }
    if (stop.stop_requested()) {
        return Error{ErrorCode::Cancelled, "stopped on request"};
    }
    if (std::optional<Error> error = first.take()) {
        return std::move(*error);
    }
    return {};
}

}  // namespace starkeep::engine
