// SPDX-License-Identifier: Apache-2.0
// The appliance's end of the talk with one worker.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "protocol/event.hpp"
#include "protocol/queue.hpp"
#include "protocol/refused.hpp"
#include "protocol/task.hpp"
#include "protocol/worker_config.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::protocol {

/// Keys of the talk with one worker, made by the appliance before the worker exists.
struct LinkKeys {
    WorkerId worker;
    codec::Key256 private_key;  ///< X25519, for this worker alone
    codec::Key256 bootstrap_secret;
    std::chrono::sys_seconds expires{};  ///< a hello that comes later is refused

    /// Fresh random ones.
    static LinkKeys generate(const WorkerId& worker, std::chrono::sys_seconds expires);
    codec::X25519PublicKey public_key() const { return codec::x25519_public_key(private_key); }
};

struct ReceivedEvent {
    Event event;
    std::vector<QueueMessage> messages;  ///< what it came in
};

/// Thread: one at a time.
class ApplianceLink {
public:
    /// The queues and the clock outlive the link.
    ApplianceLink(LinkKeys keys, Queue& tasks, Queue& events, const sys::Clock& clock);
    /// Goes on where the link that wrote `saved` was.
    /// Errors: Corrupt, Unsupported for what save() did not write.
    static Result<std::unique_ptr<ApplianceLink>>
    load(std::string_view saved, Queue& tasks, Queue& events, const sys::Clock& clock);
    ~ApplianceLink();

    /// Whether hello has come. send() before is a broken promise: there is nobody to seal for.
    bool is_open() const;

    /// Sending a task again is harmless, and the way to ask for its result again.
    Result<void> send(const Task& task, const TaskSecrets& secrets, std::stop_token stop);

    /// Looks once into the queue. What is not authentic, repeated or out of place is counted and left out. Hello opens
    /// the link; of a second one nothing is believed.
    /// The order of keeping: store what the events mean together with save(), then confirm(). An event that was not
    /// confirmed comes again.
    Result<std::vector<ReceivedEvent>> receive(std::stop_token stop);
    Result<void> confirm(const ReceivedEvent& received, std::stop_token stop);

    /// Since the last authentic event; since the making of the link when there was none.
    std::chrono::seconds silence() const;
    bool is_dead() const { return silence() > kDeadAfter; }
    const Refused& refused() const;

    /// All that load() needs, secrets included: to be kept encrypted or in a file of mode 0600.
    Secret save() const;

private:
    struct Parts;
    explicit ApplianceLink(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace starkeep::protocol
