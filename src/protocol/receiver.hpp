// SPDX-License-Identifier: Apache-2.0
// One direction, incoming: what is authentic and new becomes documents, everything else is counted.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/envelope.hpp"
#include "protocol/queue.hpp"
#include "protocol/refused.hpp"
#include "protocol/seen_sequences.hpp"
#include "protocol/session_keys.hpp"
#include "protocol/worker_config.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::protocol {

/// A message that could not be used that often is removed. Source: docs/worker-protocol.md section 4.
inline constexpr std::uint32_t kParkAfter = 5;

struct Document {
    std::uint64_t first = 0;  ///< sequence numbers of its parts
    std::uint64_t last = 0;
    Bytes text;
    std::vector<QueueMessage> messages;
};

/// Which keys a message may have been sealed with.
class KeyFinder {
public:
    KeyFinder() = default;
    virtual ~KeyFinder() = default;
    KeyFinder(const KeyFinder&) = delete;
    KeyFinder& operator=(const KeyFinder&) = delete;
    /// Nothing when the message is of no session that is known or may begin now.
    virtual const SessionKeys* find(const Envelope& envelope) = 0;
    /// The message proved authentic under the keys that find() gave last.
    virtual void proved(const Envelope& envelope) = 0;
};

/// Thread: one at a time.
class Receiver {
public:
    Receiver(WorkerId worker, Direction direction, Queue& queue);

    /// Takes what the queue has, at most 32 messages, and hides them for `visibility`. Messages of the documents stay in
    /// the queue until remove(); what repeats is removed; what cannot be used stays hidden until it is parked.
    Result<std::vector<Document>>
    receive(KeyFinder& keys, std::chrono::seconds visibility, std::stop_token stop);

    /// Counts a document that is authentic and yet says nothing to this program.
    void count_undecodable(const Error& error);
    void count_late() { ++refused_.late; }

    const SeenSequences& seen() const { return seen_; }
    void restore(SeenSequences seen) { seen_ = std::move(seen); }
    const Refused& refused() const { return refused_; }

private:
    struct Partial {
        std::uint32_t parts = 1;
        std::map<std::uint32_t, Bytes> pieces;
        std::map<std::uint32_t, QueueMessage> messages;
    };
    enum class Use : std::uint8_t { Taken, Repeated, Unusable };

    Use take(KeyFinder& keys, QueueMessage message, std::vector<Document>& whole);
    Use add_part(
        const Envelope& envelope, Bytes piece, QueueMessage message, std::vector<Document>& whole
    );
    Use unusable(const QueueMessage& message, std::uint64_t& counter);
    Result<void> park(const QueueMessage& message, std::stop_token stop);

    WorkerId worker_;
    Direction direction_;
    Queue& queue_;
    SeenSequences seen_;
    Refused refused_;
    std::map<std::uint64_t, Partial> partial_;  ///< by first sequence number
    std::set<std::string> counted_;             ///< ids of unusable messages that are counted
};

}  // namespace starkeep::protocol
