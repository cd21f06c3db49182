// SPDX-License-Identifier: Apache-2.0
// One task's voice: its steps, its log and its progress, into the memory while it runs.
#pragma once

#include "appliance/sessions.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/progress.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace starkeep::appliance {

/// The step that the engine runs in; the others are fleet/step_sink.hpp's.
inline constexpr std::string_view kTransferStep = "transfer";
inline constexpr std::string_view kNativeStep = "native";

/// Thread: one at a time.
class TaskReporter {
public:
    TaskReporter(Sessions& sessions, std::string session, std::string task)
        : sessions_(sessions), session_(std::move(session)), task_(std::move(task))
    {
    }

    Sessions& sessions() const { return sessions_; }
    const std::string& session() const { return session_; }
    const std::string& task() const { return task_; }
    /// The step that began last: where a failure belongs.
    const std::string& step() const { return step_; }

    Result<void> begin(std::string_view step, const std::string& detail);
    Result<void> end(std::string_view step, StepState state, const std::string& detail);
    Result<void> log(std::string_view level, const std::string& text);

private:
    Sessions& sessions_;
    std::string session_;
    std::string task_;
    std::string step_;
};

/// Keeps what `progress` shows, twice a second, from its making to its end.
class ProgressKeeper {
public:
    ProgressKeeper(const engine::Progress& progress, const TaskReporter& reporter);
    ~ProgressKeeper();
    ProgressKeeper(const ProgressKeeper&) = delete;
    ProgressKeeper& operator=(const ProgressKeeper&) = delete;

private:
    void keep() const;

    const engine::Progress& progress_;
    const TaskReporter& reporter_;
    std::jthread thread_;  // last: it uses all the others
};

}  // namespace starkeep::appliance
