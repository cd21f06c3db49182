// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/rsa.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

namespace starkeep::codec {
namespace {

TEST(RsaKey, VerifiesWhatItSignedAndNothingElse)
{
    const RsaKey key = RsaKey::generate();

    const Bytes signature = key.sign_sha256(as_bytes("header.claims"));

    EXPECT_TRUE(key.verifies_sha256(as_bytes("header.claims"), signature));
    EXPECT_FALSE(key.verifies_sha256(as_bytes("header.clAims"), signature));
    EXPECT_FALSE(key.verifies_sha256(as_bytes("header.claims"), ByteView(signature).first(255)));
    EXPECT_FALSE(key.verifies_sha256(as_bytes("header.claims"), {}));
}

TEST(RsaKey, IsTheSameAfterItsPemIsReadAgain)
{
    const RsaKey key = RsaKey::generate();
    const Secret pem = key.format_pem();

    ASSERT_OK_AND_LET(const RsaKey again, RsaKey::parse_pem(pem.reveal()));

    EXPECT_EQ(again.public_numbers().modulus, key.public_numbers().modulus);
    EXPECT_TRUE(again.verifies_sha256(as_bytes("x"), key.sign_sha256(as_bytes("x"))));
}

TEST(RsaKey, PublishesItsNumbersWithoutLeadingZeros)
{
    const RsaPublicNumbers numbers = RsaKey::generate().public_numbers();

    EXPECT_EQ(numbers.modulus.size(), 256U);
    EXPECT_EQ(to_hex(numbers.exponent), "010001");
}

TEST(RsaKey, RefusesTextThatIsNoKey)
{
    EXPECT_ERROR(RsaKey::parse_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n"), ErrorCode::Corrupt);
    EXPECT_ERROR(RsaKey::parse_pem(""), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::codec
