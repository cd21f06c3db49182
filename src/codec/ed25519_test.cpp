// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace starkeep::codec {
namespace {

template <std::size_t Size>
std::array<std::byte, Size> bytes_of(std::string_view digits)
{
    std::array<std::byte, Size> out{};
    EXPECT_TRUE(from_hex(digits, out));
    return out;
}

// Source: RFC 8032 section 7.1, TEST 3.
const Key256& seed()
{
    static const Key256 kSeed(
        bytes_of<32>("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    );
    return kSeed;
}
constexpr std::string_view kPublic =
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
constexpr std::string_view kSignature =
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
constexpr std::array<std::byte, 2> kText = {std::byte{0xAF}, std::byte{0x82}};

TEST(Ed25519, MakesKeyAndSignatureOfTheRfc)
{
    EXPECT_EQ(to_hex(ed25519_public_key(seed())), kPublic);
    EXPECT_EQ(to_hex(ed25519_sign(seed(), kText)), kSignature);
}

TEST(Ed25519, AcceptsItsOwnSignatureAndNoOther)
{
    const Ed25519PublicKey key = ed25519_public_key(seed());
    Ed25519Signature signature = bytes_of<64>(kSignature);

    EXPECT_TRUE(ed25519_verify(key, kText, signature));
    EXPECT_FALSE(ed25519_verify(key, as_bytes("another text"), signature));
    EXPECT_FALSE(ed25519_verify(Ed25519PublicKey{}, kText, signature));
    signature[5] ^= std::byte{1};
    EXPECT_FALSE(ed25519_verify(key, kText, signature));
}

}  // namespace
}  // namespace starkeep::codec
