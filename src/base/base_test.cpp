// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace starkeep {
namespace {

TEST(Error, OfSeveralHasAllTextsAndEachHintOnce)
{
    const Error all = combined(
        {Error(ErrorCode::Denied, "first", "Ask."),
         Error(ErrorCode::Exists, "second", "Ask.").during("outside"),
         Error(ErrorCode::Exists, "third", "Look.")}
    );

    EXPECT_EQ(all.code(), ErrorCode::Denied);
    EXPECT_EQ(all.text(), "3 things stand in the way: first; outside: second; third\nAsk. Look.");
    EXPECT_EQ(combined({Error(ErrorCode::Exists, "alone", "Look.")}).text(), "alone\nLook.");
}

TEST(Error, PutsTheOutermostActFirstAndTheHintOnALineOfItsOwn)
{
    const Error error = Error(ErrorCode::Corrupt, "checksum differs", "Run check.")
                            .during("reading pack 3f")
                            .during("restoring");

    EXPECT_EQ(error.text(), "restoring: reading pack 3f: checksum differs\nRun check.");
    EXPECT_EQ(exit_status(ErrorCode::Corrupt), 4);
    EXPECT_EQ(exit_status(ErrorCode::Denied), 5);
}

TEST(Hex, IsWrittenInLowerCaseAndReadInEither)
{
    const std::array bytes{std::byte{0x00}, std::byte{0xAB}, std::byte{0xff}};
    std::array<std::byte, 3> read{};

    EXPECT_EQ(to_hex(bytes), "00abff");
    EXPECT_TRUE(from_hex("00AbfF", read));
    EXPECT_EQ(read, bytes);
}

TEST(Hex, OfAnotherLengthOrWithOtherDigitsIsRefused)
{
    std::array<std::byte, 2> out{};

    for (const char* text : {"", "abc", "abcde", "abcdef", "abcg", "+1ab", "ab 1"}) {
        EXPECT_FALSE(from_hex(text, out)) << text;
    }
}

TEST(Id, ComesBackFromItsHexAndItsBytes)
{
    const std::string hex = "000102030405060708090a0b0c0d0e0f";

    const auto id = PackId::from_hex(hex);

    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id->hex(), hex);
    EXPECT_EQ(PackId::from_bytes(id->view()), id);
    EXPECT_FALSE(PackId::from_hex(hex + "00").has_value());
    EXPECT_FALSE(PackId::from_bytes(as_bytes("short")).has_value());
}

Result<int> half(int number)
{
    if (number % 2 != 0) {
        return Error{ErrorCode::InvalidInput, "odd"};
    }
    return number / 2;
}

Result<int> quarter(int number)
{
    TRY_LET(const int once, half(number));
    return half(once);
}

TEST(Result, CarriesTheFirstErrorOutOfTry)
{
    ASSERT_OK_AND_LET(const int value, quarter(12));
    EXPECT_EQ(value, 3);
    EXPECT_ERROR(quarter(3), ErrorCode::InvalidInput);
    EXPECT_ERROR(quarter(6), ErrorCode::InvalidInput);
}

TEST(Result, HandsOverWhatCanOnlyBeMoved)
{
    Result<std::unique_ptr<int>> made = std::make_unique<int>(5);

    const std::unique_ptr<int> taken = std::move(made).value();

    EXPECT_EQ(*taken, 5);
}

TEST(ResultDeathTest, EndsTheProcessWhenTheWrongHalfIsTaken)
{
    EXPECT_DEATH(static_cast<void>(half(1).value()), "broken promise");
    EXPECT_DEATH(static_cast<void>(half(2).error()), "broken promise");
}

}  // namespace
}  // namespace starkeep
