// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/conformance_test.hpp"
#include "store/memory_store.hpp"
#include "store/store.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

namespace starkeep::store {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Memory,
    StoreConformance,
    testing::Values(StoreMaker{
        .name = "Memory",
        .make = []() -> Result<StoreFixture> {
            return StoreFixture{.keeper = nullptr, .store = std::make_unique<MemoryStore>()};
        }
    }),
    maker_name
);

TEST(MemoryStore, DatesObjectsByItsClock)
{
    const std::chrono::sys_seconds start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);
    FakeClock clock(start);
    MemoryStore store(clock);

    ASSERT_OK(store.put("a", as_bytes("x")));
    clock.advance(std::chrono::hours(25));
    ASSERT_OK(store.put("b", as_bytes("x")));

    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> listed, store.list(""));
    EXPECT_EQ(listed.at(0).modified, start);
    EXPECT_EQ(listed.at(1).modified, start + std::chrono::hours(25));
}

TEST(MemoryStore, OverwritesForATestThatForges)
{
    MemoryStore store;
    ASSERT_OK(store.put("a", as_bytes("true")));

    store.overwrite("a", to_bytes("forged"));

    ASSERT_OK_AND_LET(const Bytes content, store.get("a"));
    EXPECT_EQ(as_text(content), "forged");
}

}  // namespace
}  // namespace starkeep::store
