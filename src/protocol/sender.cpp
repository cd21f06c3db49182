// SPDX-License-Identifier: Apache-2.0
#include "protocol/sender.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/envelope.hpp"
#include "protocol/queue.hpp"
#include "protocol/session_keys.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::protocol {

Sender::Sender(Address address, Queue& queue) : address_(std::move(address)), queue_(queue) {}

Result<void> Sender::send(ByteView document, std::chrono::seconds lifetime, std::stop_token stop)
{
    if (document.size() > kMaxDocumentBytes) {
        return Error{
            ErrorCode::InvalidInput,
            "a message of " + std::to_string(document.size()) + " bytes is longer than the " +
                std::to_string(kMaxDocumentBytes) + " that travel"
        };
    }
    const std::size_t parts =
        std::max<std::size_t>(1, (document.size() + kPieceBytes - 1) / kPieceBytes);
    Envelope envelope{
        .worker = address_.worker,
        .session = address_.keys.session,
        .sequence = next_,
        .part = 1,
        .parts = static_cast<std::uint32_t>(parts),
        .key = key_,
        .box = {}
    };
    next_ += parts;
    ENSURE(next_ <= kLargestSequence);
    for (; envelope.part <= envelope.parts; ++envelope.part, ++envelope.sequence) {
        const ByteView piece = document.first(std::min(document.size(), kPieceBytes));
        document = document.subspan(piece.size());
        seal(address_.keys, address_.direction, piece, envelope);
        const std::string text = encode_envelope(envelope);
        ENSURE(text.size() <= kMaxMessageBytes);
        TRY(queue_.put(text, lifetime, stop));
    }
    return {};
}

void Sender::skip_to(std::uint64_t sequence)
{
    next_ = std::max(next_, sequence);
}

}  // namespace starkeep::protocol
