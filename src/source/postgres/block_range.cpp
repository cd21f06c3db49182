// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/block_range.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

namespace {

Result<std::uint64_t> block_of(ByteView key)
{
    if (!key.empty() && key.size() != 4) {
        return Error{ErrorCode::InvalidInput, "key " + to_hex(key) + " is no block number"};
    }
    std::uint64_t block = 0;
    for (const std::byte byte : key) {
        block = (block << 8U) | std::to_integer<std::uint64_t>(byte);
    }
    return block;
}

}  // namespace

Bytes block_key(std::uint64_t block)
{
    Bytes key;
    if (block > 0) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            key.push_back(static_cast<std::byte>(block >> static_cast<unsigned>(shift)));
        }
    }
    return key;
}

Result<BlockRange> block_range(const KeyRange& range)
{
    BlockRange out;
    TRY_LET(out.first, block_of(range.lower));
    if (!range.open) {
        TRY_LET(out.end, block_of(range.upper));
    }
    if (out.first >= out.end) {
        return Error{
            ErrorCode::InvalidInput,
            "blocks " + std::to_string(out.first) + " to " + std::to_string(out.end) +
                " are no range"
        };
    }
    return out;
}

std::vector<KeyRange> block_units(std::uint64_t blocks)
{
    const std::uint64_t count =
        std::max<std::uint64_t>(1, (blocks + kUnitBlocks - 1) / kUnitBlocks);
    std::vector<KeyRange> units;
    units.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const bool last = i + 1 == count;
        units.push_back(
            {.lower = block_key(i * kUnitBlocks),
             .upper = last ? Bytes{} : block_key((i + 1) * kUnitBlocks),
             .open = last}
        );
    }
    return units;
}

std::string tid_literal(std::uint64_t block)
{
    return "(" + std::to_string(block) + ",0)";
}

}  // namespace starkeep::source::postgres
