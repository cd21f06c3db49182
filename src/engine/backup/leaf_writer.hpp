// SPDX-License-Identifier: Apache-2.0
// From a stream of rows to stored leaves.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "engine/progress.hpp"
#include "repository/model.hpp"
#include "repository/write_session.hpp"
#include "source/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace starkeep::engine {

/// Gathers rows of one leaf after the other: hashes each row, cuts chunks of at most 1 MiB, stores them.
/// Memory: one chunk, whatever the width of a row.
class LeafWriter {
public:
    LeafWriter(repository::Appender& appender, Progress& progress);

    Result<void> add(ByteView piece, bool row_ends);

    std::uint64_t rows() const { return leaf_.rows; }
    std::uint64_t bytes() const { return bytes_; }
    const codec::Digest& last_row() const { return last_row_; }

    /// Ends the leaf and begins the next. `key` and `fingerprint` are the caller's.
    Result<repository::Leaf> finish(Bytes key, Bytes fingerprint);

private:
    Result<void> store_chunk();

    repository::Appender& appender_;
    Progress& progress_;
    repository::Leaf leaf_;
    Bytes chunk_;
    std::uint64_t bytes_ = 0;
    bool inside_row_ = false;
    codec::RowHasher hasher_;
    codec::Digest last_row_;
};

/// Fills planned leaves in turn: each takes as many rows as its plan says. The reader delivers rows in key order and in
/// the same view as the plan, so counting is exact; finish() refuses when the counts do not come out.
class PlannedLeafSink final : public source::RowSink {
public:
    PlannedLeafSink(LeafWriter& writer, std::vector<const source::LeafPlan*> plans)
        : writer_(writer), plans_(std::move(plans))
    {
    }

    Result<void> piece(ByteView data, bool row_ends) override;
    /// One stored leaf per plan, in order. Errors: Conflict when the source sent other rows than it planned.
    Result<std::vector<repository::Leaf>> finish();

private:
    LeafWriter& writer_;
    std::vector<const source::LeafPlan*> plans_;
    std::vector<repository::Leaf> leaves_;
};

/// Cuts leaves by content for objects without a plan and hands over a full segment from time to time. Keys are the
/// ordinal of the leaf, 8 bytes big-endian.
class CutLeafSink final : public source::RowSink {
public:
    using OnSegment = std::function<Result<void>(const repository::Segment&)>;
    CutLeafSink(LeafWriter& writer, OnSegment on_segment)
        : writer_(writer), on_segment_(std::move(on_segment))
    {
    }

    Result<void> piece(ByteView data, bool row_ends) override;
    Result<void> finish();

private:
    Result<void> end_leaf();

    LeafWriter& writer_;
    OnSegment on_segment_;
    repository::Segment segment_;
    std::uint64_t ordinal_ = 0;
};

}  // namespace starkeep::engine
