// SPDX-License-Identifier: Apache-2.0
// The names that the repository's objects have in the store. Source: docs/repository-format.md section 1.
#pragma once

#include "base/id.hpp"
#include "repository/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::repository {

using IndexId = Id<struct IndexTag, 16>;

/// Chunks are apart from what describes them, so that the latter can lie on faster storage.
enum class PackKind : std::uint8_t { Data, Metadata };

/// Where records of this type lie.
PackKind kind_of(RecordType type);

inline constexpr std::string_view kKeySlotPrefix = "k/";
inline constexpr std::string_view kLogPrefix = "c/";
inline constexpr std::string_view kDataPrefix = "d/";
inline constexpr std::string_view kMetadataPrefix = "m/";
inline constexpr std::string_view kIndexPrefix = "i/";
inline constexpr std::string_view kHeartbeatPrefix = "w/";

std::string key_slot_name(const KeySlotId& slot);
std::string log_entry_name(std::uint64_t sequence);
std::string pack_name(PackKind kind, const PackId& pack);
std::string index_name(const IndexId& index);
std::string heartbeat_name(const SessionId& session, std::uint32_t beat);

struct PackName {
    PackKind kind = PackKind::Data;
    PackId id;
};
struct HeartbeatName {
    SessionId session;
    std::uint32_t beat = 0;
};

/// What an object is, by its name; nothing for a name that no writer of this format makes.
std::optional<KeySlotId> parse_key_slot_name(std::string_view name);
std::optional<std::uint64_t> parse_log_entry_name(std::string_view name);
std::optional<PackName> parse_pack_name(std::string_view name);
std::optional<IndexId> parse_index_name(std::string_view name);
std::optional<HeartbeatName> parse_heartbeat_name(std::string_view name);

}  // namespace starkeep::repository
