// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
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

TEST(ByteReader, ReadsLittleEndianIntegersOfEveryWidth)
{
    const Bytes bytes = from_digits("01"
                                    "0203"
                                    "04050607"
                                    "08090a0b0c0d0e0f");
    ByteReader reader(bytes, "test");

    ASSERT_OK_AND_LET(const std::uint8_t one, reader.u8());
    ASSERT_OK_AND_LET(const std::uint16_t two, reader.u16());
    ASSERT_OK_AND_LET(const std::uint32_t four, reader.u32());
    ASSERT_OK_AND_LET(const std::uint64_t eight, reader.u64());

    EXPECT_EQ(one, 0x01);
    EXPECT_EQ(two, 0x0302);
    EXPECT_EQ(four, 0x07060504U);
    EXPECT_EQ(eight, 0x0f0e0d0c0b0a0908U);
    EXPECT_OK(reader.finish());
}

TEST(ByteReader, TakesApartWhatTheWriterPutTogether)
{
    EXPECT_TRUE(rc::check(
        "numbers and byte strings come back",
        [](const std::vector<std::uint64_t>& numbers, const std::string& text) {
            ByteWriter writer;
            for (const std::uint64_t number : numbers) {
                writer.varint(number);
                writer.varint(number >> (number % 64));
                writer.u64(number);
                writer.u32(static_cast<std::uint32_t>(number));
                writer.u16(static_cast<std::uint16_t>(number));
            }
            writer.prefixed(as_bytes(text));

            ByteReader reader(writer.bytes(), "test");

            for (const std::uint64_t number : numbers) {
                RC_ASSERT(*reader.varint() == number);
                RC_ASSERT(*reader.varint() == number >> (number % 64));
                RC_ASSERT(*reader.u64() == number);
                RC_ASSERT(*reader.u32() == static_cast<std::uint32_t>(number));
                RC_ASSERT(*reader.u16() == static_cast<std::uint16_t>(number));
            }
            RC_ASSERT(as_text(*reader.prefixed()) == text);
            RC_ASSERT(reader.finish().ok());
        }
    ));
}

TEST(ByteReader, RefusesVarintsThatAreTooLongTooLargeOrUnfinished)
{
    struct Case {
        const char* name;
        const char* digits;
    };
    const std::array<Case, 6> cases = {{
        {.name = "a needless zero group", .digits = "8000"},
        {.name = "two needless zero groups", .digits = "ff8000"},
        {.name = "65 bits", .digits = "ffffffffffffffffff02"},
        {.name = "eleven groups", .digits = "8080808080808080808001"},
        {.name = "no end", .digits = "ff"},
        {.name = "nothing", .digits = ""},
    }};
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        const Bytes bytes = from_digits(test.digits);
        EXPECT_ERROR(ByteReader(bytes, "test").varint(), ErrorCode::Corrupt);
    }
}

TEST(ByteReader, ReadsTheLargestVarint)
{
    const Bytes bytes = from_digits("ffffffffffffffffff01");

    ASSERT_OK_AND_LET(const std::uint64_t value, ByteReader(bytes, "test").varint());

    EXPECT_EQ(value, std::numeric_limits<std::uint64_t>::max());
}

TEST(ByteReader, RefusesNumbersBeyond32BitsWhereTheyMustFit)
{
    ByteWriter writer;
    writer.varint(std::uint64_t{1} << 32U);

    EXPECT_ERROR(ByteReader(writer.bytes(), "test").varint32(), ErrorCode::Corrupt);
}

TEST(ByteReader, RefusesCountsAndLengthsThatTheBytesCannotHold)
{
    ByteWriter writer;
    writer.varint(3);
    writer.u32(0);

    EXPECT_OK(ByteReader(writer.bytes(), "test").count(1));
    EXPECT_ERROR(ByteReader(writer.bytes(), "test").count(2), ErrorCode::Corrupt);

    ByteWriter huge;
    huge.varint(std::numeric_limits<std::uint64_t>::max());
    huge.u8(0);
    EXPECT_ERROR(ByteReader(huge.bytes(), "test").prefixed(), ErrorCode::Corrupt);
}

TEST(ByteReader, NamesWhatIsReadAndWhere)
{
    const Bytes bytes(3);
    ByteReader reader(bytes, "pack 3f");
    ASSERT_OK(reader.u16());

    const auto result = reader.u16();

    EXPECT_ERROR(result, ErrorCode::Corrupt);
    EXPECT_EQ(result.error().text(), "pack 3f: end of the data before byte 2");
}

TEST(ByteReader, RefusesToFinishWhenBytesAreLeft)
{
    const Bytes bytes(3);
    ByteReader reader(bytes, "test");
    ASSERT_OK(reader.u16());

    EXPECT_ERROR(reader.finish(), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::codec
