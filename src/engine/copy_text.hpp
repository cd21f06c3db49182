// SPDX-License-Identifier: Apache-2.0
// Rows in the form "copy-text" as a stream of bytes: where rows and fields end, what a field says.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace starkeep::engine {

/// Counts rows and sums their digests.
class RowCounter {
public:
    void add(ByteView piece);

    std::uint64_t rows() const { return rows_; }
    const codec::Digest& digest() const { return digest_; }
    /// Whether the last byte ended a row.
    bool whole() const { return !inside_row_; }

private:
    codec::RowHasher hasher_;
    codec::Digest digest_;
    std::uint64_t rows_ = 0;
    bool inside_row_ = false;
};

/// What a decoder tells: for each row, for each field its value in pieces (none for an empty one), then its end.
/// Memory: nothing is held, however long a value is.
class FieldSink {
public:
    FieldSink() = default;
    virtual ~FieldSink() = default;
    FieldSink(const FieldSink&) = delete;
    FieldSink& operator=(const FieldSink&) = delete;

    virtual Result<void> value(std::size_t field, std::string_view piece) = 0;
    virtual Result<void> end_field(std::size_t field, bool null) = 0;
    virtual Result<void> end_row() = 0;
};

/// Source: PostgreSQL documentation, COPY, "Text Format".
class CopyTextDecoder {
public:
    explicit CopyTextDecoder(FieldSink& sink) : sink_(sink) {}

    /// Errors: the sink's; Corrupt for an escape that the format does not have.
    Result<void> add(ByteView piece);

private:
    Result<void> escape(char c);
    Result<void> end_field();

    FieldSink& sink_;
    std::size_t field_ = 0;
    bool escaped_ = false;
    bool null_ = false;
};

}  // namespace starkeep::engine
