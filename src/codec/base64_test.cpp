// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "codec/base64.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::codec {
namespace {

// RFC 4648 section 10.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kVectors{{
    {"", ""},
    {"f", "Zg=="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
}};

TEST(Base64, IsAsPublished)
{
    for (const auto& [plain, coded] : kVectors) {
        EXPECT_EQ(encode_base64(as_bytes(plain)), coded);
        EXPECT_EQ(decode_base64(coded), to_bytes(plain));
    }
}

TEST(Base64, OfUrlsHasItsOwnAlphabetAndNoPadding)
{
    const Bytes bytes{std::byte{0xfb}, std::byte{0xff}};

    EXPECT_EQ(encode_base64(bytes), "+/8=");
    EXPECT_EQ(encode_base64url(bytes), "-_8");
    EXPECT_EQ(decode_base64url("-_8"), bytes);
}

TEST(Base64, RefusesWhatItNeverWrites)
{
    for (const std::string text :
         {"A", "AA", "AAA", "Zg=", "Zg= =", "Zh==", "Zm9=", "Zm 9", "====", "Zg==Zg=="}) {
        EXPECT_FALSE(decode_base64(text).has_value()) << text;
    }
    for (const std::string text : {"A", "Zg==", "Zh", "+/8"}) {
        EXPECT_FALSE(decode_base64url(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace starkeep::codec
