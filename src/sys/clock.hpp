// SPDX-License-Identifier: Apache-2.0
// Time by the door: a clock that tests replace, RFC 3339, measuring and waiting.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::sys {

/// Thread: any.
class Clock {
public:
    Clock() = default;
    virtual ~Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    /// Seconds since 1970, UTC.
    virtual std::chrono::sys_seconds now() const = 0;
};

/// This machine's clock.
const Clock& system_clock();

/// "2026-11-23T10:00:00Z". Times outside the years 0 to 9999 become the nearest that can be written.
std::string format_rfc3339(std::chrono::sys_seconds time);

/// Any offset; a fraction of a second is dropped.
/// Errors: InvalidInput.
/// Source: RFC 3339 section 5.6.
Result<std::chrono::sys_seconds> parse_rfc3339(std::string_view text);

/// Runs from its making; does not jump when the wall clock is set.
class Stopwatch {
public:
    double seconds() const;

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// True after the whole duration, false as soon as `stop` is requested.
bool wait_for(std::stop_token stop, std::chrono::milliseconds duration);

}  // namespace starkeep::sys
