// SPDX-License-Identifier: Apache-2.0
// The key domain of a heap: block numbers, in a grid of units and leaves that never moves.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "source/model.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Blocks of a unit: 64 MiB of heap, one statement for the plan.
inline constexpr std::uint64_t kUnitBlocks = 8192;
/// Blocks of a leaf: 64 KiB of heap, within the 16 to 64 KiB of rows that the format wants.
inline constexpr std::uint64_t kLeafBlocks = 8;
/// Block numbers are below this. Source: PostgreSQL, storage/block.h, MaxBlockNumber.
inline constexpr std::uint64_t kBlockEnd = 0xFFFFFFFF;

/// Blocks [first, end).
struct BlockRange {
    std::uint64_t first = 0;
    std::uint64_t end = kBlockEnd;

    bool operator==(const BlockRange&) const = default;
};

/// Shape: 4 bytes, big-endian; block 0 is the empty key.
Bytes block_key(std::uint64_t block);

/// Errors: InvalidInput when a key is neither empty nor 4 bytes, or the range is empty.
Result<BlockRange> block_range(const KeyRange& range);

/// Cuts the domain of an object that has `blocks` blocks now. What is appended later falls into the last unit.
std::vector<KeyRange> block_units(std::uint64_t blocks);

/// "(block,0)", the first place in a block.
std::string tid_literal(std::uint64_t block);

}  // namespace starkeep::source::postgres
