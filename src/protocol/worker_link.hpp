// SPDX-License-Identifier: Apache-2.0
// The worker's end of the talk with its appliance.
#pragma once

#include "base/result.hpp"
#include "protocol/event.hpp"
#include "protocol/queue.hpp"
#include "protocol/refused.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace starkeep::protocol {

/// Makes its own ephemeral key, so a link is one session: what was sealed for another cannot be read.
/// Thread: one at a time.
class WorkerLink {
public:
    /// The queues and the clock outlive the link. Errors: InvalidInput for an appliance key that is none.
    static Result<std::unique_ptr<WorkerLink>>
    open(const WorkerConfig& config, Queue& tasks, Queue& events, const sys::Clock& clock);
    ~WorkerLink();

    /// To be repeated until has_heard().
    Result<void> say_hello(const Hello& hello, std::stop_token stop);
    /// Whether an authentic message has come.
    bool has_heard() const;

    /// Looks once into the queue. A new task is accepted, kept hidden from others while it is worked on, and handed out
    /// once; one that comes again is answered with what is known of it. Stops are handed out as they come.
    Result<std::vector<SecretTask>> receive(std::stop_token stop);

    /// Hides again the messages of tasks that are worked on, when a third of their time has passed.
    Result<void> renew(std::stop_token stop);

    /// Progress, log and heartbeat.
    Result<void> send(const Event& event, std::stop_token stop);

    /// The task's last word (Finished or Failed): kept for when the task comes again, sent, and its messages removed.
    /// Errors: those of the queue; the word is kept then, and flush() sends it.
    Result<void> complete(const TaskId& task, Event last_word, std::stop_token stop);
    /// Sends last words that could not be sent.
    Result<void> flush(std::stop_token stop);

    const Refused& refused() const;

private:
    struct Parts;
    explicit WorkerLink(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace starkeep::protocol
