// SPDX-License-Identifier: Apache-2.0
#include "repository/pack.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/aead.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace starkeep::repository {

namespace {

constexpr std::string_view kPackMagic{"SKPPCK\x01\n", 8};
constexpr std::string_view kFooterMagic = "SKPE";
constexpr std::uint8_t kCompressedFlag = 1;
constexpr std::uint64_t kMaxPackBytes = std::numeric_limits<std::uint32_t>::max();

bool is_content(std::uint8_t type)
{
    return type >= static_cast<std::uint8_t>(RecordType::Chunk) &&
           type <= static_cast<std::uint8_t>(RecordType::Manifest);
}

}  // namespace

Result<void> check_format_version(std::string_view object, std::uint16_t version)
{
    if (version != kFormatVersion) {
        return Error{
            ErrorCode::Unsupported,
            fmt::format(
                "{}: format version {}, this program knows {}", object, version, kFormatVersion
            ),
            "Use a newer starkeep with this repository.",
        };
    }
    return {};
}

Reference DirectoryEntry::in(const PackId& pack) const
{
    return {
        .pack = pack,
        .offset = offset,
        .stored_bytes = stored_bytes,
        .plain_bytes = plain_bytes,
        .id = id
    };
}

Result<void> check_reference(const Reference& reference, std::string_view what)
{
    const std::uint64_t stored = reference.stored_bytes;
    if (reference.offset < kPackHeaderBytes || stored < kRecordOverhead ||
        reference.offset + stored > kMaxPackBytes || reference.plain_bytes > kMaxPlainBytes ||
        stored - kRecordOverhead > reference.plain_bytes) {
        return Error{
            ErrorCode::Corrupt,
            fmt::format(
                "{}: no record can lie at offset {} of pack {} with {} bytes for {}",
                what,
                reference.offset,
                reference.pack.hex(),
                stored,
                reference.plain_bytes
            ),
        };
    }
    return {};
}

void encode_pack_header(codec::ByteWriter& out, const RepositoryId& repository, const PackId& pack)
{
    out.raw(as_bytes(kPackMagic));
    out.u16(kFormatVersion);
    out.u16(0);
    out.raw(repository.view());
    out.raw(pack.view());
}

Result<void>
check_pack_header(ByteView header, const RepositoryId& repository, const PackName& pack)
{
    const std::string name = pack_name(pack.kind, pack.id);
    codec::ByteReader reader(header, name);
    TRY_LET(const ByteView magic, reader.raw(kPackMagic.size()));
    if (as_text(magic) != kPackMagic) {
        return reader.corrupt("not a pack");
    }
    TRY_LET(const std::uint16_t version, reader.u16());
    TRY(check_format_version(name, version));
    TRY_LET(const std::uint16_t flags, reader.u16());
    TRY_LET(const RepositoryId stored_repository, reader.id<RepositoryId>());
    TRY_LET(const PackId stored_pack, reader.id<PackId>());
    if (flags != 0 || stored_repository != repository || stored_pack != pack.id) {
        return reader.corrupt("header of another pack");
    }
    return {};
}

std::array<std::byte, kRecordHeaderBytes> encode_record_header(const RecordHeader& header)
{
    codec::ByteWriter out;
    out.u8(static_cast<std::uint8_t>(header.type));
    out.u8(header.compressed ? kCompressedFlag : 0);
    out.u16(0);
    out.u32(header.payload_bytes);
    out.u32(header.plain_bytes);
    out.raw(header.id.view());
    std::array<std::byte, kRecordHeaderBytes> bytes{};
    std::ranges::copy(out.bytes(), bytes.begin());
    return bytes;
}

Result<RecordHeader> decode_record_header(codec::ByteReader& reader)
{
    RecordHeader header;
    TRY_LET(const std::uint8_t type, reader.u8());
    TRY_LET(const std::uint8_t flags, reader.u8());
    TRY_LET(const std::uint16_t zero, reader.u16());
    TRY_LET(header.payload_bytes, reader.u32());
    TRY_LET(header.plain_bytes, reader.u32());
    TRY_LET(header.id, reader.id<ContentId>());
    if ((!is_content(type) && type != static_cast<std::uint8_t>(RecordType::Directory)) ||
        flags > kCompressedFlag || zero != 0 || header.plain_bytes > kMaxPlainBytes ||
        header.payload_bytes > header.plain_bytes) {
        return reader.corrupt("impossible record header");
    }
    header.type = static_cast<RecordType>(type);
    header.compressed = flags == kCompressedFlag;
    return header;
}

codec::Nonce record_nonce(std::uint64_t offset)
{
    codec::Nonce nonce{};
    for (std::size_t i = 0; i < sizeof offset; ++i) {
        nonce[i] = static_cast<std::byte>(offset >> (8 * i));
    }
    return nonce;
}

void encode_directory(codec::ByteWriter& out, const std::vector<DirectoryEntry>& records)
{
    out.varint(records.size());
    for (const DirectoryEntry& record : records) {
        out.u8(static_cast<std::uint8_t>(record.type));
        out.u32(record.offset);
        out.u32(record.stored_bytes);
        out.u32(record.plain_bytes);
        out.raw(record.id.view());
    }
}

Result<std::vector<DirectoryEntry>> decode_directory(codec::ByteReader& reader, const PackId& pack)
{
    TRY_LET(const std::size_t count, reader.count(kDirectoryEntryBytes));
    std::vector<DirectoryEntry> records;
    records.reserve(count);
    std::uint64_t expected = kPackHeaderBytes;
    for (std::size_t i = 0; i < count; ++i) {
        DirectoryEntry record;
        TRY_LET(const std::uint8_t type, reader.u8());
        TRY_LET(record.offset, reader.u32());
        TRY_LET(record.stored_bytes, reader.u32());
        TRY_LET(record.plain_bytes, reader.u32());
        TRY_LET(record.id, reader.id<ContentId>());
        record.type = static_cast<RecordType>(type);
        if (!is_content(type) || (i > 0 && kind_of(record.type) != kind_of(records[0].type))) {
            return reader.corrupt(fmt::format("a record of type {}", type));
        }
        TRY(check_reference(record.in(pack), "directory"));
        if (record.offset != expected) {
            return reader.corrupt(fmt::format("a gap at offset {}", expected));
        }
        expected = record.end();
        records.push_back(record);
    }
    return records;
}

void encode_pack_footer(codec::ByteWriter& out, const PackFooter& footer)
{
    out.u64(footer.directory_offset);
    out.u32(footer.directory_bytes);
    out.raw(as_bytes(kFooterMagic));
}

Result<PackFooter> decode_pack_footer(codec::ByteReader& reader, std::uint64_t pack_bytes)
{
    PackFooter footer;
    TRY_LET(footer.directory_offset, reader.u64());
    TRY_LET(footer.directory_bytes, reader.u32());
    TRY_LET(const ByteView magic, reader.raw(kFooterMagic.size()));
    if (as_text(magic) != kFooterMagic) {
        return reader.corrupt("no footer");
    }
    if (pack_bytes > kMaxPackBytes || footer.directory_bytes < kRecordOverhead ||
        footer.directory_offset < kPackHeaderBytes || footer.directory_offset > pack_bytes ||
        footer.directory_offset + footer.directory_bytes + kPackFooterBytes != pack_bytes) {
        return reader.corrupt("a footer that does not fit the pack's size");
    }
    return footer;
}

}  // namespace starkeep::repository
