// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "source/model.hpp"
#include "source/postgres/block_range.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace starkeep::source::postgres {
namespace {

TEST(BlockUnits, PartitionTheWholeDomain)
{
    EXPECT_TRUE(rc::check([] {
        const auto blocks = *rc::gen::inRange<std::uint64_t>(0, 40 * kUnitBlocks);

        const std::vector<KeyRange> units = block_units(blocks);

        RC_ASSERT(units.front().lower.empty());
        RC_ASSERT(units.back().open);
        for (std::size_t i = 1; i < units.size(); ++i) {
            RC_ASSERT(!units[i - 1].open);
            RC_ASSERT(units[i - 1].upper == units[i].lower);
            RC_ASSERT(units[i - 1].lower < units[i].lower);
            RC_ASSERT(block_range(units[i]).value().first % kUnitBlocks == 0U);
        }
    }));
}

TEST(BlockUnits, StayWhereTheyAreWhenTheTableGrows)
{
    EXPECT_TRUE(rc::check([] {
        const auto before = *rc::gen::inRange<std::uint64_t>(0, 20 * kUnitBlocks);
        const auto added = *rc::gen::inRange<std::uint64_t>(0, 20 * kUnitBlocks);

        const std::vector<KeyRange> small = block_units(before);
        const std::vector<KeyRange> large = block_units(before + added);

        RC_ASSERT(small.size() <= large.size());
        for (std::size_t i = 0; i < small.size(); ++i) {
            RC_ASSERT(small[i].lower == large[i].lower);
        }
    }));
}

TEST(BlockKey, ComesBackAndKeepsTheOrderOfBlocks)
{
    EXPECT_TRUE(rc::check([] {
        const auto one = *rc::gen::inRange<std::uint64_t>(0, kBlockEnd - 1);
        const auto other = *rc::gen::inRange<std::uint64_t>(one + 1, kBlockEnd);

        const KeyRange range{.lower = block_key(one), .upper = block_key(other), .open = false};

        RC_ASSERT(range.lower < range.upper);
        RC_ASSERT(block_range(range).value() == (BlockRange{.first = one, .end = other}));
    }));
}

TEST(BlockRange, IsRefusedWithAForeignKeyOrWithoutBlocks)
{
    const KeyRange foreign{.lower = Bytes(8), .upper = {}, .open = true};
    const KeyRange empty{.lower = block_key(8), .upper = block_key(8), .open = false};

    EXPECT_ERROR(block_range(foreign), ErrorCode::InvalidInput);
    EXPECT_ERROR(block_range(empty), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace starkeep::source::postgres
