// SPDX-License-Identifier: Apache-2.0
// Looking again and again at what takes its time, with an end.
#pragma once

#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/services.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace starkeep::fleet {

/// Between two looks: as the cloud's setting says, yet not more than some seconds.
inline std::chrono::milliseconds interval(const Services& services)
{
    constexpr std::chrono::milliseconds kLeast{10};
    constexpr std::chrono::milliseconds kMost{10'000};
    return std::clamp(services.cloud.poll_interval, kLeast, kMost);
}

/// Calls `is_done` until it says true.
/// Errors: its own; TimedOut, naming `what`, after `limit`; Cancelled.
template <typename IsDone>
Result<void> until(
    const Services& services,
    std::chrono::milliseconds limit,
    const std::string& what,
    const IsDone& is_done
)
{
    // Counted, not measured: a clock that is set does not end it early.
    const auto tries = limit / interval(services) + 1;
    for (std::chrono::milliseconds::rep number = 0; number < tries; ++number) {
        TRY_LET(const bool done, is_done());
        if (done) {
            return {};
        }
        if (!services.wait(services.stop, interval(services))) {
            return Error{ErrorCode::Cancelled, "stopped while waiting for " + what};
        }
    }
    return Error{
        ErrorCode::TimedOut,
        what + " was not ready after " +
            std::to_string(std::chrono::duration_cast<std::chrono::minutes>(limit).count()) +
            " minutes"
    };
}

}  // namespace starkeep::fleet
