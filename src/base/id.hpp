// SPDX-License-Identifier: Apache-2.0
// Identifiers as distinct types, so that a pack's cannot be handed over as a point's.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep {

/// `Size` bytes that name one thing of the kind `Tag`. Zero-initialized means "none".
template <typename Tag, std::size_t Size>
struct Id {
    static constexpr std::size_t kSize = Size;

    std::array<std::byte, Size> bytes{};

    auto operator<=>(const Id&) const = default;

    ByteView view() const { return bytes; }
    std::string hex() const { return to_hex(bytes); }

    static std::optional<Id> from_hex(std::string_view digits)
    {
        Id id;
        if (!starkeep::from_hex(digits, id.bytes)) {
            return std::nullopt;
        }
        return id;
    }
    static std::optional<Id> from_bytes(ByteView bytes)
    {
        if (bytes.size() != Size) {
            return std::nullopt;
        }
        Id id;
        std::memcpy(id.bytes.data(), bytes.data(), Size);
        return id;
    }
};

using RepositoryId = Id<struct RepositoryTag, 16>;
using PackId = Id<struct PackTag, 16>;
using PointId = Id<struct PointTag, 16>;
using SessionId = Id<struct SessionTag, 16>;
using KeySlotId = Id<struct KeySlotTag, 16>;
/// HMAC-SHA-256 of a record's type and plain bytes under the repository's id key.
using ContentId = Id<struct ContentTag, 32>;

}  // namespace starkeep

/// Ids are random or keyed hashes, so their own leading bytes are a good hash value.
template <typename Tag, std::size_t Size>
struct std::hash<starkeep::Id<Tag, Size>> {
    std::size_t operator()(const starkeep::Id<Tag, Size>& id) const noexcept
    {
        std::size_t value = 0;
        std::memcpy(&value, id.bytes.data(), sizeof value);
        return value;
    }
};
