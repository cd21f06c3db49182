// SPDX-License-Identifier: Apache-2.0
#include "protocol/session_keys.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/aead.hpp"
#include "codec/hash.hpp"
#include "codec/x25519.hpp"
#include "protocol/envelope.hpp"
#include "sys/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::protocol {

namespace {

/// Source: docs/worker-protocol.md section 2.
constexpr std::string_view kSalt = "starkeep worker protocol 1";
constexpr std::size_t kBoxOverhead = sizeof(codec::Nonce) + codec::kAeadTagBytes;

std::string_view word(Direction direction)
{
    return direction == Direction::Tasks ? "tasks" : "events";
}

/// What the seal binds besides the piece itself.
std::string bound_members(Direction direction, const Envelope& envelope)
{
    return fmt::format(
        "starkeep {}\n{}\n{}\n{}\n{}\n{}\n{}",
        kProtocolVersion,
        word(direction),
        envelope.worker.hex(),
        envelope.session.hex(),
        envelope.sequence,
        envelope.part,
        envelope.parts
    );
}

}  // namespace

SessionKeyId session_of(const codec::X25519PublicKey& worker_key)
{
    const codec::Hash256 hash = codec::sha256(worker_key);
    SessionKeyId id;
    std::ranges::copy(std::span(hash).first<SessionKeyId::kSize>(), id.bytes.begin());
    return id;
}

Result<SessionKeys> derive_session_keys(
    const WorkerId& worker,
    const codec::Key256& own_private,
    const codec::X25519PublicKey& worker_key,
    const codec::X25519PublicKey& appliance_key,
    const codec::Key256& bootstrap_secret
)
{
    const bool is_worker = codec::x25519_public_key(own_private) == worker_key;
    TRY_LET(
        const codec::Key256 shared,
        codec::x25519_agree(own_private, is_worker ? appliance_key : worker_key)
    );
    Bytes secret;
    secret.reserve(shared.bytes.size() + bootstrap_secret.bytes.size());
    append(secret, shared.bytes);
    append(secret, bootstrap_secret.bytes);
    SessionKeys keys{.session = session_of(worker_key), .tasks = {}, .events = {}};
    const auto derive = [&](Direction direction, codec::Key256& key) {
        Bytes info = to_bytes(fmt::format("{}\n{}\n", word(direction), worker.hex()));
        append(info, worker_key);
        append(info, appliance_key);
        codec::hkdf_sha256(secret, as_bytes(kSalt), info, key.bytes);
    };
    derive(Direction::Tasks, keys.tasks);
    derive(Direction::Events, keys.events);
    codec::wipe(secret);
    return keys;
}

void seal(const SessionKeys& keys, Direction direction, ByteView piece, Envelope& envelope)
{
    ENSURE(piece.size() <= kPieceBytes);
    // Random, not counted: an appliance that was restored from a backup would count the same numbers twice.
    codec::Nonce nonce{};
    sys::fill_random(nonce);
    envelope.box.assign(kBoxOverhead + piece.size(), std::byte{0});
    const std::span<std::byte> box(envelope.box);
    std::ranges::copy(nonce, box.begin());
    const std::span<std::byte> text = box.subspan(nonce.size(), piece.size());
    std::ranges::copy(piece, text.begin());
    const std::string bound = bound_members(direction, envelope);
    codec::Aead(keys.of(direction))
        .seal(nonce, {as_bytes(bound)}, text, box.last<codec::kAeadTagBytes>());
}

Result<Bytes> unseal(const SessionKeys& keys, Direction direction, const Envelope& envelope)
{
    const ByteView box(envelope.box);
    if (box.size() < kBoxOverhead || box.size() > kBoxOverhead + kPieceBytes) {
        return Error{ErrorCode::Corrupt, "the message's box has no legal length"};
    }
    codec::Nonce nonce{};
    std::ranges::copy(box.first(nonce.size()), nonce.begin());
    Bytes piece(box.size() - kBoxOverhead);
    const std::string bound = bound_members(direction, envelope);
    TRY(codec::Aead(keys.of(direction))
            .open(nonce, {as_bytes(bound)}, box.subspan(nonce.size()), piece));
    return piece;
}

}  // namespace starkeep::protocol
