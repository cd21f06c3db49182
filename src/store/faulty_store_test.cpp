// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "store/faulty_store.hpp"
#include "store/memory_store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::store {
namespace {

TEST(FaultyStore, PassesEverythingOnWhileNoFaultIsAskedFor)
{
    MemoryStore memory;
    FaultyStore store(memory);

    ASSERT_OK(store.put("a", as_bytes("123")));
    ASSERT_OK_AND_LET(const Bytes range, store.get_range("a", 1, 1));
    EXPECT_EQ(as_text(range), "2");
    ASSERT_OK(store.list(""));
    ASSERT_OK(store.remove("a"));
    EXPECT_ERROR(store.get("a"), ErrorCode::NotFound);
    EXPECT_EQ(store.calls(Act::Put), 1U);
    EXPECT_EQ(store.calls(Act::Get), 1U);
}

TEST(FaultyStore, FailsTheNthPutOnceAndChangesNothing)
{
    MemoryStore memory;
    FaultyStore store(memory);
    ASSERT_OK(store.put("before", as_bytes("x")));
    store.fail_nth(Act::Put, 2, Fault::NoSpace);

    ASSERT_OK(store.put("1", as_bytes("x")));
    EXPECT_ERROR(store.put("2", as_bytes("x")), ErrorCode::NoSpace);
    EXPECT_ERROR(memory.get("2"), ErrorCode::NotFound);
    ASSERT_OK(store.put("2", as_bytes("x")));
}

TEST(FaultyStore, FailsFromTheNthCallUntilItIsHealed)
{
    MemoryStore memory;
    FaultyStore store(memory);
    store.fail_from(Act::List, 2, Fault::Unavailable);

    ASSERT_OK(store.list(""));
    EXPECT_ERROR(store.list(""), ErrorCode::Unavailable);
    EXPECT_ERROR(store.list(""), ErrorCode::Unavailable);
    store.heal();
    ASSERT_OK(store.list(""));
}

TEST(FaultyStore, LosesTheAnswerOfAPutThatHappened)
{
    MemoryStore memory;
    FaultyStore store(memory);
    store.fail_nth(Act::Put, 1, Fault::LostAnswer);

    EXPECT_ERROR(store.put("a", as_bytes("x")), ErrorCode::Unavailable);
    ASSERT_OK(memory.get("a"));
}

TEST(FaultyStore, TruncatesARead)
{
    MemoryStore memory;
    FaultyStore store(memory);
    ASSERT_OK(store.put("a", as_bytes("123")));
    store.fail_nth(Act::Get, 1, Fault::Truncated);

    ASSERT_OK_AND_LET(const Bytes content, store.get("a"));

    EXPECT_EQ(as_text(content), "12");
}

TEST(FaultyStore, FlipsOneBitOfARead)
{
    MemoryStore memory;
    FaultyStore store(memory);
    const std::string zeros(100, '\0');
    ASSERT_OK(store.put("a", as_bytes(zeros)));
    store.fail_nth(Act::GetRange, 1, Fault::BitFlip);

    ASSERT_OK_AND_LET(const Bytes content, store.get_range("a", 0, 100));

    int bits = 0;
    for (const std::byte byte : content) {
        bits += std::popcount(std::to_integer<unsigned>(byte));
    }
    EXPECT_EQ(bits, 1);
}

TEST(FaultyStore, FailsAtRandomTheSameWayForOneSeed)
{
    const auto failures = [] {
        MemoryStore memory;
        FaultyStore store(memory, 7);
        store.fail_at_random(Act::List, 4, Fault::Unavailable);
        std::vector<int> failed;
        for (int i = 0; i < 100; ++i) {
            if (!store.list("").ok()) {
                failed.push_back(i);
            }
        }
        return failed;
    };

    const std::vector<int> first = failures();

    EXPECT_GT(first.size(), 5U);
    EXPECT_LT(first.size(), 60U);
    EXPECT_EQ(first, failures());
}

TEST(FaultyStore, RunsTheHookBeforeEachCall)
{
    MemoryStore memory;
    FaultyStore store(memory);
    store.before_each([&](Act act, std::string_view name) {
        if (act == Act::Put && name == "raced") {
            ASSERT_OK(memory.put("raced", as_bytes("other writer")));
        }
    });

    EXPECT_ERROR(store.put("raced", as_bytes("x")), ErrorCode::Exists);
}

}  // namespace
}  // namespace starkeep::store
