// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "codec/aead.hpp"
#include "codec/hash.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace starkeep::codec {
namespace {

Bytes from_digits(std::string_view digits)
{
    Bytes out(digits.size() / 2);
    EXPECT_TRUE(from_hex(digits, out));
    return out;
}

/// Cipher text and tag.
Bytes seal(Aead& cipher, const Nonce& nonce, ByteView authenticated, ByteView text)
{
    Bytes out(text.begin(), text.end());
    out.resize(text.size() + kAeadTagBytes);
    const std::span<std::byte> all(out);
    cipher.seal(nonce, {authenticated}, all.first(text.size()), all.last<kAeadTagBytes>());
    return out;
}

// The GCM specification of McGrew and Viega, appendix B, test cases 13, 14 and 16 (AES-256).
TEST(Aead, AgreesWithThePublishedVectors)
{
    struct Case {
        const char* name;
        const char* key;
        const char* nonce;
        const char* text;
        const char* authenticated;
        const char* sealed;
    };
    constexpr const char* kZeros =
        "0000000000000000000000000000000000000000000000000000000000000000";
    const std::array<Case, 3> cases = {{
        {.name = "case 13",
         .key = kZeros,
         .nonce = "000000000000000000000000",
         .text = "",
         .authenticated = "",
         .sealed = "530f8afbc74536b9a963b4f1c4cb738b"},
        {.name = "case 14",
         .key = kZeros,
         .nonce = "000000000000000000000000",
         .text = "00000000000000000000000000000000",
         .authenticated = "",
         .sealed = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
        {.name = "case 16",
         .key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
         .nonce = "cafebabefacedbaddecaf888",
         .text = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532"
                 "fcf0e2449a6b525"
                 "b16aedf5aa0de657ba637b39",
         .authenticated = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         .sealed = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3"
                   "da7b08b1056828838"
                   "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
    }};
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        Key256 key;
        Nonce nonce{};
        ASSERT_TRUE(from_hex(test.key, key.bytes) && from_hex(test.nonce, nonce));
        Aead cipher(key);

        const Bytes sealed =
            seal(cipher, nonce, from_digits(test.authenticated), from_digits(test.text));

        EXPECT_EQ(to_hex(sealed), test.sealed);
        Bytes opened(sealed.size() - kAeadTagBytes);
        ASSERT_OK(cipher.open(nonce, {from_digits(test.authenticated)}, sealed, opened));
        EXPECT_EQ(to_hex(opened), test.text);
    }
}

TEST(Aead, RefusesEveryFlippedBitOfTextTagAndWhatIsBoundToThem)
{
    EXPECT_TRUE(rc::check(
        "a flipped bit is found",
        [](std::vector<std::uint8_t> text, std::uint16_t where) {
            Aead cipher{Key256{}};
            const Bytes plain(
                std::as_bytes(std::span(text)).begin(), std::as_bytes(std::span(text)).end()
            );
            Bytes authenticated = to_bytes("header");
            Bytes sealed = seal(cipher, {}, authenticated, plain);
            const std::size_t bit = where % ((sealed.size() + authenticated.size()) * 8);
            std::byte& victim =
                bit / 8 < sealed.size() ? sealed[bit / 8] : authenticated[bit / 8 - sealed.size()];
            victim ^= static_cast<std::byte>(1U << (bit % 8));

            Bytes opened(plain.size());
            const auto result = cipher.open({}, {authenticated}, sealed, opened);

            RC_ASSERT(!result.ok());
            RC_ASSERT(result.error().code() == ErrorCode::Corrupt);
        }
    ));
}

TEST(Aead, RefusesAnotherNonceAndAnotherKey)
{
    Aead cipher{Key256{}};
    const Bytes sealed = seal(cipher, {}, {}, as_bytes("text"));
    Bytes out(4);

    EXPECT_ERROR(cipher.open(Nonce{std::byte{1}}, {}, sealed, out), ErrorCode::Corrupt);
    Key256 other;
    other.bytes[0] = std::byte{1};
    EXPECT_ERROR(Aead(other).open({}, {}, sealed, out), ErrorCode::Corrupt);
}

TEST(Aead, RefusesWhatIsShorterThanATag)
{
    Bytes out;
    EXPECT_ERROR(Aead(Key256{}).open({}, {}, Bytes(15), out), ErrorCode::Corrupt);
}

TEST(Aead, SealsAgainAfterARefusal)
{
    Aead cipher{Key256{}};
    Bytes sealed = seal(cipher, {}, {}, as_bytes("text"));
    sealed[0] ^= std::byte{1};
    Bytes out(4);
    EXPECT_ERROR(cipher.open({}, {}, sealed, out), ErrorCode::Corrupt);
    sealed[0] ^= std::byte{1};

    ASSERT_OK(cipher.open({}, {}, sealed, out));

    EXPECT_EQ(as_text(out), "text");
}

}  // namespace
}  // namespace starkeep::codec
