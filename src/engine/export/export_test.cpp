// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "engine/copy_text.hpp"
#include "engine/export/output_buffer.hpp"
#include "engine/export/row_filter.hpp"
#include "engine/export/row_format.hpp"
#include "engine/point_reader.hpp"
#include "repository/manifest.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {
namespace {

repository::ManifestObject object(std::vector<std::pair<std::string, std::string>> columns)
{
    repository::ManifestObject made;
    made.name = "public.t";
    made.columns = std::move(columns);
    return made;
}

/// What a writer makes of COPY text that arrives in pieces of `piece` bytes.
template <typename Writer>
std::string
written(const repository::ManifestObject& made, std::string_view copy, std::size_t piece)
{
    std::string out;
    const ByteSink sink = [&](ByteView bytes) {
        out += as_text(bytes);
        return Result<void>();
    };
    OutputBuffer buffer(sink);
    Writer writer(made, buffer);
    CopyTextDecoder decoder(writer);
    for (std::size_t at = 0; at < copy.size(); at += piece) {
        if (const Result<void> added = decoder.add(as_bytes(copy.substr(at, piece))); !added.ok()) {
            return added.error().text();
        }
    }
    return buffer.flush().ok() ? out : "not flushed";
}

class ExportInPieces : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(OfAnySize, ExportInPieces, testing::Values(1, 2, 3, 7, 1000));

TEST_P(ExportInPieces, MakesJsonOfEveryKindOfValue)
{
    const auto made = object(
        {{"id", "bigint"},
         {"price", "numeric(10,2)"},
         {"ok", "boolean"},
         {"doc", "jsonb"},
         {"note", "text"}}
    );

    EXPECT_EQ(
        written<NdjsonWriter>(
            made,
            "1\t2.50\tt\t{\"a\": [1, \"x\\\\ny\"]}\ttab\\there \"quoted\"\\\\\n"
            "2\tNaN\tf\t\\N\t\n"
            "3\t\\N\t\\N\tnull\t\\N\n",
            GetParam()
        ),
        "{\"id\":1,\"price\":2.50,\"ok\":true,\"doc\":{\"a\": [1, "
        "\"x\\ny\"]},\"note\":\"tab\\u0009here \\\"quoted\\\"\\\\\"}\n"
        "{\"id\":2,\"price\":\"NaN\",\"ok\":false,\"doc\":null,\"note\":\"\"}\n"
        "{\"id\":3,\"price\":null,\"ok\":null,\"doc\":null,\"note\":null}\n"
    );
}

TEST_P(ExportInPieces, MakesJsonOfArrays)
{
    const auto made = object(
        {{"n", "numeric(10,2)[]"},
         {"b", "boolean[]"},
         {"t", "text[]"},
         {"j", "jsonb[]"},
         {"own", "public.shape[]"}}
    );

    EXPECT_EQ(
        written<NdjsonWriter>(
            made,
            "{1.50,NaN,NULL}\t{t,f}\t{plain,NULL,\"NULL\",\"\",\"a,\\\\\"b\\\\\\\\\"}\t"
            "{\"{\\\\\"a\\\\\": 1}\",7,NULL}\t{x:y}\n"
            "[2:3]={1,2}\t{{t},{f}}\t{}\t{}\t\\N\n",
            GetParam()
        ),
        R"({"n":[1.50,"NaN",null],"b":[true,false],"t":["plain",null,"NULL","","a,\"b\\"],)"
        R"("j":[{"a": 1},7,null],"own":"{x:y}"})"
        "\n"
        R"({"n":[1,2],"b":[[true],[false]],"t":[],"j":[],"own":null})"
        "\n"
    );
}

TEST_P(ExportInPieces, MakesJsonOfWhatTheSourceFoundBehindATypeOfSomebodysOwn)
{
    auto made = object({{"cost", "public.price"}, {"moods", "public.mood[]"}});
    made.facts = {{"value_types", {{"cost", "numeric(10,2)"}, {"moods", "public.mood[]"}}}};

    EXPECT_EQ(
        written<NdjsonWriter>(made, "2.50\t{calm,\"so so\"}\n", GetParam()),
        "{\"cost\":2.50,\"moods\":[\"calm\",\"so so\"]}\n"
    );
}

TEST(NdjsonWriter, RefusesAnArrayThatIsNoneOrIsNotComplete)
{
    const auto made = object({{"n", "integer[]"}});
    for (const char* text : {"7\n", "{1,2\n", "{1}}\n", "\n"}) {
        SCOPED_TRACE(text);
        EXPECT_THAT(written<NdjsonWriter>(made, text, 100), testing::HasSubstr("stored array"));
    }
}

TEST_P(ExportInPieces, KeepsAJsonValueOnOneLine)
{
    EXPECT_EQ(
        written<NdjsonWriter>(object({{"doc", "json"}}), "{\"a\":\\n 1}\n", GetParam()),
        "{\"doc\":{\"a\":  1}}\n"
    );
}

TEST_P(ExportInPieces, MakesCsvThatTellsNullFromEmpty)
{
    const auto made = object({{"a", "text"}, {"b", "text"}});

    EXPECT_EQ(
        written<CsvWriter>(made, "say \"hi\", you\tline\\nend\n\\N\t\n\t\\N\n", GetParam()),
        "\"say \"\"hi\"\", you\",\"line\nend\"\n,\"\"\n\"\",\n"
    );
}

TEST_P(ExportInPieces, CountsRowsAndSumsDigestsAsForWholeRows)
{
    const std::string rows = "a\tb\n\nlonger row\\n with escape\n";
    codec::Digest expected;
    for (const std::string_view row : {"a\tb\n", "\n", "longer row\\n with escape\n"}) {
        expected += codec::digest_of_row(as_bytes(row));
    }
    RowCounter counter;

    for (std::size_t at = 0; at < rows.size(); at += GetParam()) {
        counter.add(as_bytes(std::string_view(rows).substr(at, GetParam())));
    }

    EXPECT_EQ(counter.rows(), 3U);
    EXPECT_EQ(counter.digest(), expected);
    EXPECT_TRUE(counter.whole());
}

TEST_P(ExportInPieces, FindsRowsByTheValueOfAColumn)
{
    const std::string rows = "1\tred\n2\tr\n3\tredder\n4\t\\N\n5\tred\n";
    RowMatcher matcher(1, "red");
    CopyTextDecoder decoder(matcher);
    std::string passed;

    for (std::size_t at = 0; at < rows.size(); at += GetParam()) {
        ASSERT_OK(decoder.add(as_bytes(std::string_view(rows).substr(at, GetParam()))));
    }
    RowGate gate(matcher.matches());
    for (std::size_t at = 0; at < rows.size(); at += GetParam()) {
        ASSERT_OK(gate.pass(
            as_bytes(std::string_view(rows).substr(at, GetParam())),
            [&](ByteView bytes) {
                passed += as_text(bytes);
                return Result<void>();
            }
        ));
    }

    EXPECT_EQ(passed, "1\tred\n5\tred\n");
}

TEST(CopyTextDecoder, RefusesAnEscapeThatTheFormatDoesNotHave)
{
    RowMatcher matcher(0, "");
    CopyTextDecoder decoder(matcher);

    EXPECT_ERROR(decoder.add(as_bytes("\\q\n")), ErrorCode::Corrupt);
}

TEST(NdjsonWriter, RefusesARowWithMoreFieldsThanColumns)
{
    EXPECT_EQ(
        written<NdjsonWriter>(object({{"a", "text"}}), "1\t2\n", 100),
        "a stored row has more than its 1 columns"
    );
}

TEST(CsvWriter, WritesAnEmptyLineForARowWithoutColumns)
{
    EXPECT_EQ(written<CsvWriter>(object({}), "\n", 1), "\n");
}

}  // namespace
}  // namespace starkeep::engine
