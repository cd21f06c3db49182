// SPDX-License-Identifier: Apache-2.0
// A clock that a test sets.
#pragma once

#include "sys/clock.hpp"

#include <atomic>
#include <chrono>

namespace starkeep {

class FakeClock final : public sys::Clock {
public:
    explicit FakeClock(std::chrono::sys_seconds now) : now_(now) {}

    std::chrono::sys_seconds now() const override { return now_.load(); }
    void advance(std::chrono::seconds by) { now_.store(now_.load() + by); }

private:
    std::atomic<std::chrono::sys_seconds> now_;
};

}  // namespace starkeep
