// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace starkeep::json {
namespace {

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, KeepsTheOrderOfMembers)
{
    ASSERT_OK_AND_LET(
        const Json value, parse(R"( {"b": 1, "a": [true, null, "x", -2, 1.5], "c": {}} )")
    );

    EXPECT_EQ(format(value), R"({"b":1,"a":[true,null,"x",-2,1.5],"c":{}})");
}

TEST(Json, RefusesWhatIsNotOneDocument)
{
    for (const char* text :
         {"", "{", "[1,]", "{} {}", "nul", "{\"a\" 1}", "\"\x01\"", "\"\xff\"", "1e999", "[1", "01"
         }) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(parse(text), ErrorCode::Corrupt);
    }
}

TEST(Json, TellsTheByteOfASyntaxError)
{
    const Result<Json> parsed = parse("[1, x]");

    EXPECT_ERROR(parsed, ErrorCode::Corrupt);
    EXPECT_EQ(parsed.error().message(), "JSON: syntax error at byte 4");
}

TEST(Json, TellsTheEndAsTheByteOfATruncatedDocument)
{
    const Result<Json> parsed = parse("[1, 2");

    EXPECT_ERROR(parsed, ErrorCode::Corrupt);
    EXPECT_EQ(parsed.error().message(), "JSON: syntax error at byte 5");
}

TEST(Json, TakesSixtyFourLevelsAndNoMore)
{
    EXPECT_TRUE(parse(nested(64)).ok());
    EXPECT_ERROR(parse(nested(65)), ErrorCode::Corrupt);
}

TEST(Json, SurvivesAMillionOpenBrackets)
{
    EXPECT_ERROR(parse(std::string(1'000'000, '[')), ErrorCode::Corrupt);
    EXPECT_ERROR(parse(nested(1'000'000)), ErrorCode::Corrupt);
}

TEST(Json, RefusesAMemberThatAppearsTwice)
{
    const Result<Json> parsed = parse(R"({"id": 1, "x": {"id": 2}, "id": 3})");

    EXPECT_ERROR(parsed, ErrorCode::Corrupt);
    EXPECT_EQ(parsed.error().message(), "JSON: member \"id\" appears twice");
    EXPECT_TRUE(parse(R"([{"id": 1}, {"id": 1}])").ok());
}

TEST(Json, ReplacesBrokenUtf8WhenWriting)
{
    EXPECT_EQ(format(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonMember, IsReadByItsType)
{
    ASSERT_OK_AND_LET(
        const Json object,
        parse(R"({"s": "x", "u": 18446744073709551615, "b": true, "a": [1], "o": {"k": 2}})")
    );

    ASSERT_OK_AND_LET(const std::string text, get_string(object, "s"));
    EXPECT_EQ(text, "x");
    ASSERT_OK_AND_LET(const std::uint64_t number, get_unsigned(object, "u"));
    EXPECT_EQ(number, std::numeric_limits<std::uint64_t>::max());
    ASSERT_OK_AND_LET(const bool truth, get_bool(object, "b"));
    EXPECT_TRUE(truth);
    ASSERT_OK_AND_LET(const Json array, get_array(object, "a"));
    EXPECT_EQ(array, Json::array({1}));
    ASSERT_OK_AND_LET(const Json inner, get_object(object, "o"));
    ASSERT_OK_AND_LET(const std::uint64_t two, get_unsigned(inner, "k"));
    EXPECT_EQ(two, 2U);
}

TEST(JsonMember, OfADocumentMadeInMemoryReadsAsUnsignedWhenNotNegative)
{
    ASSERT_OK_AND_LET(const std::uint64_t number, get_unsigned(Json{{"n", 5}}, "n"));

    EXPECT_EQ(number, 5U);
    EXPECT_ERROR(get_unsigned(Json{{"n", -5}}, "n"), ErrorCode::Corrupt);
}

TEST(JsonMember, OfAnotherTypeOrRangeIsCorruptAndNamed)
{
    ASSERT_OK_AND_LET(
        const Json object,
        parse(
            R"({"s": 1, "u": -1, "big": 18446744073709551616, "f": 1.0, "b": 0, "a": {}, "o": []})"
        )
    );

    EXPECT_ERROR(get_string(object, "s"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_unsigned(object, "u"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_unsigned(object, "big"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_unsigned(object, "f"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_bool(object, "b"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_array(object, "a"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_object(object, "o"), ErrorCode::Corrupt);
    EXPECT_NE(get_bool(object, "b").error().message().find("\"b\""), std::string::npos);
}

TEST(JsonMember, ThatIsMissingOrAskedOfNoObjectIsCorrupt)
{
    EXPECT_ERROR(get_string(Json::object(), "name"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_string(Json::array(), "name"), ErrorCode::Corrupt);
    EXPECT_ERROR(get_string(Json(nullptr), "name"), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::json
