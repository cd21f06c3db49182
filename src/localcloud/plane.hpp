// SPDX-License-Identifier: Apache-2.0
// What every handler works with: resources, operations, the machinery, and work that goes on behind an answer.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/call_log.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace starkeep::localcloud {

struct Outcome {
    std::optional<Failure> failure{};
    Json output{};
};

/// A failure of the machinery as the error of an operation.
Outcome outcome_of(const Result<void>& result);

struct Begin {
    OperationForm form = OperationForm::Network;
    std::string resource_id;
    std::string region;
    /// Without the lock, on a thread of its own.
    std::function<Outcome(std::stop_token)> work;
    /// Under the lock, when the work has ended.
    std::function<void(const Outcome&)> finish;
};

class Plane {
public:
    /// Errors: those of files; Corrupt.
    static Result<std::unique_ptr<Plane>>
    open(const Settings& settings, const sys::Clock& clock, Machinery& machinery);
    ~Plane();
    Plane(const Plane&) = delete;
    Plane& operator=(const Plane&) = delete;

    const Settings& settings() const { return settings_; }
    const sys::Clock& clock() const { return *clock_; }
    Machinery& machinery() { return *machinery_; }
    CallLog& log() { return log_; }
    /// Held while a handler runs.
    Mutex& mutex() { return mutex_; }
    ResourceStore& store() { return store_; }
    Operations& operations() { return operations_; }

    /// Starts an operation: `initial` gets its headers, the work goes on behind.
    Answer begin(const Call& call, Answer initial, Begin what);
    /// One page of a list, with nextLink where there is more.
    Answer page(const Call& call, const std::vector<Json>& items) const;
    /// Writes resources and operations down. Errors: those of files.
    Result<void> save();
    /// Makes every fact again that the stored resources say; called once, before the first call.
    /// Errors: none; what cannot be made is logged and its resource becomes Failed.
    void restore_facts();
    /// Ends the work in progress.
    void stop();

private:
    Plane(
        const Settings& settings, const sys::Clock& clock, Machinery& machinery, ResourceStore store
    );

    struct Task {
        std::shared_ptr<std::atomic<bool>>
            is_done;  ///< shared with the thread, which may outlive the entry's move
        std::jthread thread;
    };
    void end(const std::string& operation_id, const Begin& what, const Outcome& outcome);
    void log_state(const Operation& operation, std::string_view state, std::string_view code);

    Settings settings_;
    const sys::Clock* clock_;
    Machinery* machinery_;
    CallLog log_;
    Mutex mutex_;
    ResourceStore store_;
    Operations operations_;
    std::list<Task> tasks_;
};

}  // namespace starkeep::localcloud
