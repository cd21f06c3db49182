// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "localcloud/machinery/dns_message.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace starkeep::localcloud {
namespace {

Bytes from_digits(std::string_view digits)
{
    Bytes out(digits.size() / 2);
    EXPECT_TRUE(from_hex(digits, out));
    return out;
}

/// Header of a query with id 1234 that wants recursion, for the given numbers of questions and additional records.
std::string header(std::string_view questions = "0001", std::string_view additional = "0000")
{
    return "1234"
           "0100" +
           std::string(questions) +
           "0000"
           "0000" +
           std::string(additional);
}

const std::string kQuestion = "03"
                              "412d62"
                              "03"
                              "636f6d"
                              "00"
                              "0001"
                              "0001";  // A-b.com A IN

TEST(DnsMessage, ReadsAQuestionInLowerCase)
{
    ASSERT_OK_AND_LET(const DnsQuery query, parse_dns_query(from_digits(header() + kQuestion)));

    EXPECT_EQ(query.id, 0x1234);
    EXPECT_EQ(query.name, "a-b.com");
    EXPECT_EQ(query.type, 1);
    EXPECT_TRUE(query.wants_recursion);
    EXPECT_TRUE(query.is_internet);
    EXPECT_EQ(query.answer_limit_bytes, 512U);
}

TEST(DnsMessage, TakesTheLimitOfAnOptionsRecord)
{
    ASSERT_OK_AND_LET(
        const DnsQuery query,
        parse_dns_query(from_digits(
            header("0001", "0001") + kQuestion +
            "00"
            "0029"
            "04d0"
            "00000000"
            "0000"
        ))
    );

    EXPECT_TRUE(query.has_options);
    EXPECT_EQ(query.answer_limit_bytes, 1232U);
}

TEST(DnsMessage, RefusesEveryBeginningOfAQuery)
{
    const Bytes whole = from_digits(header() + kQuestion);

    for (std::size_t size = 0; size < whole.size(); ++size) {
        SCOPED_TRACE(size);
        EXPECT_ERROR(parse_dns_query(ByteView(whole).first(size)), ErrorCode::InvalidInput);
    }
}

TEST(DnsMessage, RefusesAnswersAndOtherNumbersOfQuestions)
{
    EXPECT_ERROR(
        parse_dns_query(from_digits("123481000001000000000000" + kQuestion)),
        ErrorCode::InvalidInput
    );
    EXPECT_ERROR(parse_dns_query(from_digits(header("0000"))), ErrorCode::InvalidInput);
    EXPECT_ERROR(
        parse_dns_query(from_digits(header("0002") + kQuestion + kQuestion)),
        ErrorCode::InvalidInput
    );
}

TEST(DnsMessage, RefusesNamesThatPointToThemselvesOrForward)
{
    EXPECT_ERROR(
        parse_dns_query(from_digits(
            header() + "c00c"
                       "0001"
                       "0001"
        )),
        ErrorCode::InvalidInput
    );
    EXPECT_ERROR(
        parse_dns_query(from_digits(
            header() + "c020"
                       "0001"
                       "0001"
        )),
        ErrorCode::InvalidInput
    );
    EXPECT_ERROR(
        parse_dns_query(from_digits(
            header() + "0161c00c"
                       "0001"
                       "0001"
        )),
        ErrorCode::InvalidInput
    );
}

TEST(DnsMessage, RefusesNamesOfMoreThan255Bytes)
{
    std::string name;
    for (int i = 0; i < 5; ++i) {
        name += "3f";
        for (int c = 0; c < 63; ++c) {
            name += "61";
        }
    }

    EXPECT_ERROR(
        parse_dns_query(from_digits(
            header() + name +
            "00"
            "0001"
            "0001"
        )),
        ErrorCode::InvalidInput
    );
}

TEST(DnsMessage, WritesTheChainOfNamesAndTheAddress)
{
    const DnsQuery query{.id = 7, .wants_recursion = true, .name = "a.b", .type = 1};
    const DnsAnswer answer{
        .records =
            {{.name = "a.b", .ttl_seconds = 60, .value = std::string("c.d")},
             {.name = "c.d", .ttl_seconds = 10, .value = Address{0x0A320005U}}}
    };

    EXPECT_EQ(
        to_hex(format_dns_answer(query, answer, 512)),
        "0007"
        "8180"
        "0001"
        "0002"
        "0000"
        "0000"
        "0161016200"
        "0001"
        "0001"
        "0161016200"
        "0005"
        "0001"
        "0000003c"
        "0005"
        "0163016400"
        "0163016400"
        "0001"
        "0001"
        "0000000a"
        "0004"
        "0a320005"
    );
}

TEST(DnsMessage, MarksAnAnswerThatIsCutShort)
{
    const DnsQuery query{.id = 7, .name = "a.b", .type = 1};
    DnsAnswer answer;
    for (unsigned i = 0; i < 100; ++i) {
        answer.records.push_back({.name = "a.b", .ttl_seconds = 60, .value = Address{i}});
    }

    const Bytes cut = format_dns_answer(query, answer, 512);

    EXPECT_LE(cut.size(), 512U);
    EXPECT_EQ(to_hex(cut).substr(4, 4), "8280");
    EXPECT_EQ(to_hex(format_dns_answer(query, answer, 65'535)).substr(4, 4), "8080");
}

TEST(DnsMessage, RefusesUnderTheIdOfTheCaller)
{
    EXPECT_EQ(to_hex(format_dns_refusal(from_digits("12340100"))), "123480010000000000000000");
    EXPECT_TRUE(format_dns_refusal(from_digits("12348100")).empty());
    EXPECT_TRUE(format_dns_refusal(from_digits("12")).empty());
}

}  // namespace
}  // namespace starkeep::localcloud
