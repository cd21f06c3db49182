// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "codec/byte_writer.hpp"
#include "json/json.hpp"
#include "repository/fixture_test.hpp"
#include "repository/model.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::repository {
namespace {

Reference chunk_of(unsigned pack, std::uint32_t offset)
{
    return {
        .pack = id_of<PackId>(pack),
        .offset = offset,
        .stored_bytes = 160,
        .plain_bytes = 100,
        .id = id_of<ContentId>(offset),
    };
}

Segment test_segment()
{
    Segment segment;
    segment.lower = to_bytes("b");
    segment.upper = to_bytes("y");
    segment.open = false;
    segment.leaves = {
        {.key = to_bytes("b"),
         .rows = 3,
         .digest = {.high = 1, .low = 2},
         .fingerprint = to_bytes("f"),
         .chunks = {chunk_of(7, 44), chunk_of(8, 300)}},
        {.key = to_bytes("c"),
         .rows = 1,
         .digest = {.high = 0, .low = ~0ULL},
         .fingerprint = {},
         .chunks = {chunk_of(7, 204)}},
    };
    return segment;
}

bool equal(const Segment& left, const Segment& right)
{
    return left.lower == right.lower && left.upper == right.upper && left.open == right.open &&
           std::ranges::equal(left.leaves, right.leaves, [](const Leaf& one, const Leaf& other) {
               return one.key == other.key && one.rows == other.rows &&
                      one.digest == other.digest && one.fingerprint == other.fingerprint &&
                      one.chunks == other.chunks;
           });
}

TEST(Segment, ComesBackFromItsBytes)
{
    ASSERT_OK_AND_LET(const Segment decoded, decode_segment(encode_segment(test_segment())));
    EXPECT_TRUE(equal(decoded, test_segment()));
    ASSERT_OK_AND_LET(const Segment empty, decode_segment(encode_segment(Segment{})));
    EXPECT_TRUE(equal(empty, Segment{}));
}

TEST(Segment, ComesBackForKeysAndNumbersOfAnyKind)
{
    EXPECT_TRUE(rc::check(
        "decode undoes encode",
        [](std::vector<std::pair<std::string, std::uint64_t>> rows) {
            std::ranges::sort(rows);
            const auto repeated =
                std::ranges::unique(rows, {}, &std::pair<std::string, std::uint64_t>::first);
            rows.erase(repeated.begin(), repeated.end());
            Segment segment;
            for (const auto& [key, number] : rows) {
                segment.leaves.push_back({
                    .key = to_bytes(key),
                    .rows = number | 1U,
                    .digest = {.high = number, .low = ~number},
                    .fingerprint = to_bytes(key.substr(key.size() / 2)),
                    .chunks = {chunk_of(
                        static_cast<unsigned>(number % 5),
                        44 + static_cast<std::uint32_t>(number % 1000)
                    )},
                });
            }

            const Bytes bytes = encode_segment(segment);
            const auto decoded = decode_segment(bytes);

            RC_ASSERT(decoded.ok());
            RC_ASSERT(equal(*decoded, segment));
            RC_ASSERT(encode_segment(*decoded) == bytes);
        }
    ));
}

TEST(Segment, IsRefusedWhenTruncatedOrLengthened)
{
    Bytes bytes = encode_segment(test_segment());
    with_every_truncation(bytes, [](ByteView damaged) {
        EXPECT_ERROR(decode_segment(damaged), ErrorCode::Corrupt);
    });
    bytes.push_back(std::byte{0});
    EXPECT_ERROR(decode_segment(bytes), ErrorCode::Corrupt);
}

TEST(Segment, IsRefusedWhenItSaysWhatCannotBe)
{
    struct Case {
        const char* name;
        std::function<void(Segment&)> change;
    };
    const std::vector<Case> cases = {
        {.name = "a leaf without rows",
         .change =
             [](Segment& segment) {
                 segment.leaves[1].rows = 0;
             }},
        {.name = "a leaf without chunks",
         .change =
             [](Segment& segment) {
                 segment.leaves[1].chunks.clear();
             }},
        {.name = "equal keys",
         .change =
             [](Segment& segment) {
                 segment.leaves[1].key = segment.leaves[0].key;
             }},
        {.name = "descending keys",
         .change =
             [](Segment& segment) {
                 std::swap(segment.leaves[0].key, segment.leaves[1].key);
             }},
        {.name = "a key below the lower bound",
         .change =
             [](Segment& segment) {
                 segment.leaves[0].key = to_bytes("a");
             }},
        {.name = "a key at the upper bound",
         .change =
             [](Segment& segment) {
                 segment.leaves[1].key = to_bytes("y");
             }},
        {.name = "an open segment with an upper bound",
         .change =
             [](Segment& segment) {
                 segment.open = true;
             }},
        {.name = "an upper bound at the lower one",
         .change =
             [](Segment& segment) {
                 segment.lower = segment.upper;
                 segment.leaves.clear();
             }},
        {.name = "a chunk inside the pack's header",
         .change =
             [](Segment& segment) {
                 segment.leaves[0].chunks[0].offset = 43;
             }},
        {.name = "a chunk shorter than its frame",
         .change =
             [](Segment& segment) {
                 segment.leaves[0].chunks[0].stored_bytes = 59;
             }},
        {.name = "a chunk of more than 1 MiB",
         .change =
             [](Segment& segment) {
                 segment.leaves[0].chunks[0].plain_bytes = (1U << 20U) + 1;
             }},
        {.name = "a chunk beyond the largest pack",
         .change =
             [](Segment& segment) {
                 segment.leaves[0].chunks[0].offset = ~0U;
             }},
    };
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        Segment segment = test_segment();
        test.change(segment);
        EXPECT_ERROR(decode_segment(encode_segment(segment)), ErrorCode::Corrupt);
    }
}

TEST(Segment, OfANewerVersionOrWithUnknownLeavesIsNotCalledDamaged)
{
    Bytes newer = encode_segment(test_segment());
    newer[0] = std::byte{2};
    EXPECT_ERROR(decode_segment(newer), ErrorCode::Unsupported);

    const Segment segment = test_segment();
    Bytes overlay = encode_segment(segment);
    // version, two packs, "b", open, "y", two leaves, "b": then the form.
    const std::size_t form = 1 + 1 + 32 + 2 + 1 + 2 + 1 + 2;
    ASSERT_EQ(overlay[form], std::byte{0});
    overlay[form] = std::byte{1};
    EXPECT_ERROR(decode_segment(overlay), ErrorCode::Unsupported);
}

TEST(Segment, RefusesPacksThatAreNamedTwiceOrNotAtAll)
{
    Bytes twice = encode_segment(test_segment());
    std::copy_n(twice.begin() + 2, 16, twice.begin() + 18);
    EXPECT_ERROR(decode_segment(twice), ErrorCode::Corrupt);

    codec::ByteWriter out;
    out.u8(1);
    out.varint(0);
    const Bytes whole = encode_segment(test_segment());
    out.raw(ByteView(whole).subspan(34));
    EXPECT_ERROR(decode_segment(out.bytes()), ErrorCode::Corrupt);
}

TEST(Reference, ComesBackFromJson)
{
    const Reference reference = chunk_of(1, 44);

    EXPECT_EQ(
        json::format(to_json(reference)),
        "[\"101112131415161718191a1b1c1d1e1f\",44,160,100,"
        "\"c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf\"]"
    );
    ASSERT_OK_AND_LET(const Reference decoded, reference_from_json(to_json(reference)));
    EXPECT_EQ(decoded, reference);
}

TEST(Reference, IsRefusedWhenAMemberIsMissingOfAnotherKindOrOutOfRange)
{
    const auto with = [](const std::function<void(Json&)>& change) {
        Json json = to_json(chunk_of(1, 44));
        change(json);
        return reference_from_json(json);
    };
    EXPECT_ERROR(reference_from_json(Json("text")), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json.erase(4); }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json[0] = 1; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json[0] = "10"; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json[1] = -1; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json[2] = 1.5; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json[3] = std::uint64_t{1} << 32U; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json[2] = 161 + 60; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](Json& json) { json[4] = nullptr; }), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::repository
