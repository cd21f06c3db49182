// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "repository/model.hpp"
#include "repository/pack.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kWholeRows = 0;  ///< the one form of a leaf
constexpr std::size_t kMaxChunkBytes = std::size_t{1} << 20U;
/// The fewest bytes that a leaf and a chunk can take: they bound the counts.
constexpr std::size_t kLeastChunkBytes = 36;
constexpr std::size_t kLeastLeafBytes = 21 + kLeastChunkBytes;

/// Pack ids by the order in which the chunks name them first.
class PackTable {
public:
    explicit PackTable(const Segment& segment)
    {
        for (const Leaf& leaf : segment.leaves) {
            for (const Reference& chunk : leaf.chunks) {
                if (ordinals_.try_emplace(chunk.pack, packs_.size()).second) {
                    packs_.push_back(chunk.pack);
                }
            }
        }
    }
    const std::vector<PackId>& packs() const { return packs_; }
    std::uint64_t ordinal(const PackId& pack) const { return ordinals_.at(pack); }

private:
    std::vector<PackId> packs_;
    std::unordered_map<PackId, std::uint64_t> ordinals_;
};

/// Decodes leaves; keeps what one leaf means for the next.
class LeafReader {
public:
    LeafReader(codec::ByteReader& reader, const Segment& segment, const std::vector<PackId>& packs)
        : reader_(reader), segment_(segment), packs_(packs)
    {
    }

    Result<Leaf> read()
    {
        Leaf leaf;
        TRY_LET(leaf.key, key());
        TRY_LET(const std::uint8_t form, reader_.u8());
        if (form != kWholeRows) {
            return Error{ErrorCode::Unsupported, fmt::format("segment: a leaf of form {}", form)};
        }
        TRY_LET(leaf.rows, reader_.varint());
        TRY_LET(leaf.digest.low, reader_.u64());
        TRY_LET(leaf.digest.high, reader_.u64());
        TRY_LET(const ByteView fingerprint, reader_.prefixed());
        leaf.fingerprint.assign(fingerprint.begin(), fingerprint.end());
        TRY_LET(const std::size_t chunks, reader_.count(kLeastChunkBytes));
        if (leaf.rows == 0 || chunks == 0) {
            return reader_.corrupt("a leaf without rows");
        }
        leaf.chunks.reserve(chunks);
        for (std::size_t i = 0; i < chunks; ++i) {
            TRY_LET(const Reference reference, chunk());
            leaf.chunks.push_back(reference);
        }
        return leaf;
    }

private:
    Result<Bytes> key()
    {
        TRY_LET(const ByteView view, reader_.prefixed());
        Bytes key(view.begin(), view.end());
        if (key < segment_.lower || (!segment_.open && key >= segment_.upper) ||
            (!first_ && key <= last_key_)) {
            return reader_.corrupt("a leaf's key out of order");
        }
        first_ = false;
        last_key_ = key;
        return key;
    }

    Result<Reference> chunk()
    {
        Reference reference;
        TRY_LET(const std::uint64_t ordinal, reader_.varint());
        if (ordinal >= packs_.size()) {
            return reader_.corrupt("a pack that the segment does not name");
        }
        reference.pack = packs_[ordinal];
        TRY_LET(reference.offset, reader_.varint32());
        TRY_LET(reference.stored_bytes, reader_.varint32());
        TRY_LET(reference.plain_bytes, reader_.varint32());
        TRY_LET(reference.id, reader_.id<ContentId>());
        TRY(check_reference(reference, "segment"));
        if (reference.plain_bytes > kMaxChunkBytes) {
            return reader_.corrupt("a chunk of more than 1 MiB");
        }
        return reference;
    }

    codec::ByteReader& reader_;
    const Segment& segment_;
    const std::vector<PackId>& packs_;
    Bytes last_key_;
    bool first_ = true;
};

void encode_leaf(codec::ByteWriter& out, const Leaf& leaf, const PackTable& table)
{
    out.prefixed(leaf.key);
    out.u8(kWholeRows);
    out.varint(leaf.rows);
    out.u64(leaf.digest.low);
    out.u64(leaf.digest.high);
    out.prefixed(leaf.fingerprint);
    out.varint(leaf.chunks.size());
    for (const Reference& chunk : leaf.chunks) {
        out.varint(table.ordinal(chunk.pack));
        out.varint(chunk.offset);
        out.varint(chunk.stored_bytes);
        out.varint(chunk.plain_bytes);
        out.raw(chunk.id.view());
    }
}

Result<std::vector<PackId>> decode_packs(codec::ByteReader& reader)
{
    TRY_LET(const std::size_t count, reader.count(PackId::kSize));
    std::vector<PackId> packs;
    packs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        TRY_LET(const PackId pack, reader.id<PackId>());
        packs.push_back(pack);
    }
    std::vector<PackId> sorted = packs;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) {
        return reader.corrupt("a pack that is named twice");
    }
    return packs;
}

}  // namespace

Bytes encode_segment(const Segment& segment)
{
    const PackTable table(segment);
    codec::ByteWriter out;
    out.u8(kVersion);
    out.varint(table.packs().size());
    for (const PackId& pack : table.packs()) {
        out.raw(pack.view());
    }
    out.prefixed(segment.lower);
    out.u8(segment.open ? 1 : 0);
    out.prefixed(segment.upper);
    out.varint(segment.leaves.size());
    for (const Leaf& leaf : segment.leaves) {
        encode_leaf(out, leaf, table);
    }
    return out.take();
}

Result<Segment> decode_segment(ByteView bytes)
{
    codec::ByteReader reader(bytes, "segment");
    TRY_LET(const std::uint8_t version, reader.u8());
    TRY(check_format_version("segment", version));
    TRY_LET(const std::vector<PackId> packs, decode_packs(reader));
    Segment segment;
    TRY_LET(const ByteView lower, reader.prefixed());
    segment.lower.assign(lower.begin(), lower.end());
    TRY_LET(const std::uint8_t open, reader.u8());
    TRY_LET(const ByteView upper, reader.prefixed());
    segment.upper.assign(upper.begin(), upper.end());
    segment.open = open == 1;
    if (open > 1 || (segment.open ? !segment.upper.empty() : segment.upper <= segment.lower)) {
        return reader.corrupt("impossible bounds");
    }
    TRY_LET(const std::size_t leaves, reader.count(kLeastLeafBytes));
    segment.leaves.reserve(leaves);
    LeafReader leaf_reader(reader, segment, packs);
    for (std::size_t i = 0; i < leaves; ++i) {
        TRY_LET(Leaf leaf, leaf_reader.read());
        segment.leaves.push_back(std::move(leaf));
    }
    TRY(reader.finish());
    return segment;
}

}  // namespace starkeep::repository
