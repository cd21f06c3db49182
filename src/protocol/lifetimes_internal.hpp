// SPDX-License-Identifier: Apache-2.0
// How long messages last and stay hidden, and a failure as an event.
#pragma once

#include "base/error.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"

#include <chrono>
#include <variant>

namespace starkeep::protocol {

// Source of all: docs/worker-protocol.md section 4.

/// A task message is hidden that long, and hidden again when a third has passed.
inline constexpr std::chrono::seconds kTaskVisibility{120};
inline constexpr std::chrono::seconds kEventVisibility{60};

/// Hello, tasks, and events that somebody waits for. The longest that every service version knows.
inline constexpr std::chrono::seconds kLastWordLifetime = std::chrono::hours{7 * 24};
/// What a newer one makes worthless.
inline constexpr std::chrono::seconds kPassingLifetime{600};

inline std::chrono::seconds lifetime_of(const Event& event)
{
    const bool passes =
        std::holds_alternative<TaskProgress>(event) || std::holds_alternative<Heartbeat>(event);
    return passes ? kPassingLifetime : kLastWordLifetime;
}

inline Event failed_event(const TaskId& task, const Error& error)
{
    return Failed{
        .task = task, .code = error.code(), .message = error.account(), .hint = error.hint()
    };
}

}  // namespace starkeep::protocol
