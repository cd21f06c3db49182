// SPDX-License-Identifier: Apache-2.0
#include "protocol/receiver.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "protocol/envelope.hpp"
#include "protocol/queue.hpp"
#include "protocol/session_keys.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <utility>
#include <vector>

namespace starkeep::protocol {

namespace {

/// Source: the most that Azure Queue Storage hands out at once.
constexpr std::size_t kMostAtOnce = 32;
/// Documents whose parts are being collected; only the other end can begin one.
constexpr std::size_t kMostPartial = 4;
/// Ids remembered so that a message is counted once; beyond that some count twice.
constexpr std::size_t kMostCounted = 4096;

}  // namespace

Receiver::Receiver(WorkerId worker, Direction direction, Queue& queue)
    : worker_(worker), direction_(direction), queue_(queue)
{
}

Result<std::vector<Document>>
Receiver::receive(KeyFinder& keys, std::chrono::seconds visibility, std::stop_token stop)
{
    TRY_LET(std::vector<QueueMessage> messages, queue_.get(kMostAtOnce, visibility, stop));
    std::vector<Document> whole;
    for (QueueMessage& message : messages) {
        const QueueMessage ticket{
            .id = message.id, .receipt = message.receipt, .dequeues = message.dequeues, .text = {}
        };
        // A failure to remove is harmless: the message comes again and is what it was.
        switch (take(keys, std::move(message), whole)) {
        case Use::Taken:
            break;
        case Use::Repeated:
            static_cast<void>(queue_.remove(ticket, stop));
            break;
        case Use::Unusable:
            static_cast<void>(park(ticket, stop));
            break;
        }
    }
    return whole;
}

Receiver::Use Receiver::take(KeyFinder& keys, QueueMessage message, std::vector<Document>& whole)
{
    const Result<Envelope> envelope = decode_envelope(message.text);
    if (!envelope.ok()) {
        const bool other_version = envelope.error().code() == ErrorCode::Unsupported;
        return unusable(message, other_version ? refused_.unknown_version : refused_.malformed);
    }
    if (envelope->worker != worker_) {
        return unusable(message, refused_.foreign);
    }
    const SessionKeys* session = keys.find(*envelope);
    if (session == nullptr) {
        return unusable(message, refused_.foreign);
    }
    Result<Bytes> piece = unseal(*session, direction_, *envelope);
    if (!piece.ok()) {
        return unusable(message, refused_.forged);
    }
    keys.proved(*envelope);
    if (seen_.has(envelope->sequence)) {
        ++refused_.repeated;
        return Use::Repeated;
    }
    return add_part(*envelope, *std::move(piece), std::move(message), whole);
}

Receiver::Use Receiver::add_part(
    const Envelope& envelope, Bytes piece, QueueMessage message, std::vector<Document>& whole
)
{
    Partial& partial = partial_[envelope.first()];
    partial.parts = envelope.parts;
    message.text.clear();
    const auto [place, is_new] = partial.pieces.try_emplace(envelope.part, std::move(piece));
    // The latest receipt is the one that counts.
    partial.messages[envelope.part] = std::move(message);
    if (!is_new) {
        ++refused_.repeated;
    }
    if (partial.pieces.size() == partial.parts) {
        Document document{
            .first = envelope.first(),
            .last = envelope.first() + partial.parts - 1,
            .text = {},
            .messages = {}
        };
        for (const auto& [part, bytes] : partial.pieces) {
            append(document.text, bytes);
        }
        for (auto& [part, one] : partial.messages) {
            document.messages.push_back(std::move(one));
        }
        seen_.add(document.first, document.last);
        partial_.erase(document.first);
        whole.push_back(std::move(document));
    } else if (partial_.size() > kMostPartial) {
        // The oldest lost a part for good, or its parts come again.
        partial_.erase(partial_.begin());
    }
    return Use::Taken;
}

Receiver::Use Receiver::unusable(const QueueMessage& message, std::uint64_t& counter)
{
    if (counted_.size() >= kMostCounted) {
        counted_.clear();
    }
    if (counted_.insert(message.id).second) {
        ++counter;
    }
    return Use::Unusable;
}

Result<void> Receiver::park(const QueueMessage& message, std::stop_token stop)
{
    if (message.dequeues < kParkAfter) {
        return {};
    }
    TRY(queue_.remove(message, stop));
    counted_.erase(message.id);
    ++refused_.parked;
    return {};
}

void Receiver::count_undecodable(const Error& error)
{
    ++(error.code() == ErrorCode::Unsupported ? refused_.unknown_version : refused_.malformed);
}

}  // namespace starkeep::protocol
