// SPDX-License-Identifier: Apache-2.0
// One direction, outgoing: documents cut, numbered, sealed and put.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/x25519.hpp"
#include "protocol/queue.hpp"
#include "protocol/session_keys.hpp"
#include "protocol/worker_config.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>

namespace starkeep::protocol {

/// The longest document that travels. Source: docs/worker-protocol.md section 3.
inline constexpr std::size_t kMaxDocumentBytes = kMostParts * kPieceBytes;

class Sender {
public:
    struct Address {
        WorkerId worker;
        Direction direction = Direction::Tasks;
        SessionKeys keys;
    };
    Sender(Address address, Queue& queue);

    /// Uses new sequence numbers, also when it fails.
    /// Errors: InvalidInput for a document longer than kMaxDocumentBytes; those of the queue: parts may have been put,
    /// which the receiver then waits for in vain and drops.
    Result<void> send(ByteView document, std::chrono::seconds lifetime, std::stop_token stop);
    /// Numbers begin here unless they are higher already.
    void skip_to(std::uint64_t sequence);
    std::uint64_t next() const { return next_; }
    /// Goes with every message while it is set.
    void announce(const std::optional<codec::X25519PublicKey>& key) { key_ = key; }

private:
    Address address_;
    Queue& queue_;
    std::uint64_t next_ = 1;
    std::optional<codec::X25519PublicKey> key_;
};

}  // namespace starkeep::protocol
