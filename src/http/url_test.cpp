// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http/url.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace starkeep::http {
namespace {

TEST(ParseUrl, TakesApartWhatItPutsTogetherAgain)
{
    for (const std::string text :
         {"https://a.blob.core.windows.net/c/b%20x?sv=1&sig=a%2Fb",
          "http://127.0.0.1:10000/devstoreaccount1",
          "https://[::1]:8443/"}) {
        SCOPED_TRACE(text);
        ASSERT_OK_AND_LET(const Url url, parse_url(text));
        EXPECT_EQ(url.text(), text);
    }
    ASSERT_OK_AND_LET(const Url bare, parse_url("https://host:1?x=1"));
    EXPECT_EQ(bare.path, "/");
    EXPECT_EQ(bare.query, "x=1");
    EXPECT_EQ(bare.port, 1);
}

TEST(ParseUrl, RefusesWhatIsNoAbsoluteWebUrl)
{
    for (const std::string text :
         {"",
          "ftp://host/",
          "https://",
          "https:///path",
          "https://user:secret@host/",
          "https://host:0/",
          "https://host:65536/",
          "https://host:12x/",
          "https://[::1/",
          "https://[::1]x/",
          "https://host/a b",
          "https://host/#fragment"}) {
        SCOPED_TRACE(text);
        const auto url = parse_url(text);
        EXPECT_ERROR(url, ErrorCode::InvalidInput);
        EXPECT_EQ(url.error().text().find("secret"), std::string::npos);
    }
}

TEST(PercentEncoding, KeepsOnlyUnreservedCharactersAndComesBack)
{
    const std::string text = "a-Z_0.~/+=& %\xc3\xbc";

    EXPECT_EQ(percent_encode(text), "a-Z_0.~%2F%2B%3D%26%20%25%C3%BC");
    EXPECT_EQ(percent_encode_path("a b/c"), "a%20b/c");
    ASSERT_OK_AND_LET(const std::string back, percent_decode(percent_encode(text)));
    EXPECT_EQ(back, text);
}

TEST(PercentEncoding, RefusesACutOrFalseEscape)
{
    for (const std::string text : {"%", "%2", "a%zz", "%2x"}) {
        EXPECT_ERROR(percent_decode(text), ErrorCode::InvalidInput);
    }
}

TEST(Query, ComesBackAsItWasGiven)
{
    const QueryParameters parameters{{"popreceipt", "AgAAA+/="}, {"empty", ""}};

    const std::string query = format_query(parameters);

    EXPECT_EQ(query, "popreceipt=AgAAA%2B%2F%3D&empty=");
    ASSERT_OK_AND_LET(const QueryParameters back, parse_query(query));
    EXPECT_EQ(back, parameters);
    EXPECT_EQ(with_query(with_query("http://h/", query), "x=1"), "http://h/?" + query + "&x=1");
    EXPECT_EQ(with_query("http://h/", ""), "http://h/");
}

TEST(Redacted, HidesSignaturesAndUserinfoAndNothingElse)
{
    EXPECT_EQ(
        redacted("GET \"https://a/c?sv=1&sig=abc%2F%3D&se=2\" and https://u:p@h/x?sig=q"),
        "GET \"https://a/c?sv=1&sig=***&se=2\" and https://***@h/x?sig=***"
    );
    EXPECT_EQ(redacted("https://h/a@b?x=y@z"), "https://h/a@b?x=y@z");
}

}  // namespace
}  // namespace starkeep::http
