// SPDX-License-Identifier: Apache-2.0
#include "repository/names.hpp"

#include "base/id.hpp"
#include "repository/model.hpp"

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::repository {

namespace {

constexpr std::size_t kIdDigits = 32;

template <typename AnyId>
std::optional<AnyId> trailing_id(std::string_view name)
{
    return name.size() < kIdDigits ? std::nullopt
                                   : AnyId::from_hex(name.substr(name.size() - kIdDigits));
}

/// `Integer` from all of its hexadecimal digits.
template <typename Integer>
std::optional<Integer> number_from_hex(std::string_view digits)
{
    std::array<std::byte, sizeof(Integer)> bytes{};
    if (!from_hex(digits, bytes)) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const std::byte byte : bytes) {
        value = value << 8U | std::to_integer<std::uint64_t>(byte);
    }
    return static_cast<Integer>(value);
}

}  // namespace

PackKind kind_of(RecordType type)
{
    return type == RecordType::Chunk ? PackKind::Data : PackKind::Metadata;
}

std::string key_slot_name(const KeySlotId& slot)
{
    return fmt::format("{}{}", kKeySlotPrefix, slot.hex());
}

std::string log_entry_name(std::uint64_t sequence)
{
    return fmt::format("{}{:016x}", kLogPrefix, sequence);
}

std::string pack_name(PackKind kind, const PackId& pack)
{
    const std::string hex = pack.hex();
    return kind == PackKind::Data ? fmt::format("{}{}/{}", kDataPrefix, hex.substr(0, 2), hex)
                                  : fmt::format("{}{}", kMetadataPrefix, hex);
}

std::string index_name(const IndexId& index)
{
    return fmt::format("{}{}", kIndexPrefix, index.hex());
}

std::string heartbeat_name(const SessionId& session, std::uint32_t beat)
{
    return fmt::format("{}{}/{:08x}", kHeartbeatPrefix, session.hex(), beat);
}

// Each parser takes the parts out, then asks whether they make the very same name again.

std::optional<KeySlotId> parse_key_slot_name(std::string_view name)
{
    const auto id = trailing_id<KeySlotId>(name);
    return id && key_slot_name(*id) == name ? id : std::nullopt;
}

std::optional<std::uint64_t> parse_log_entry_name(std::string_view name)
{
    if (!name.starts_with(kLogPrefix)) {
        return std::nullopt;
    }
    const auto sequence = number_from_hex<std::uint64_t>(name.substr(kLogPrefix.size()));
    return sequence && *sequence > 0 && log_entry_name(*sequence) == name ? sequence : std::nullopt;
}

std::optional<PackName> parse_pack_name(std::string_view name)
{
    const auto id = trailing_id<PackId>(name);
    if (!id) {
        return std::nullopt;
    }
    for (const PackKind kind : {PackKind::Data, PackKind::Metadata}) {
        if (pack_name(kind, *id) == name) {
            return PackName{.kind = kind, .id = *id};
        }
    }
    return std::nullopt;
}

std::optional<IndexId> parse_index_name(std::string_view name)
{
    const auto id = trailing_id<IndexId>(name);
    return id && index_name(*id) == name ? id : std::nullopt;
}

std::optional<HeartbeatName> parse_heartbeat_name(std::string_view name)
{
    const std::size_t slash = name.rfind('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto session = trailing_id<SessionId>(name.substr(0, slash));
    const auto beat = number_from_hex<std::uint32_t>(name.substr(slash + 1));
    if (!session || !beat || heartbeat_name(*session, *beat) != name) {
        return std::nullopt;
    }
    return HeartbeatName{.session = *session, .beat = *beat};
}

}  // namespace starkeep::repository
