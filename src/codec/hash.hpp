// SPDX-License-Identifier: Apache-2.0
// SHA-256 and what is built from it: keyed hashes and derived keys.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>

namespace starkeep::codec {

using Hash256 = std::array<std::byte, 32>;

/// Overwrites secret bytes in a way that no compiler leaves out.
void wipe(std::span<std::byte> bytes);

/// 32 secret bytes, wiped when they go out of scope.
struct Key256 {
    std::array<std::byte, 32> bytes{};

    Key256() = default;
    explicit Key256(const std::array<std::byte, 32>& value) : bytes(value) {}
    Key256(const Key256&) = default;
    Key256& operator=(const Key256&) = default;
    Key256(Key256&&) noexcept = default;
    Key256& operator=(Key256&&) noexcept = default;
    ~Key256() { wipe(bytes); }
};

Hash256 sha256(ByteView bytes);

/// HMAC-SHA-256 under one key; keyed once, used often.
/// Thread: of() from any number at once. Source: RFC 2104.
class HmacSha256 {
public:
    explicit HmacSha256(ByteView key);
    ~HmacSha256();
    HmacSha256(HmacSha256&&) noexcept;
    HmacSha256& operator=(HmacSha256&&) noexcept;

    /// The keyed hash of the pieces, concatenated.
    Hash256 of(std::initializer_list<ByteView> pieces) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Fills `out` (at most 255 × 32 bytes) with what the secret derives to. Source: RFC 5869, extract and expand.
void hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::span<std::byte> out);

}  // namespace starkeep::codec
