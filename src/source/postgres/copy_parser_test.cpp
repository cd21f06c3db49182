// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/copy_parser.hpp"
#include "source/postgres/reading_test.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::HasSubstr;

std::string message(char type, const std::string& payload)
{
    std::string out(1, type);
    const auto length = static_cast<std::uint32_t>(payload.size() + 4);
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += static_cast<char>(length >> static_cast<unsigned>(shift));
    }
    return out + payload;
}

const std::string kBegin = message('H', std::string(3, '\0'));
const std::string kEnd =
    message('c', "") + message('C', std::string("COPY 2\0", 7)) + message('Z', "T");

/// The answer, fed in pieces of the sizes given, over and over.
Result<void>
feed(CopyParser& parser, const std::string& answer, const std::vector<std::size_t>& sizes)
{
    ByteView left = as_bytes(answer);
    for (std::size_t i = 0; !left.empty(); ++i) {
        const std::size_t size = std::min(left.size(), sizes[i % sizes.size()]);
        TRY(parser.feed(left.first(size)));
        left = left.subspan(size);
    }
    return {};
}

TEST(CopyParser, GivesTheSameRowsHoweverItsInputIsCut)
{
    const bool held = rc::check([] {
        const auto texts = *rc::gen::container<std::vector<std::string>>(
            rc::gen::container<std::string>(rc::gen::inRange('a', 'e'))
        );
        const auto sizes = *rc::gen::nonEmpty(
            rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 9))
        );
        std::string answer = message('N', "notice") + kBegin;
        std::vector<std::string> rows;
        for (const std::string& text : texts) {
            rows.push_back(text + "\n");
            answer += message('d', rows.back()) + message('S', "parameter");
        }
        RowList list;
        CopyParser parser(list);

        RC_ASSERT(feed(parser, answer + kEnd, sizes).ok());

        RC_ASSERT(list.rows == rows);
        RC_ASSERT(parser.finished());
        RC_ASSERT(parser.outcome().ok());
    });
    EXPECT_TRUE(held);
}

TEST(CopyParser, IsUnfinishedUntilTheLastByteOfTheAnswer)
{
    const std::string answer = kBegin + message('d', "1\n") + kEnd;
    for (std::size_t length = 0; length < answer.size(); ++length) {
        RowList list;
        CopyParser parser(list);
        ASSERT_OK(feed(parser, answer.substr(0, length), {7}));
        EXPECT_FALSE(parser.finished()) << length;
        EXPECT_ERROR(parser.outcome(), ErrorCode::Unavailable);
    }
}

TEST(CopyParser, EndsARowOnlyAtItsNewline)
{
    RowList list;
    CopyParser parser(list);

    ASSERT_OK(feed(parser, kBegin + message('d', "1\t") + message('d', "2\n") + kEnd, {100}));

    EXPECT_THAT(list.rows, ::testing::ElementsAre("1\t2\n"));
}

TEST(CopyParser, TellsTheServersErrorAfterHalfTheRows)
{
    RowList list;
    CopyParser parser(list);
    const std::string error("SERROR\0C42501\0Mno, never\0HAsk.\0\0", 32);

    ASSERT_OK(
        feed(parser, kBegin + message('d', "1\n") + message('E', error) + message('Z', "E"), {3})
    );

    EXPECT_TRUE(parser.finished());
    EXPECT_ERROR(parser.outcome(), ErrorCode::Denied);
    EXPECT_THAT(parser.outcome().error().text(), HasSubstr("no, never"));
}

TEST(CopyParser, RefusesWhatTheProtocolDoesNotAllow)
{
    struct Case {
        const char* name;
        std::string answer;
    };
    const std::vector<Case> cases{
        {.name = "unknown type", .answer = message('x', "")},
        {.name = "length below its own size", .answer = std::string("d\0\0\0\3", 5)},
        {.name = "length beyond a signed number", .answer = std::string("N\x80\0\0\0", 5)},
        {.name = "a long message that is no row", .answer = std::string("N\0\x10\0\5", 5)},
        {.name = "rows before the beginning", .answer = message('d', "1\n")},
        {.name = "rows after the end", .answer = kBegin + message('c', "") + message('d', "1\n")},
        {.name = "the end inside a row", .answer = kBegin + message('d', "1") + message('c', "")},
        {.name = "binary rows", .answer = message('H', std::string("\1\0\0", 3))},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        RowList list;
        CopyParser parser(list);
        EXPECT_ERROR(feed(parser, one.answer, {100}), ErrorCode::Unavailable);
    }
}

TEST(CopyParser, NeverBreaksOnRandomBytes)
{
    EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& noise) {
        RowList list;
        CopyParser parser(list);
        const std::string text = kBegin + std::string(noise.begin(), noise.end());
        static_cast<void>(feed(parser, text, {5}));
    }));
}

}  // namespace
}  // namespace starkeep::source::postgres
