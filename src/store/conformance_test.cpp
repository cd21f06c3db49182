// SPDX-License-Identifier: Apache-2.0
#include "store/conformance_test.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "store/store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace starkeep::store {
namespace {

std::vector<std::string> names(const std::vector<ObjectInfo>& objects)
{
    std::vector<std::string> names;
    for (const ObjectInfo& object : objects) {
        names.push_back(object.name);
    }
    return names;
}

Bytes pattern(std::size_t size)
{
    Bytes bytes(size);
    std::uint64_t state = 1;
    for (std::byte& byte : bytes) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        byte = static_cast<std::byte>(state >> 56U);
    }
    return bytes;
}

TEST_P(StoreConformance, GivesBackWhatWasPut)
{
    ASSERT_OK(store().put("c/0000", as_bytes("entry")));

    ASSERT_OK_AND_LET(const Bytes content, store().get("c/0000"));
    EXPECT_EQ(as_text(content), "entry");
}

TEST_P(StoreConformance, KeepsAnEmptyObject)
{
    ASSERT_OK(store().put("empty", {}));

    ASSERT_OK_AND_LET(const Bytes content, store().get("empty"));
    EXPECT_TRUE(content.empty());
    ASSERT_OK_AND_LET(const Bytes range, store().get_range("empty", 0, 0));
    EXPECT_TRUE(range.empty());
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> listed, store().list(""));
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].size_bytes, 0U);
}

TEST_P(StoreConformance, KeepsAnObjectOfFortyMebibytes)
{
    const Bytes content = pattern(std::size_t{40} << 20U);
    ASSERT_OK(store().put("d/00/big", content));

    ASSERT_OK_AND_LET(const Bytes read, store().get("d/00/big"));
    EXPECT_TRUE(read == content);
    ASSERT_OK_AND_LET(const Bytes tail, store().get_range("d/00/big", content.size() - 3, 3));
    EXPECT_TRUE(std::ranges::equal(tail, ByteView(content).last(3)));
}

TEST_P(StoreConformance, RefusesASecondPutAndKeepsTheFirstContent)
{
    ASSERT_OK(store().put("c/1", as_bytes("first")));

    EXPECT_ERROR(store().put("c/1", as_bytes("second")), ErrorCode::Exists);

    ASSERT_OK_AND_LET(const Bytes content, store().get("c/1"));
    EXPECT_EQ(as_text(content), "first");
}

TEST_P(StoreConformance, LetsExactlyOneOfManyWritersHaveAName)
{
    constexpr int kWriters = 8;
    constexpr int kRounds = 10;
    for (int round = 0; round < kRounds; ++round) {
        const std::string name = "c/" + std::to_string(round);
        std::atomic<int> winner{-1};
        std::atomic<int> wins{0};
        std::atomic<int> losses{0};
        std::latch start(kWriters);
        {
            std::vector<std::jthread> writers;
            for (int writer = 0; writer < kWriters; ++writer) {
                writers.emplace_back([&, writer] {
                    start.arrive_and_wait();
                    const Result<void> put =
                        store().put(name, as_bytes("writer " + std::to_string(writer)));
                    if (put.ok()) {
                        ++wins;
                        winner = writer;
                    } else if (put.error().code() == ErrorCode::Exists) {
                        ++losses;
                    }
                });
            }
        }
        EXPECT_EQ(wins, 1);
        EXPECT_EQ(losses, kWriters - 1);
        ASSERT_OK_AND_LET(const Bytes content, store().get(name));
        EXPECT_EQ(as_text(content), "writer " + std::to_string(winner));
    }
}

TEST_P(StoreConformance, TakesPutsOfDifferentNamesInOneNewFolderAtOnce)
{
    constexpr int kWriters = 8;
    std::atomic<int> wins{0};
    {
        std::vector<std::jthread> writers;
        for (int writer = 0; writer < kWriters; ++writer) {
            writers.emplace_back([&, writer] {
                wins += store().put("d/ab/" + std::to_string(writer), as_bytes("x")).ok() ? 1 : 0;
            });
        }
    }

    EXPECT_EQ(wins, kWriters);
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> listed, store().list("d/ab/"));
    EXPECT_EQ(listed.size(), static_cast<std::size_t>(kWriters));
}

TEST_P(StoreConformance, SaysNotFoundOfWhatIsNotThere)
{
    EXPECT_ERROR(store().get("c/1"), ErrorCode::NotFound);
    EXPECT_ERROR(store().get_range("c/1", 0, 1), ErrorCode::NotFound);
    ASSERT_OK(store().put("c/1", as_bytes("x")));
    EXPECT_ERROR(store().get("c/2"), ErrorCode::NotFound);
}

TEST_P(StoreConformance, ReadsRangesExactly)
{
    ASSERT_OK(store().put("r", as_bytes("0123456789")));

    ASSERT_OK_AND_LET(const Bytes middle, store().get_range("r", 3, 4));
    EXPECT_EQ(as_text(middle), "3456");
    ASSERT_OK_AND_LET(const Bytes all, store().get_range("r", 0, 10));
    EXPECT_EQ(as_text(all), "0123456789");
    ASSERT_OK_AND_LET(const Bytes none, store().get_range("r", 10, 0));
    EXPECT_TRUE(none.empty());
}

TEST_P(StoreConformance, SaysCorruptOfARangeBeyondTheEnd)
{
    constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();
    ASSERT_OK(store().put("r", as_bytes("0123456789")));

    EXPECT_ERROR(store().get_range("r", 0, 11), ErrorCode::Corrupt);
    EXPECT_ERROR(store().get_range("r", 10, 1), ErrorCode::Corrupt);
    EXPECT_ERROR(store().get_range("r", 11, 0), ErrorCode::Corrupt);
    EXPECT_ERROR(store().get_range("r", 5, kHuge), ErrorCode::Corrupt);
    EXPECT_ERROR(store().get_range("r", kHuge, 2), ErrorCode::Corrupt);
}

TEST_P(StoreConformance, ListsByPrefixSortedByName)
{
    for (const char* name : {"m/b", "d/ff/2", "d/0a/1", "d/0a/0", "d/0a-/x", "d/0b/1", "k/1"}) {
        ASSERT_OK(store().put(name, as_bytes(name)));
    }

    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> packs, store().list("d/"));
    EXPECT_EQ(
        names(packs), (std::vector<std::string>{"d/0a-/x", "d/0a/0", "d/0a/1", "d/0b/1", "d/ff/2"})
    );
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> within, store().list("d/0"));
    EXPECT_EQ(names(within), (std::vector<std::string>{"d/0a-/x", "d/0a/0", "d/0a/1", "d/0b/1"}));
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> all, store().list(""));
    EXPECT_EQ(all.size(), 7U);
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> one, store().list("k/1"));
    EXPECT_EQ(names(one), std::vector<std::string>{"k/1"});
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> none, store().list("w/"));
    EXPECT_TRUE(none.empty());
}

TEST_P(StoreConformance, ListsSizeAndAPlausibleTime)
{
    ASSERT_OK(store().put("a", as_bytes("12345")));
    ASSERT_OK(store().put("b", as_bytes("1")));

    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> listed, store().list(""));

    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].size_bytes, 5U);
    EXPECT_GT(listed[0].modified, std::chrono::sys_days(std::chrono::year(2020) / 1 / 1));
    EXPECT_LE(std::chrono::abs(listed[1].modified - listed[0].modified), std::chrono::minutes(10));
}

TEST_P(StoreConformance, ListsEveryPutAndRemoveThatReturnedBefore)
{
    for (int i = 0; i < 20; ++i) {
        const std::string name = "w/" + std::to_string(i);
        ASSERT_OK(store().put(name, as_bytes("beat")));
        ASSERT_OK_AND_LET(const std::vector<ObjectInfo> with, store().list("w/"));
        EXPECT_EQ(names(with), std::vector<std::string>{name});
        ASSERT_OK(store().remove(name));
        ASSERT_OK_AND_LET(const std::vector<ObjectInfo> without, store().list("w/"));
        EXPECT_TRUE(without.empty());
    }
}

TEST_P(StoreConformance, RemovesAndSucceedsAgainWhenNothingIsThere)
{
    ASSERT_OK(store().put("i/1", as_bytes("x")));

    ASSERT_OK(store().remove("i/1"));
    ASSERT_OK(store().remove("i/1"));
    ASSERT_OK(store().remove("never/was"));

    EXPECT_ERROR(store().get("i/1"), ErrorCode::NotFound);
    ASSERT_OK(store().put("i/1", as_bytes("again")));
}

TEST_P(StoreConformance, RefusesNamesThatBreakTheRule)
{
    const std::vector<std::string> bad = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/./b",
        "a/..",
        "A",
        "a b",
        "a\\b",
        "a:b",
        "ü",
        std::string("a\0b", 3),
        std::string(201, 'a'),
    };
    for (const std::string& name : bad) {
        SCOPED_TRACE(name);
        EXPECT_ERROR(store().put(name, as_bytes("x")), ErrorCode::InvalidInput);
        EXPECT_ERROR(store().get(name), ErrorCode::InvalidInput);
        EXPECT_ERROR(store().get_range(name, 0, 0), ErrorCode::InvalidInput);
        EXPECT_ERROR(store().remove(name), ErrorCode::InvalidInput);
    }
    EXPECT_ERROR(store().list("../"), ErrorCode::InvalidInput);
    EXPECT_ERROR(store().list("/"), ErrorCode::InvalidInput);
    EXPECT_ERROR(store().list("a//"), ErrorCode::InvalidInput);
}

TEST_P(StoreConformance, TakesNamesAtTheEdgeOfTheRule)
{
    for (const std::string& name :
         {std::string("a"), std::string("..."), std::string(200, 'z'), std::string("0._-/-")}) {
        SCOPED_TRACE(name);
        ASSERT_OK(store().put(name, as_bytes(name)));
        ASSERT_OK_AND_LET(const Bytes content, store().get(name));
        EXPECT_EQ(as_text(content), name);
    }
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> listed, store().list(""));
    EXPECT_EQ(listed.size(), 4U);
}

TEST_P(StoreConformance, SaysWhereItIsAsAUrl)
{
    EXPECT_NE(store().url().find("://"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::store
