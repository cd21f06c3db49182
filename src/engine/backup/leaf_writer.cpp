// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/leaf_writer.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/chunker.hpp"
#include "codec/digest.hpp"
#include "engine/progress.hpp"
#include "repository/model.hpp"
#include "repository/write_session.hpp"
#include "source/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

/// Format section 5: no chunk of a leaf is longer.
constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;
/// Leaves of one segment when nothing else limits it: about 32 MiB of rows, one unit of a restore's work.
constexpr std::size_t kLeavesPerSegment = 1024;

Bytes ordinal_key(std::uint64_t ordinal)
{
    Bytes key(8);
    for (std::size_t i = 0; i < 8; ++i) {
        key[i] = static_cast<std::byte>(ordinal >> (56U - 8U * i));
    }
    return key;
}

}  // namespace

LeafWriter::LeafWriter(repository::Appender& appender, Progress& progress)
    : appender_(appender), progress_(progress)
{
}

Result<void> LeafWriter::add(ByteView piece, bool row_ends)
{
    if (row_ends && !inside_row_) {
        last_row_ = codec::digest_of_row(piece);
    } else {
        hasher_.update(piece);
        inside_row_ = !row_ends;
        if (row_ends) {
            last_row_ = hasher_.finish();
        }
    }
    if (row_ends) {
        leaf_.digest += last_row_;
        ++leaf_.rows;
    }
    bytes_ += piece.size();
    while (!piece.empty()) {
        const std::size_t taken = std::min(piece.size(), kChunkBytes - chunk_.size());
        append(chunk_, piece.first(taken));
        piece = piece.subspan(taken);
        if (chunk_.size() == kChunkBytes) {
            TRY(store_chunk());
        }
    }
    return {};
}

Result<repository::Leaf> LeafWriter::finish(Bytes key, Bytes fingerprint)
{
    if (!chunk_.empty()) {
        TRY(store_chunk());
    }
    progress_.rows += leaf_.rows;
    leaf_.key = std::move(key);
    leaf_.fingerprint = std::move(fingerprint);
    bytes_ = 0;
    return std::exchange(leaf_, {});
}

Result<void> LeafWriter::store_chunk()
{
    TRY_LET(
        const repository::Reference chunk, appender_.add(repository::RecordType::Chunk, chunk_)
    );
    leaf_.chunks.push_back(chunk);
    progress_.bytes_done += chunk_.size();
    chunk_.clear();
    return {};
}

Result<void> PlannedLeafSink::piece(ByteView data, bool row_ends)
{
    if (leaves_.size() == plans_.size()) {
        return Error{ErrorCode::Conflict, "the source sent more rows than its own count said"};
    }
    TRY(writer_.add(data, row_ends));
    const source::LeafPlan& plan = *plans_[leaves_.size()];
    if (row_ends && writer_.rows() == plan.rows) {
        TRY_LET(repository::Leaf leaf, writer_.finish(plan.key, plan.fingerprint));
        leaves_.push_back(std::move(leaf));
    }
    return {};
}

Result<std::vector<repository::Leaf>> PlannedLeafSink::finish()
{
    if (leaves_.size() != plans_.size()) {
        return Error{ErrorCode::Conflict, "the source sent fewer rows than its own count said"};
    }
    return std::move(leaves_);
}

Result<void> CutLeafSink::piece(ByteView data, bool row_ends)
{
    TRY(writer_.add(data, row_ends));
    if (row_ends && codec::ends_leaf(writer_.bytes(), writer_.last_row())) {
        TRY(end_leaf());
    }
    return {};
}

Result<void> CutLeafSink::end_leaf()
{
    TRY_LET(repository::Leaf leaf, writer_.finish(ordinal_key(ordinal_++), {}));
    segment_.leaves.push_back(std::move(leaf));
    if (segment_.leaves.size() < kLeavesPerSegment) {
        return {};
    }
    segment_.open = false;
    segment_.upper = ordinal_key(ordinal_);
    repository::Segment next;
    next.lower = segment_.upper;
    const repository::Segment full = std::exchange(segment_, std::move(next));
    return on_segment_(full);
}

Result<void> CutLeafSink::finish()
{
    if (writer_.rows() > 0) {
        TRY(end_leaf());
    }
    return on_segment_(segment_);
}

}  // namespace starkeep::engine
