// SPDX-License-Identifier: Apache-2.0
#include "worker/agent.hpp"

#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_link.hpp"
#include "sys/clock.hpp"
#include "sys/host.hpp"
#include "worker/journal.hpp"
#include "worker/task_runner.hpp"
#include "worker/task_thread.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::worker {

namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::milliseconds kLongestPause{15'000};
constexpr std::chrono::milliseconds kFirstPause{1'000};

double in_seconds(std::chrono::milliseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

protocol::Event cancelled(const protocol::TaskId& task, const std::string& reason)
{
    return protocol::Failed{
        .task = task, .code = ErrorCode::Cancelled, .message = reason, .hint = {}
    };
}

}  // namespace

Agent::Agent(
    protocol::WorkerLink& link,
    const azure::Cloud& cloud,
    AgentOptions options,
    std::function<Result<void>()> greeted
)
    : link_(link)
    , cloud_(cloud)
    , options_(options)
    , greeted_(std::move(greeted))
    , hello_({
          .version = STARKEEP_VERSION,
          .host = sys::host_name(),
          .processors = sys::processor_count(),
      })
{
}

Result<void> Agent::run(std::stop_token stop)
{
    TRY(greet(stop));
    while (!stop.stop_requested() && !told_to_end_) {
        TRY(bear(work(stop)));
        static_cast<void>(sys::wait_for(stop, kTick));
    }
    return end();
}

/// The queues may not be there yet: the appliance makes them while the machine starts.
Result<void> Agent::greet(const std::stop_token& stop)
{
    std::chrono::milliseconds pause = kFirstPause;
    while (!stop.stop_requested()) {
        const Result<void> said = link_.say_hello(hello_, stop);
        TRY(bear(said));
        if (said.ok()) {
            since_heartbeat_ = {};
            return greeted_();
        }
        static_cast<void>(sys::wait_for(stop, pause));
        pause = std::min(pause * 2, kLongestPause);
    }
    return {};
}

Result<void> Agent::work(const std::stop_token& stop)
{
    TRY(follow_task(stop));
    if (since_poll_.seconds() >= in_seconds(options_.poll_every)) {
        since_poll_ = {};
        TRY(take_tasks(stop));
        TRY(link_.renew(stop));
        TRY(link_.flush(stop));
    }
    return report(stop);
}

Result<void> Agent::take_tasks(const std::stop_token& stop)
{
    TRY_LET(std::vector<protocol::SecretTask> tasks, link_.receive(stop));
    since_contact_ = {};
    for (protocol::SecretTask& task : tasks) {
        if (const auto* order = std::get_if<protocol::StopTask>(&task.task.body)) {
            obey(*order);
        } else {
            waiting_.push_back(std::move(task));
        }
    }
    if (!running_ && !waiting_.empty()) {
        tell("task " + waiting_.front().task.id.hex() + " begins");
        running_.emplace(std::move(waiting_.front()), cloud_);
        waiting_.pop_front();
        since_progress_ = {};
    }
    return {};
}

void Agent::obey(const protocol::StopTask& stop)
{
    if (!stop.task) {
        told_to_end_ = true;
        return;
    }
    if (running_ && running_->task() == *stop.task) {
        running_->stop();
    }
    const auto meant = std::ranges::find_if(waiting_, [&stop](const protocol::SecretTask& task) {
        return task.task.id == *stop.task;
    });
    if (meant != waiting_.end()) {
        waiting_.erase(meant);
        // Kept by the link when the queue does not take it now.
        static_cast<void>(
            link_.complete(*stop.task, cancelled(*stop.task, "the task was stopped"), {})
        );
    }
}

Result<void> Agent::follow_task(const std::stop_token& stop)
{
    if (!running_) {
        return {};
    }
    if (std::optional<TaskEnd> ended = running_->end()) {
        const protocol::TaskId task = running_->task();
        running_.reset();
        tell("task " + task.hex() + " " + std::string(protocol::kind_name(ended->last_word)));
        for (const std::string& warning : ended->warnings) {
            // The last word must not wait for these.
            static_cast<void>(link_.send(
                protocol::Log{.task = task, .level = protocol::LogLevel::Warning, .text = warning},
                stop
            ));
        }
        // The next look at the queue begins the next task.
        return link_.complete(task, std::move(ended->last_word), stop);
    }
    if (since_progress_.seconds() >= in_seconds(options_.progress_every)) {
        since_progress_ = {};
        return link_.send(running_->progress(), stop);
    }
    return {};
}

Result<void> Agent::report(const std::stop_token& stop)
{
    if (since_heartbeat_.seconds() < in_seconds(options_.heartbeat_every)) {
        return {};
    }
    since_heartbeat_ = {};
    if (!link_.has_heard()) {
        return link_.say_hello(hello_, stop);
    }
    protocol::Heartbeat heartbeat;
    if (running_) {
        heartbeat.task = running_->task();
    }
    heartbeat.peak_rss_bytes = sys::peak_rss_bytes();
    heartbeat.refused = link_.refused();
    return link_.send(heartbeat, stop);
}

Result<void> Agent::end()
{
    // The queues are used without the token: it has been stopped already.
    if (running_) {
        running_->stop();
        while (!running_->end()) {
            static_cast<void>(sys::wait_for({}, kTick));
        }
        TRY(follow_task({}));
    }
    for (const protocol::SecretTask& task : std::exchange(waiting_, {})) {
        TRY(link_.complete(task.task.id, cancelled(task.task.id, "the worker was stopped"), {}));
    }
    return {};
}

Result<void> Agent::bear(const Result<void>& outcome)
{
    if (outcome.ok()) {
        last_trouble_.clear();
        return {};
    }
    if (outcome.error().code() == ErrorCode::Cancelled) {
        return {};
    }
    if (std::exchange(last_trouble_, outcome.error().account()) != outcome.error().account()) {
        tell(outcome.error());
    }
    if (since_contact_.seconds() > in_seconds(options_.patience)) {
        return outcome;
    }
    return {};
}

}  // namespace starkeep::worker
