// SPDX-License-Identifier: Apache-2.0
// The layout of packs: header, records, directory, footer. Source: docs/repository-format.md section 4.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/aead.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace starkeep::repository {

inline constexpr std::uint16_t kFormatVersion = 1;
inline constexpr std::size_t kMaxPlainBytes = std::size_t{64} << 20U;
inline constexpr std::size_t kPackHeaderBytes = 44;
inline constexpr std::size_t kRecordHeaderBytes = 44;
inline constexpr std::size_t kRecordOverhead = kRecordHeaderBytes + codec::kAeadTagBytes;
inline constexpr std::size_t kPackFooterBytes = 16;
inline constexpr std::size_t kDirectoryEntryBytes = 45;

/// Errors: Unsupported, naming the object, for any version but this program's.
Result<void> check_format_version(std::string_view object, std::uint16_t version);

/// One record of a pack, as its directory lists it.
struct DirectoryEntry {
    RecordType type = RecordType::Chunk;
    std::uint32_t offset = 0;
    std::uint32_t stored_bytes = 0;
    std::uint32_t plain_bytes = 0;
    ContentId id;

    bool operator==(const DirectoryEntry&) const = default;
    std::uint64_t end() const { return std::uint64_t{offset} + stored_bytes; }
    Reference in(const PackId& pack) const;
};

/// What lies in one pack.
struct PackDirectory {
    PackName pack;
    std::vector<DirectoryEntry> records;
};

/// Whether a record can lie so: inside a pack's bounds, and no longer stored than plain.
/// Errors: Corrupt, with `what` in front.
Result<void> check_reference(const Reference& reference, std::string_view what);

void encode_pack_header(codec::ByteWriter& out, const RepositoryId& repository, const PackId& pack);
/// Errors: Corrupt, Unsupported.
Result<void>
check_pack_header(ByteView header, const RepositoryId& repository, const PackName& pack);

struct RecordHeader {
    RecordType type = RecordType::Chunk;
    bool compressed = false;
    std::uint32_t payload_bytes = 0;
    std::uint32_t plain_bytes = 0;
    ContentId id;

    bool operator==(const RecordHeader&) const = default;
};
std::array<std::byte, kRecordHeaderBytes> encode_record_header(const RecordHeader& header);
Result<RecordHeader> decode_record_header(codec::ByteReader& reader);
codec::Nonce record_nonce(std::uint64_t offset);

/// A count, then 45 bytes per record.
void encode_directory(codec::ByteWriter& out, const std::vector<DirectoryEntry>& records);
/// Errors: Corrupt when an entry cannot be, when records do not lie one right behind the other from the header on, or
/// when one belongs in another kind of pack than the first.
Result<std::vector<DirectoryEntry>> decode_directory(codec::ByteReader& reader, const PackId& pack);

struct PackFooter {
    std::uint64_t directory_offset = 0;
    std::uint32_t directory_bytes = 0;
};
void encode_pack_footer(codec::ByteWriter& out, const PackFooter& footer);
/// Errors: Corrupt when it does not fit a pack of `pack_bytes`.
Result<PackFooter> decode_pack_footer(codec::ByteReader& reader, std::uint64_t pack_bytes);

}  // namespace starkeep::repository
