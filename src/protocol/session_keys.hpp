// SPDX-License-Identifier: Apache-2.0
// The keys of one session, one for each direction, and sealing under them.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "codec/x25519.hpp"
#include "protocol/envelope.hpp"
#include "protocol/worker_config.hpp"

#include <cstdint>

namespace starkeep::protocol {

enum class Direction : std::uint8_t {
    Tasks,   ///< appliance to worker
    Events,  ///< worker to appliance
};

struct SessionKeys {
    SessionKeyId session;
    codec::Key256 tasks;
    codec::Key256 events;

    const codec::Key256& of(Direction direction) const
    {
        return direction == Direction::Tasks ? tasks : events;
    }
};

SessionKeyId session_of(const codec::X25519PublicKey& worker_key);

/// Both ends derive the same: who lacks the bootstrap secret, or both private keys, cannot.
/// Errors: InvalidInput for a public key of small order. Source: docs/worker-protocol.md section 2.
Result<SessionKeys> derive_session_keys(
    const WorkerId& worker,
    const codec::Key256& own_private,
    const codec::X25519PublicKey& worker_key,
    const codec::X25519PublicKey& appliance_key,
    const codec::Key256& bootstrap_secret
);

/// Fills the envelope's box, bound to all its other members. `piece`: at most kPieceBytes.
void seal(const SessionKeys& keys, Direction direction, ByteView piece, Envelope& envelope);

/// Errors: Corrupt when the box was not sealed with these keys, for this direction and these members.
Result<Bytes> unseal(const SessionKeys& keys, Direction direction, const Envelope& envelope);

}  // namespace starkeep::protocol
