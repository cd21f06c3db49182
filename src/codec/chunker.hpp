// SPDX-License-Identifier: Apache-2.0
// Where to cut: leaves of rows that come in no useful key order, chunks of a byte stream. By content, so that an insertion
// moves only the cuts beside it.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace starkeep::codec {

/// Whether a leaf of `bytes` bytes ends after the row whose digest is `last_row`.
/// Shape: never below 16 KiB, always from 64 KiB on, and about 32 KiB on average between.
bool ends_leaf(std::uint64_t bytes, const Digest& last_row);

/// Gear chunking of a stream: pieces of 16 KiB to 256 KiB, about 64 KiB on average. The gear table comes from a secret, so
/// that the lengths of the pieces tell nothing of known plain text.
/// Source: Xia et al., FastCDC, USENIX ATC 2016 (gear hash, normalized chunking level 2).
class StreamChunker {
public:
    using Sink = std::function<Result<void>(ByteView)>;

    StreamChunker(const std::array<std::byte, 32>& secret, Sink sink);
    /// Calls the sink for every piece that is complete. Errors: the sink's.
    Result<void> add(ByteView data);
    /// The last piece, if any bytes are left.
    Result<void> finish();

private:
    std::array<std::uint64_t, 256> gear_{};
    Sink sink_;
    Bytes pending_;
    std::size_t scanned_ = 0;
    std::uint64_t hash_ = 0;
};

}  // namespace starkeep::codec
