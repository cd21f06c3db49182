// SPDX-License-Identifier: Apache-2.0
#include "repository/key_slot.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/aead.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "codec/hash.hpp"
#include "codec/password.hpp"
#include "repository/pack.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::repository {

namespace {

constexpr std::string_view kMagic{"SKPKEY\x01\n", 8};
constexpr std::size_t kHeaderBytes = 116;
constexpr std::size_t kSealedKeyBytes = 32 + codec::kAeadTagBytes;
constexpr std::size_t kSlotBytes = kHeaderBytes + kSealedKeyBytes;

/// The salt makes the wrapping key unique, so that the nonce need not be.
constexpr codec::Nonce kNonce{};

Bytes encode_header(const KeySlot& slot)
{
    codec::ByteWriter out;
    out.raw(as_bytes(kMagic));
    out.u16(kFormatVersion);
    out.u16(0);
    out.raw(slot.repository.view());
    out.raw(slot.id.view());
    out.u32(slot.cost.memory_kib);
    out.u32(slot.cost.passes);
    out.u32(slot.cost.lanes);
    out.raw(slot.salt);
    out.u64(static_cast<std::uint64_t>(slot.created.time_since_epoch().count()));
    out.raw(as_bytes(slot.label));
    Bytes header = out.take();
    header.resize(kHeaderBytes);
    return header;
}

Result<KeySlot> decode_header(std::string_view name, ByteView header)
{
    codec::ByteReader reader(header, std::string(name));
    KeySlot slot;
    TRY(reader.raw(kMagic.size()));
    TRY_LET(const std::uint16_t version, reader.u16());
    TRY(check_format_version(name, version));
    TRY_LET(const std::uint16_t flags, reader.u16());
    if (flags != 0) {
        return Error{
            ErrorCode::Unsupported,
            fmt::format("{}: feature flags {:#x} are unknown", name, flags),
            "Use a newer starkeep with this repository.",
        };
    }
    TRY_LET(slot.repository, reader.id<RepositoryId>());
    TRY_LET(slot.id, reader.id<KeySlotId>());
    TRY_LET(slot.cost.memory_kib, reader.u32());
    TRY_LET(slot.cost.passes, reader.u32());
    TRY_LET(slot.cost.lanes, reader.u32());
    TRY_LET(const ByteView salt, reader.raw(slot.salt.size()));
    std::ranges::copy(salt, slot.salt.begin());
    TRY_LET(const std::uint64_t created, reader.u64());
    // Beyond this, no calendar of this program can write the date.
    constexpr std::uint64_t kYear10000 = 253402300800;
    if (!slot.cost.allowed() || created >= kYear10000) {
        return reader.corrupt("impossible costs or date");
    }
    slot.created =
        std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(created)));
    TRY_LET(const ByteView label, reader.raw(kMaxLabelBytes));
    const std::string_view text = as_text(label);
    slot.label = text.substr(0, text.find('\0'));
    return slot;
}

}  // namespace

Result<Bytes>
seal_key_slot(const KeySlot& slot, const codec::Key256& master, const Secret& password)
{
    if (slot.label.size() > kMaxLabelBytes || slot.label.find('\0') != std::string::npos) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("the label of a key slot may have {} bytes at most", kMaxLabelBytes),
        };
    }
    TRY_LET(const codec::Key256 wrapping, codec::password_key(password, slot.salt, slot.cost));
    Bytes object = encode_header(slot);
    append(object, master.bytes);
    object.resize(kSlotBytes);
    const std::span<std::byte> all(object);
    codec::Aead(wrapping).seal(
        kNonce,
        {all.first(kHeaderBytes)},
        all.subspan(kHeaderBytes, master.bytes.size()),
        all.last<codec::kAeadTagBytes>()
    );
    append(object, codec::sha256(object));
    return object;
}

Result<KeySlot> decode_key_slot(std::string_view name, ByteView object)
{
    const auto corrupt = [&](std::string_view reason) {
        return Error{ErrorCode::Corrupt, fmt::format("{}: {}", name, reason)};
    };
    if (object.size() != kSlotBytes + sizeof(codec::Hash256)) {
        return corrupt(fmt::format("{} bytes are not the length of a key slot", object.size()));
    }
    const ByteView sealed = object.first(kSlotBytes);
    if (as_text(sealed.first(kMagic.size())) != kMagic) {
        return corrupt("not a key slot");
    }
    if (!std::ranges::equal(codec::sha256(sealed), object.last(sizeof(codec::Hash256)))) {
        return corrupt("the checksum differs");
    }
    TRY_LET(KeySlot slot, decode_header(name, sealed.first(kHeaderBytes)));
    if (!name.ends_with(slot.id.hex())) {
        return corrupt("the key slot belongs under another name");
    }
    slot.header.assign(sealed.begin(), sealed.begin() + kHeaderBytes);
    slot.sealed_key.assign(sealed.begin() + kHeaderBytes, sealed.end());
    return slot;
}

Result<codec::Key256> open_key_slot(const KeySlot& slot, const Secret& password)
{
    TRY_LET(const codec::Key256 wrapping, codec::password_key(password, slot.salt, slot.cost));
    codec::Key256 master;
    const auto opened =
        codec::Aead(wrapping).open(kNonce, {slot.header}, slot.sealed_key, master.bytes);
    if (!opened.ok()) {
        return Error{
            ErrorCode::Denied,
            fmt::format("the password does not open key slot {}", slot.id.hex()),
            "Check the password; without it nobody can read the repository.",
        };
    }
    return master;
}

}  // namespace starkeep::repository
