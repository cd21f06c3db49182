// SPDX-License-Identifier: Apache-2.0
#include "protocol/envelope.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/base64.hpp"
#include "codec/x25519.hpp"
#include "json/json.hpp"
#include "protocol/members_internal.hpp"
#include "protocol/queue.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::protocol {

std::string encode_envelope(const Envelope& envelope)
{
    Json document = {
        {"starkeep", kProtocolVersion},
        {"worker", envelope.worker.hex()},
        {"session", envelope.session.hex()},
        {"sequence", envelope.sequence},
        {"part", envelope.part},
        {"parts", envelope.parts}
    };
    if (envelope.key) {
        document["key"] = to_hex(*envelope.key);
    }
    document["box"] = codec::encode_base64(envelope.box);
    return json::format(document);
}

Result<Envelope> decode_envelope(std::string_view text)
{
    if (text.size() > kMaxMessageBytes) {
        return Error{ErrorCode::Corrupt, "the message is longer than a message may be"};
    }
    TRY_LET(const Json document, json::parse(text));
    TRY(require_version(document, "starkeep", "the message"));
    Envelope envelope;
    TRY(get_hex(document, "worker", envelope.worker.bytes));
    TRY(get_hex(document, "session", envelope.session.bytes));
    TRY_LET(envelope.sequence, get_number(document, "sequence", 1, kLargestSequence));
    TRY_LET(const std::uint64_t parts, get_number(document, "parts", 1, kMostParts));
    TRY_LET(const std::uint64_t part, get_number(document, "part", 1, parts));
    if (envelope.sequence < part) {
        return Error{ErrorCode::Corrupt, "the message's first part has no sequence number"};
    }
    envelope.part = static_cast<std::uint32_t>(part);
    envelope.parts = static_cast<std::uint32_t>(parts);
    if (document.contains("key")) {
        codec::X25519PublicKey key{};
        TRY(get_hex(document, "key", key));
        envelope.key = key;
    }
    TRY_LET(const std::string box, json::get_string(document, "box"));
    std::optional<Bytes> bytes = codec::decode_base64(box);
    if (!bytes) {
        return Error{ErrorCode::Corrupt, "the message's box is no base64"};
    }
    envelope.box = std::move(*bytes);
    return envelope;
}

}  // namespace starkeep::protocol
