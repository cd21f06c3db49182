// SPDX-License-Identifier: Apache-2.0
// One message as it lies in a queue: who, for which session, which number, and the sealed document.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/x25519.hpp"
#include "protocol/worker_config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::protocol {

/// The first bytes of SHA-256 of a worker's ephemeral public key.
using SessionKeyId = Id<struct SessionKeyTag, 8>;

/// Sequence numbers are exact in every JSON reader. Source: RFC 8259 section 6.
inline constexpr std::uint64_t kLargestSequence = (std::uint64_t{1} << 53U) - 1;
/// A document of more than that many pieces is not sent. Source: docs/worker-protocol.md section 3.
inline constexpr std::uint32_t kMostParts = 256;
inline constexpr std::size_t kPieceBytes = 36'000;

struct Envelope {
    WorkerId worker;
    SessionKeyId session;
    std::uint64_t sequence = 1;  ///< 1 to kLargestSequence, for each direction
    std::uint32_t part = 1;      ///< 1 to parts
    std::uint32_t parts = 1;     ///< 1 to kMostParts; parts have following sequence numbers
    std::optional<codec::X25519PublicKey> key{};  ///< the worker's, with its hello only
    Bytes box;                                    ///< nonce, sealed piece, tag

    /// The sequence number of the first part: names the document.
    std::uint64_t first() const { return sequence - part + 1; }
};

/// Shape: JSON in ASCII, at most kMaxMessageBytes when the box holds kPieceBytes and what sealing adds.
std::string encode_envelope(const Envelope& envelope);

/// Errors: Unsupported for another version; Corrupt for anything else that is no envelope.
Result<Envelope> decode_envelope(std::string_view text);

}  // namespace starkeep::protocol
