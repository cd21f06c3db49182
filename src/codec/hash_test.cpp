// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "codec/hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace starkeep::codec {
namespace {

Bytes counting(unsigned first, std::size_t count)
{
    Bytes out(count);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<std::byte>(first + i);
    }
    return out;
}

TEST(Sha256, AgreesWithThePublishedVectors)  // FIPS 180-4 examples
{
    EXPECT_EQ(
        to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    EXPECT_EQ(
        to_hex(sha256(as_bytes("abc"))),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(HmacSha256, AgreesWithThePublishedVectors)  // RFC 4231 section 4
{
    struct Case {
        const char* name;
        Bytes key;
        Bytes text;
        const char* expected;
    };
    const std::array<Case, 4> cases = {{
        {.name = "case 1",
         .key = Bytes(20, std::byte{0x0b}),
         .text = to_bytes("Hi There"),
         .expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {.name = "case 2",
         .key = to_bytes("Jefe"),
         .text = to_bytes("what do ya want for nothing?"),
         .expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {.name = "case 3",
         .key = Bytes(20, std::byte{0xaa}),
         .text = Bytes(50, std::byte{0xdd}),
         .expected = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {.name = "case 6",
         .key = Bytes(131, std::byte{0xaa}),
         .text = to_bytes("Test Using Larger Than Block-Size Key - Hash Key First"),
         .expected = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    }};
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        EXPECT_EQ(to_hex(HmacSha256(test.key).of({test.text})), test.expected);
    }
}

TEST(HmacSha256, HashesPiecesLikeTheirConcatenation)
{
    const HmacSha256 hmac(as_bytes("key"));

    EXPECT_EQ(hmac.of({as_bytes("ab"), {}, as_bytes("c")}), hmac.of({as_bytes("abc")}));
    EXPECT_NE(hmac.of({as_bytes("abc")}), hmac.of({as_bytes("abd")}));
}

TEST(HmacSha256, ServesManyThreadsAtOnce)
{
    const HmacSha256 hmac(as_bytes("key"));
    const Bytes text(100'000, std::byte{7});
    const Hash256 expected = hmac.of({text});

    std::array<int, 4> faults{};
    {
        std::vector<std::jthread> threads;
        for (int& count : faults) {
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i) {
                    count += hmac.of({text}) == expected ? 0 : 1;
                }
            });
        }
    }

    EXPECT_EQ(faults, (std::array<int, 4>{}));
}

TEST(Hkdf, AgreesWithThePublishedVectors)  // RFC 5869 appendix A
{
    struct Case {
        const char* name;
        Bytes secret;
        Bytes salt;
        Bytes info;
        std::string expected;
    };
    const std::array<Case, 3> cases = {{
        {.name = "case 1",
         .secret = Bytes(22, std::byte{0x0b}),
         .salt = counting(0, 13),
         .info = counting(0xf0, 10),
         .expected =
             "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        },
        {.name = "case 2",
         .secret = counting(0, 80),
         .salt = counting(0x60, 80),
         .info = counting(0xb0, 80),
         .expected = "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78"
                     "27271cb41c65e590e09"
                     "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
        {.name = "case 3",
         .secret = Bytes(22, std::byte{0x0b}),
         .salt = {},
         .info = {},
         .expected =
             "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        },
    }};
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        Bytes out(test.expected.size() / 2);
        hkdf_sha256(test.secret, test.salt, test.info, out);
        EXPECT_EQ(to_hex(out), test.expected);
    }
}

TEST(Key256, IsWipedWhenItGoes)
{
    alignas(Key256) std::array<std::byte, sizeof(Key256)> place{};
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): placed, and ended by hand below; the array owns the bytes
    auto* key = new (place.data()) Key256();
    key->bytes.fill(std::byte{0x5a});

    key->~Key256();

    EXPECT_EQ(Bytes(place.begin(), place.end()), Bytes(sizeof(Key256)));
}

}  // namespace
}  // namespace starkeep::codec
