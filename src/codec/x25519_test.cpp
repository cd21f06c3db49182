// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "codec/hash.hpp"
#include "codec/x25519.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace starkeep::codec {
namespace {

std::array<std::byte, 32> bytes_of(std::string_view digits)
{
    std::array<std::byte, 32> out{};
    EXPECT_TRUE(from_hex(digits, out));
    return out;
}

// Source: RFC 7748 section 6.1.
constexpr std::string_view kAlice =
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
constexpr std::string_view kAlicePublic =
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
constexpr std::string_view kBob =
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
constexpr std::string_view kBobPublic =
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
constexpr std::string_view kShared =
    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

TEST(X25519, MakesThePublicKeysOfTheRfc)
{
    EXPECT_EQ(to_hex(x25519_public_key(Key256(bytes_of(kAlice)))), kAlicePublic);
    EXPECT_EQ(to_hex(x25519_public_key(Key256(bytes_of(kBob)))), kBobPublic);
}

TEST(X25519, AgreesOnTheSecretOfTheRfcFromBothSides)
{
    ASSERT_OK_AND_LET(
        const Key256 alice, x25519_agree(Key256(bytes_of(kAlice)), bytes_of(kBobPublic))
    );
    ASSERT_OK_AND_LET(
        const Key256 bob, x25519_agree(Key256(bytes_of(kBob)), bytes_of(kAlicePublic))
    );

    EXPECT_EQ(to_hex(alice.bytes), kShared);
    EXPECT_EQ(to_hex(bob.bytes), kShared);
}

TEST(X25519, RefusesAPublicKeyOfSmallOrder)
{
    EXPECT_ERROR(x25519_agree(Key256(bytes_of(kAlice)), {}), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace starkeep::codec
