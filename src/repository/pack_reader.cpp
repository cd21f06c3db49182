// SPDX-License-Identifier: Apache-2.0
#include "repository/pack_reader.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/aead.hpp"
#include "codec/byte_reader.hpp"
#include "codec/compress.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "store/store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// Most directories lie within the last bytes of a pack, so that one request brings footer and directory.
constexpr std::uint64_t kTailBytes = std::uint64_t{256} << 10U;

/// What a check holds in memory of a pack at once, unless a single record is larger.
constexpr std::uint64_t kRequestBytes = std::uint64_t{4} << 20U;

/// `tail` are the last bytes of the pack, the whole directory record among them.
Result<PackDirectory> directory_in_tail(
    const Keyring& keyring, const PackName& pack, ByteView tail, const PackFooter& footer
)
{
    const ByteView stored =
        tail.last(footer.directory_bytes + kPackFooterBytes).first(footer.directory_bytes);
    RecordOpener opener(keyring, pack);
    // The plain length is not in the footer; it is the header's, which the tag covers.
    codec::ByteReader header_reader(stored, opener.where(footer.directory_offset));
    TRY_LET(const RecordHeader header, decode_record_header(header_reader));
    const DirectoryEntry entry{
        .type = RecordType::Directory,
        .offset = static_cast<std::uint32_t>(footer.directory_offset),
        .stored_bytes = footer.directory_bytes,
        .plain_bytes = header.plain_bytes,
        .id = {},
    };
    TRY_LET(const Bytes plain, opener.open(entry, stored));
    codec::ByteReader reader(plain, opener.where(footer.directory_offset));
    PackDirectory directory{.pack = pack, .records = {}};
    TRY_LET(directory.records, decode_directory(reader, pack.id));
    TRY(reader.finish());
    if (!directory.records.empty() && kind_of(directory.records[0].type) != pack.kind) {
        return reader.corrupt("records of another kind of pack");
    }
    const std::uint64_t end =
        directory.records.empty() ? kPackHeaderBytes : directory.records.back().end();
    if (end != footer.directory_offset) {
        return reader.corrupt(fmt::format("a gap at offset {}", end));
    }
    return directory;
}

}  // namespace

RecordOpener::RecordOpener(const Keyring& keyring, const PackName& pack)
    : keyring_(keyring), pack_(pack), cipher_(keyring.pack_key(pack.id))
{
}

std::string RecordOpener::where(std::uint64_t offset) const
{
    return fmt::format("{}: record at offset {}", pack_name(pack_.kind, pack_.id), offset);
}

Result<Bytes> RecordOpener::open(const DirectoryEntry& entry, ByteView stored)
{
    const auto corrupt = [&](const std::string& reason) {
        return Error{ErrorCode::Corrupt, fmt::format("{}: {}", where(entry.offset), reason)};
    };
    codec::ByteReader reader(stored, where(entry.offset));
    TRY_LET(const RecordHeader header, decode_record_header(reader));
    if (header.type != entry.type || header.id != entry.id ||
        header.plain_bytes != entry.plain_bytes ||
        kRecordOverhead + std::size_t{header.payload_bytes} != stored.size()) {
        return corrupt("not the record that is referred to");
    }
    if (!header.compressed && header.payload_bytes != header.plain_bytes) {
        return corrupt("stored plain with another length");
    }
    Bytes payload(header.payload_bytes);
    const auto opened = cipher_.open(
        record_nonce(entry.offset),
        {keyring_.repository.view(), pack_.id.view(), stored.first(kRecordHeaderBytes)},
        stored.subspan(kRecordHeaderBytes),
        payload
    );
    if (!opened.ok()) {
        return corrupt(opened.error().message());
    }
    if (header.compressed) {
        Bytes plain(header.plain_bytes);
        if (const auto unpacked = codec::decompress(payload, plain); !unpacked.ok()) {
            return corrupt(unpacked.error().message());
        }
        payload = std::move(plain);
    }
    if (entry.type != RecordType::Directory &&
        keyring_.content_id(entry.type, payload) != entry.id) {
        return corrupt("the content is not what its id says");
    }
    return payload;
}

Result<PackDirectory> read_directory(
    store::Store& store, const Keyring& keyring, const PackName& pack, std::uint64_t pack_bytes
)
{
    const std::string name = pack_name(pack.kind, pack.id);
    if (pack_bytes < kPackHeaderBytes + kRecordOverhead + kPackFooterBytes) {
        return Error{
            ErrorCode::Corrupt, fmt::format("{}: {} bytes are too few for a pack", name, pack_bytes)
        };
    }
    const std::uint64_t tail_bytes = std::min(pack_bytes, kTailBytes);
    TRY_LET(Bytes tail, store.get_range(name, pack_bytes - tail_bytes, tail_bytes));
    codec::ByteReader reader(
        ByteView(tail).last(kPackFooterBytes), fmt::format("{}: footer", name)
    );
    TRY_LET(const PackFooter footer, decode_pack_footer(reader, pack_bytes));
    if (const std::uint64_t needed = std::uint64_t{footer.directory_bytes} + kPackFooterBytes;
        needed > tail_bytes) {
        TRY_LET(Bytes longer, store.get_range(name, pack_bytes - needed, needed));
        tail = std::move(longer);
    }
    return directory_in_tail(keyring, pack, tail, footer);
}

Result<void> verify_pack(
    store::Store& store,
    const Keyring& keyring,
    const ListedPack& pack,
    const std::function<void(const Error&, const DirectoryEntry&)>& on_damage
)
{
    TRY_LET(const PackDirectory directory, read_directory(store, keyring, pack.name, pack.bytes));
    const std::string name = pack_name(pack.name.kind, pack.name.id);
    TRY_LET(const Bytes header, store.get_range(name, 0, kPackHeaderBytes));
    TRY(check_pack_header(header, keyring.repository, pack.name));
    RecordOpener opener(keyring, pack.name);
    const std::vector<DirectoryEntry>& records = directory.records;
    for (std::size_t begin = 0; begin < records.size();) {
        std::size_t end = begin + 1;
        while (end < records.size() && records[end].end() - records[begin].offset <= kRequestBytes
        ) {
            ++end;
        }
        const std::uint64_t first = records[begin].offset;
        TRY_LET(const Bytes stored, store.get_range(name, first, records[end - 1].end() - first));
        for (; begin < end; ++begin) {
            const DirectoryEntry& record = records[begin];
            const ByteView bytes =
                ByteView(stored).subspan(record.offset - first, record.stored_bytes);
            const Result<Bytes> plain = opener.open(record, bytes);
            if (!plain.ok()) {
                on_damage(plain.error(), record);
            }
        }
    }
    return {};
}

}  // namespace starkeep::repository
