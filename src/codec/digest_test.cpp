// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "codec/digest.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace starkeep::codec {
namespace {

TEST(Digest, AgreesWithThePublishedVectors)  // xxhsum -H2 of the reference implementation
{
    EXPECT_EQ(digest_of_row({}).hex(), "99aa06d3014798d86001c324468d497f");
    EXPECT_EQ(digest_of_row(as_bytes("abc")).hex(), "06b05ab6733a618578af5f94892f3950");
}

TEST(Digest, CarriesFromTheLowHalfToTheHigh)
{
    Digest sum{.high = 1, .low = std::numeric_limits<std::uint64_t>::max()};

    sum += Digest{.high = 2, .low = 3};

    EXPECT_EQ(sum, (Digest{.high = 4, .low = 2}));
}

TEST(Digest, WrapsAround)
{
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    Digest sum{.high = kMost, .low = kMost};

    sum += Digest{.high = 0, .low = 1};

    EXPECT_EQ(sum, Digest{});
}

TEST(Digest, DoesNotDependOnTheOrderOfRowsButOnTheirNumber)
{
    EXPECT_TRUE(rc::check("sums are equal in any order", [](std::vector<std::string> rows) {
        Digest forward;
        for (const std::string& row : rows) {
            forward += digest_of_row(as_bytes(row));
        }
        std::ranges::reverse(rows);
        Digest backward;
        for (const std::string& row : rows) {
            backward += digest_of_row(as_bytes(row));
        }
        RC_ASSERT(forward == backward);
        backward += digest_of_row({});
        RC_ASSERT(forward != backward);
    }));
}

TEST(Digest, ComesBackFromItsText)
{
    EXPECT_TRUE(rc::check("from_hex undoes hex", [](std::uint64_t high, std::uint64_t low) {
        const Digest digest{.high = high, .low = low};
        RC_ASSERT(Digest::from_hex(digest.hex()) == digest);
    }));
    EXPECT_FALSE(Digest::from_hex("99aa06d3014798d86001c324468d497").has_value());
    EXPECT_FALSE(Digest::from_hex("99aa06d3014798d86001c324468d497g").has_value());
}

TEST(RowHasher, HashesPiecesLikeTheWholeRowAndStartsAnew)
{
    EXPECT_TRUE(rc::check("pieces do not matter", [](const std::vector<std::string>& pieces) {
        RowHasher hasher;
        for (int round = 0; round < 2; ++round) {
            std::string row;
            for (const std::string& piece : pieces) {
                hasher.update(as_bytes(piece));
                row += piece;
            }
            RC_ASSERT(hasher.finish() == digest_of_row(as_bytes(row)));
        }
    }));
}

}  // namespace
}  // namespace starkeep::codec
