// SPDX-License-Identifier: Apache-2.0
#include "repository/sealed_object.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/aead.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "codec/compress.hpp"
#include "repository/keyring.hpp"
#include "repository/pack.hpp"
#include "sys/random.hpp"

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::repository {

namespace {

constexpr std::string_view kMagic{"SKPOBJ\x01\n", 8};
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHeaderBytes = 48;

/// The salt makes the key unique, so that the nonce need not be.
constexpr codec::Nonce kNonce{};

/// The version is authenticated: what opens under ours, and only so, is no newer object but a damaged one.
Bytes as_this_version(ByteView object)
{
    codec::ByteWriter changed;
    changed.raw(object.first(kMagic.size()));
    changed.u16(kFormatVersion);
    changed.raw(object.subspan(kMagic.size() + sizeof kFormatVersion));
    return changed.take();
}

}  // namespace

Bytes seal_object(const Keyring& keyring, ObjectKind kind, std::string_view name, ByteView plain)
{
    ENSURE(plain.size() <= kMaxPlainBytes);
    std::array<std::byte, kSaltBytes> salt{};
    sys::fill_random(salt);
    codec::ByteWriter header;
    header.raw(as_bytes(kMagic));
    header.u16(kFormatVersion);
    header.u8(static_cast<std::uint8_t>(kind));
    header.u8(0);
    header.raw(keyring.repository.view());
    header.raw(salt);
    header.u32(static_cast<std::uint32_t>(plain.size()));
    Bytes object = header.take();
    object.resize(kHeaderBytes + codec::compress_bound(plain.size()) + codec::kAeadTagBytes);
    const std::size_t frame = codec::compress(plain, std::span(object).subspan(kHeaderBytes));
    object.resize(kHeaderBytes + frame + codec::kAeadTagBytes);
    const std::span<std::byte> all(object);
    codec::Aead(keyring.object_key(salt))
        .seal(
            kNonce,
            {all.first(kHeaderBytes), as_bytes(name)},
            all.subspan(kHeaderBytes, frame),
            all.last<codec::kAeadTagBytes>()
        );
    return object;
}

Result<Bytes>
open_object(const Keyring& keyring, ObjectKind kind, std::string_view name, ByteView object)
{
    codec::ByteReader reader(object, std::string(name));
    TRY_LET(const ByteView magic, reader.raw(kMagic.size()));
    if (as_text(magic) != kMagic) {
        return reader.corrupt("not a sealed object");
    }
    TRY_LET(const std::uint16_t version, reader.u16());
    if (version != kFormatVersion &&
        open_object(keyring, kind, name, as_this_version(object)).ok()) {
        return reader.corrupt("the format version is damaged");
    }
    TRY(check_format_version(name, version));
    TRY_LET(const std::uint8_t kind_byte, reader.u8());
    TRY_LET(const std::uint8_t zero, reader.u8());
    TRY_LET(const RepositoryId repository, reader.id<RepositoryId>());
    TRY_LET(const ByteView salt, reader.raw(kSaltBytes));
    TRY_LET(const std::uint32_t plain_bytes, reader.u32());
    if (repository != keyring.repository) {
        return reader.corrupt("object of another repository");
    }
    if (kind_byte != static_cast<std::uint8_t>(kind) || zero != 0 || plain_bytes > kMaxPlainBytes ||
        reader.left() < codec::kAeadTagBytes) {
        return reader.corrupt("impossible header");
    }
    Bytes frame(reader.left() - codec::kAeadTagBytes);
    const auto opened = codec::Aead(keyring.object_key(salt))
                            .open(
                                kNonce,
                                {object.first(kHeaderBytes), as_bytes(name)},
                                object.subspan(kHeaderBytes),
                                frame
                            );
    if (!opened.ok()) {
        return Error{ErrorCode::Corrupt, fmt::format("{}: {}", name, opened.error().message())};
    }
    Bytes plain(plain_bytes);
    if (const auto unpacked = codec::decompress(frame, plain); !unpacked.ok()) {
        return Error{ErrorCode::Corrupt, fmt::format("{}: {}", name, unpacked.error().message())};
    }
    return plain;
}

}  // namespace starkeep::repository
