// SPDX-License-Identifier: Apache-2.0
// What a worker tells the appliance.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "protocol/refused.hpp"
#include "protocol/task.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace starkeep::protocol {

/// The first event, and the only one before the appliance has spoken; repeated until it does.
struct Hello {
    std::string version;  ///< of the worker program
    std::string host;
    unsigned processors = 1;
};

/// The task has come and will be done; sent again when the task is sent again meanwhile.
struct Accepted {
    TaskId task;
};

/// Numbers as engine::Progress has them.
struct TaskProgress {
    TaskId task;
    std::string phase;
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;  ///< an estimate
    std::uint64_t rows = 0;
};

enum class LogLevel : std::uint8_t { Info, Warning, Error };

/// A sentence for the session's log. Never holds a secret.
struct Log {
    std::optional<TaskId> task{};
    LogLevel level = LogLevel::Info;
    std::string text;
};

/// The worker lives. Sent at least every kHeartbeatEvery.
struct Heartbeat {
    std::optional<TaskId> task{};  ///< what it works on
    std::uint64_t peak_rss_bytes = 0;
    Refused refused{};  ///< what it did not accept from its queue so far
};

/// The task came to its end.
struct Finished {
    TaskId task;
    int exit_status = 0;  ///< as the command of the same name would end: 0, 1, 3 or 4
    Json result;          ///< what that command prints with --json
};

/// The task ended with an error; `code` decides the exit status.
struct Failed {
    TaskId task;
    ErrorCode code = ErrorCode::Unavailable;
    std::string message;
    std::string hint{};
};

using Event = std::variant<Hello, Accepted, TaskProgress, Log, Heartbeat, Finished, Failed>;

/// A worker that is silent for four times as long is taken for dead. Source: docs/worker-protocol.md section 6.
inline constexpr std::chrono::seconds kHeartbeatEvery{30};
inline constexpr std::chrono::seconds kDeadAfter{120};

/// "hello", "accepted", "progress", "log", "heartbeat", "finished" or "failed".
std::string_view kind_name(const Event& event);

std::string encode_event(const Event& event);
/// Errors: Unsupported for a kind that this version does not know; Corrupt, naming the member.
Result<Event> decode_event(std::string_view text);

}  // namespace starkeep::protocol
