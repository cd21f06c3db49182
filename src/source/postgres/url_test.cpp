// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "source/postgres/url.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace starkeep::source::postgres {
namespace {

TEST(Url, IsStrippedOfEverythingButItsIdentity)
{
    ASSERT_OK_AND_LET(
        const std::string bare,
        url_without_password(
            "postgresql://ann:pa%40ss@db.example:5433/shop?sslmode=require&passfile=/x"
        )
    );

    EXPECT_EQ(bare, "postgresql://ann@db.example:5433/shop");
}

TEST(Url, KeepsSocketDirectoriesAndOddNamesApart)
{
    ASSERT_OK_AND_LET(
        const std::string bare,
        url_without_password("host=/run/pg user='a b' dbname='x/y' password=z")
    );

    EXPECT_EQ(bare, "postgresql://a%20b@%2Frun%2Fpg/x%2Fy");
}

TEST(Url, TellsWhetherAPasswordStandsInIt)
{
    EXPECT_TRUE(has_password("postgresql://ann:secret@h/d"));
    EXPECT_TRUE(has_password("postgresql://ann@h/d?password=secret"));
    EXPECT_FALSE(has_password("postgresql://ann@h/d"));
}

TEST(Url, GivesItsDatabaseOrNone)
{
    ASSERT_OK_AND_LET(
        const std::optional<std::string> named, database_of("postgresql://h/sh%20op")
    );
    ASSERT_OK_AND_LET(const std::optional<std::string> unnamed, database_of("postgresql://h"));

    EXPECT_EQ(named, "sh op");
    EXPECT_EQ(unnamed, std::nullopt);
}

TEST(Url, TakesAnotherDatabaseAndKeepsTheRest)
{
    ASSERT_OK_AND_LET(
        const std::string other,
        url_with_database("postgresql://ann:p%26w@h:5433/shop?sslmode=require", "ne&w")
    );

    ASSERT_OK_AND_LET(const Parameters parameters, parse_url(other));
    EXPECT_EQ(
        parameters,
        (Parameters{
            {"user", "ann"},
            {"password", "p&w"},
            {"host", "h"},
            {"port", "5433"},
            {"dbname", "ne&w"},
            {"sslmode", "require"}
        })
    );
}

TEST(Url, IsNotRepeatedWhenItCannotBeUnderstood)
{
    const auto parsed = parse_url("postgresql://ann:secret%zz@h/d");

    EXPECT_ERROR(parsed, ErrorCode::InvalidInput);
    EXPECT_EQ(parsed.error().text().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::source::postgres
