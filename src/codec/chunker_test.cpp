// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/chunker.hpp"
#include "codec/digest.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace starkeep::codec {
namespace {

constexpr std::array<std::byte, 32> kSecret{std::byte{1}};

/// The same bytes on every run: where cuts lie is a fact about them.
Bytes noise(std::size_t size, std::uint32_t seed)
{
    std::mt19937 generator(seed);
    Bytes out(size);
    std::ranges::generate(out, [&] { return static_cast<std::byte>(generator()); });
    return out;
}

std::vector<Bytes>
pieces_of(ByteView stream, std::size_t step, const std::array<std::byte, 32>& secret = kSecret)
{
    std::vector<Bytes> pieces;
    StreamChunker chunker(secret, [&](ByteView piece) -> Result<void> {
        pieces.emplace_back(piece.begin(), piece.end());
        return {};
    });
    for (std::size_t at = 0; at < stream.size(); at += step) {
        EXPECT_OK(chunker.add(stream.subspan(at, std::min(step, stream.size() - at))));
    }
    EXPECT_OK(chunker.finish());
    return pieces;
}

TEST(StreamChunker, KeepsEveryByteInOrder)
{
    const Bytes stream = noise(1'000'000, 1);

    Bytes joined;
    for (const Bytes& piece : pieces_of(stream, 10'007)) {
        append(joined, piece);
    }

    EXPECT_EQ(joined, stream);
}

TEST(StreamChunker, KeepsPiecesWithinTheirBoundsAndNear64KiB)
{
    const std::vector<Bytes> pieces = pieces_of(noise(20'000'000, 2), 1'000'000);

    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
        EXPECT_GE(pieces[i].size(), 16384U);
        EXPECT_LE(pieces[i].size(), 262144U);
    }
    EXPECT_GT(20'000'000 / pieces.size(), 48U * 1024);
    EXPECT_LT(20'000'000 / pieces.size(), 96U * 1024);
}

TEST(StreamChunker, CutsAtTheMostWhenNothingInTheContentSaysWhere)
{
    const std::vector<Bytes> pieces = pieces_of(Bytes(600'000), 600'000);

    ASSERT_EQ(pieces.size(), 3U);
    EXPECT_EQ(pieces[0].size(), 262144U);
    EXPECT_EQ(pieces[2].size(), 600'000U - 2 * 262144U);
}

TEST(StreamChunker, DoesNotDependOnHowTheStreamArrives)
{
    const Bytes stream = noise(500'000, 3);

    EXPECT_EQ(pieces_of(stream, 1), pieces_of(stream, 500'000));
}

TEST(StreamChunker, MovesOnlyTheCutsBesideAnInsertion)
{
    Bytes stream = noise(4'000'000, 4);
    const std::vector<Bytes> before = pieces_of(stream, 100'000);
    const Bytes inserted = noise(100, 5);
    stream.insert(stream.begin() + 2'000'000, inserted.begin(), inserted.end());

    const std::vector<Bytes> after = pieces_of(stream, 100'000);

    const std::set<Bytes> known(before.begin(), before.end());
    const auto fresh =
        std::ranges::count_if(after, [&](const Bytes& piece) { return !known.contains(piece); });
    EXPECT_LE(fresh, 4);
}

TEST(StreamChunker, CutsElsewhereUnderAnotherSecret)
{
    const Bytes stream = noise(1'000'000, 6);

    EXPECT_NE(pieces_of(stream, 100'000), pieces_of(stream, 100'000, {std::byte{2}}));
}

TEST(StreamChunker, HandsOnTheErrorOfItsSink)
{
    StreamChunker chunker(kSecret, [](ByteView) -> Result<void> {
        return Error{ErrorCode::NoSpace, "full"};
    });

    EXPECT_ERROR(chunker.add(Bytes(300'000)), ErrorCode::NoSpace);
    EXPECT_ERROR(chunker.finish(), ErrorCode::NoSpace);
}

TEST(StreamChunker, MakesNoPieceOfNothing)
{
    EXPECT_TRUE(pieces_of({}, 1).empty());
}

/// Sizes of the leaves that the rows are cut into.
std::vector<std::uint64_t> leaf_sizes(const std::vector<std::string>& rows)
{
    std::vector<std::uint64_t> sizes;
    std::uint64_t bytes = 0;
    for (const std::string& row : rows) {
        bytes += row.size();
        if (ends_leaf(bytes, digest_of_row(as_bytes(row)))) {
            sizes.push_back(bytes);
            bytes = 0;
        }
    }
    return sizes;
}

std::vector<std::string> rows_of(std::size_t width, std::size_t bytes)
{
    std::vector<std::string> rows;
    for (std::size_t i = 0; i * width < bytes; ++i) {
        std::string row = std::to_string(i * 2654435761U) + "\t";
        row.resize(width - 1, 'x');
        rows.push_back(row + "\n");
    }
    return rows;
}

TEST(LeafEnd, LiesBetween16And64KiBForRowsOfAnyUsualWidth)
{
    for (const std::size_t width : {16U, 100U, 1000U, 8000U}) {
        SCOPED_TRACE(width);
        const std::vector<std::uint64_t> sizes = leaf_sizes(rows_of(width, 8'000'000));

        for (const std::uint64_t size : sizes) {
            EXPECT_GE(size, 16384U);
            EXPECT_LT(size, 65536U + width);
        }
        const double average = 8'000'000.0 / static_cast<double>(sizes.size());
        EXPECT_GT(average, 20.0 * 1024);
        EXPECT_LT(average, 56.0 * 1024);
    }
}

TEST(LeafEnd, FallsIntoStepAgainAfterAnInsertedRow)
{
    for (const std::size_t width : {100U, 1000U, 8000U}) {
        SCOPED_TRACE(width);
        std::vector<std::string> rows = rows_of(width, 8'000'000);
        const auto ends = [&] {
            std::set<std::string> last_rows;
            std::uint64_t bytes = 0;
            for (const std::string& row : rows) {
                bytes += row.size();
                if (ends_leaf(bytes, digest_of_row(as_bytes(row)))) {
                    last_rows.insert(row);
                    bytes = 0;
                }
            }
            return last_rows;
        };
        const std::set<std::string> before = ends();
        rows.insert(rows.begin() + 10, "a new row of its own kind\n");

        const std::set<std::string> after = ends();

        const auto moved = std::ranges::count_if(after, [&](const std::string& row) {
            return !before.contains(row);
        });
        EXPECT_LT(moved, 40) << "of " << after.size();
    }
}

}  // namespace
}  // namespace starkeep::codec
