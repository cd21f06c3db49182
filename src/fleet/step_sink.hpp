// SPDX-License-Identifier: Apache-2.0
// Where a running session hears what is being done, and where unfinished operations of Azure are remembered.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace starkeep::fleet {

/// The steps of a session that this room takes, by their public names.
namespace step {
inline constexpr std::string_view kNetwork = "network";
inline constexpr std::string_view kStorage = "storage";
inline constexpr std::string_view kEndpoints = "endpoints";
inline constexpr std::string_view kUpload = "upload";
inline constexpr std::string_view kWorker = "worker";
inline constexpr std::string_view kBootstrap = "bootstrap";
inline constexpr std::string_view kQueue = "queue";
inline constexpr std::string_view kCleanup = "cleanup";
}  // namespace step

enum class StepState { Running, Done, Failed };

/// Thread: called by the thread that runs the operation.
class StepSink {
public:
    StepSink() = default;
    virtual ~StepSink() = default;
    StepSink(const StepSink&) = delete;
    StepSink& operator=(const StepSink&) = delete;

    /// `detail`: one line for a person, without secrets. Running comes any number of times.
    virtual void report(std::string_view step, StepState state, std::string_view detail) = 0;

    /// Must be durable when it returns: after a restart the operation is waited for instead of begun again.
    /// `key` names the resource and the act, and is the same in the next run.
    /// `operation`: an operation of Azure as text; it may hold a signed URL, so it is never shown.
    virtual Result<void> remember(const std::string& key, const std::string& operation) = 0;
    virtual Result<std::optional<std::string>> remembered(const std::string& key) = 0;
    virtual Result<void> forget(const std::string& key) = 0;
};

}  // namespace starkeep::fleet
