// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/selection.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace starkeep::engine {
namespace {

TEST(Selection, ChoosesEverythingWithoutPatterns)
{
    const Selection all({}, {});

    EXPECT_TRUE(all.means_whole("shop"));
    EXPECT_TRUE(all.chosen("shop", "public.orders"));
}

TEST(Selection, TakesTableSchemaAndDatabasePatterns)
{
    for (const char* pattern :
         {"orders", "public.orders", "public.*", "shop/public.orders", "shop/", "*/orders"}) {
        SCOPED_TRACE(pattern);
        const Selection selection({pattern}, {});

        EXPECT_TRUE(selection.chosen("shop", "public.orders"));
        EXPECT_FALSE(selection.chosen("bank", "other.customers"));
    }
}

TEST(Selection, SeesThroughTheQuotesThatSqlNeeds)
{
    EXPECT_TRUE(Selection({"public.Order Lines"}, {}).chosen("shop", "public.\"Order Lines\""));
    EXPECT_TRUE(Selection({"a\"b"}, {}).chosen("shop", "public.\"a\"\"b\""));
    EXPECT_TRUE(Selection({"x.y"}, {}).chosen("shop", "public.\"x.y\"") == false);
}

TEST(Selection, LetsExclusionsWin)
{
    const Selection selection({"public.*"}, {"orders"});

    EXPECT_FALSE(selection.chosen("shop", "public.orders"));
    EXPECT_TRUE(selection.chosen("shop", "public.customers"));
}

TEST(Selection, TakesAPatternForAPartitionedTableForItsParts)
{
    const Selection selection({}, {"public.events"});

    EXPECT_FALSE(selection.chosen("shop", "public.events_2026", {"public.events"}));
    EXPECT_TRUE(selection.chosen("shop", "public.others_2026", {"public.half", "public.others"}));
}

TEST(Selection, NamesExcludePatternsThatFittedNothing)
{
    const Selection selection({}, {"orders", "typo"});
    ASSERT_FALSE(selection.chosen("shop", "public.orders"));

    EXPECT_THAT(selection.unmatched_exclusions(), testing::ElementsAre("typo"));
}

TEST(Selection, NamesIncludePatternsThatChoseNothing)
{
    const Selection selection({"orders", "typo"}, {});
    ASSERT_TRUE(selection.chosen("shop", "public.orders"));

    EXPECT_THAT(selection.unmatched(), testing::ElementsAre("typo"));
}

TEST(Selection, TouchesOnlyDatabasesThatAPatternNames)
{
    EXPECT_TRUE(Selection({"shop/*"}, {}).touches("shop"));
    EXPECT_FALSE(Selection({"shop/*"}, {}).touches("bank"));
    EXPECT_FALSE(Selection({}, {"bank/"}).touches("bank"));
    EXPECT_TRUE(Selection({}, {"bank/x"}).touches("bank"));
}

TEST(Selection, MeansAWholeDatabaseUnlessItPicksObjects)
{
    for (const char* all : {"shop/", "shop/*", "*", "*/*", "s*/"}) {
        SCOPED_TRACE(all);
        EXPECT_TRUE(Selection({all}, {}).means_whole("shop"));
    }
    EXPECT_TRUE(Selection({}, {"orders"}).means_whole("shop"));
    for (const char* part : {"orders", "shop/orders", "shop/public.*", "bank/", "public.*"}) {
        SCOPED_TRACE(part);
        EXPECT_FALSE(Selection({part}, {}).means_whole("shop"));
    }
}

TEST(ParseRename, TakesDatabasesAndTables)
{
    ASSERT_OK_AND_LET(const Rename database, parse_rename("shop=copy"));
    EXPECT_EQ(database.of_database("shop"), "copy");
    EXPECT_EQ(database.of_object("public.shop"), std::nullopt);
    ASSERT_OK_AND_LET(const Rename table, parse_rename("public.a=public.B"));
    EXPECT_EQ(table.of_object("public.a"), "public.\"B\"");
    EXPECT_EQ(table.of_database("a"), std::nullopt);
}

TEST(ParseRename, RefusesWhatIsNoPairOfOneKind)
{
    for (const char* text : {"", "a", "a=", "=b", "public.a=b", "a=public.b"}) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(parse_rename(text), ErrorCode::InvalidInput);
    }
}

TEST(ParseRename, TakesNamesWithSeparatorsInQuotes)
{
    ASSERT_OK_AND_LET(const Rename table, parse_rename(R"("a=b"."c.d"="user".""" x")"));
    EXPECT_EQ(table.of_object(R"("a=b"."c.d")"), R"("user".""" x")");
    ASSERT_OK_AND_LET(const Rename database, parse_rename(R"("my.db"="x=y")"));
    EXPECT_EQ(database.of_database("my.db"), "x=y");
}

TEST(ParseRename, TakesADatabaseWithAPeriodWithoutQuotesWhereBothSidesHaveOne)
{
    ASSERT_OK_AND_LET(const Rename rename, parse_rename("my.db=your.db"));

    EXPECT_EQ(rename.of_database("my.db"), "your.db");
}

TEST(Selection, TakesWhatStandsInQuotesLiterally)
{
    const Selection star({R"("a*")"}, {});
    EXPECT_TRUE(star.chosen("shop", R"(public."a*")"));
    EXPECT_FALSE(star.chosen("shop", "public.ab"));
    const Selection parts({R"("a/b"/"my schema"."t.x")"}, {});
    EXPECT_TRUE(parts.chosen("a/b", R"("my schema"."t.x")"));
    EXPECT_FALSE(parts.chosen("a", R"("my schema"."t.x")"));
    EXPECT_TRUE(parts.touches("a/b"));
    EXPECT_FALSE(parts.touches("a"));
    EXPECT_TRUE(Selection({R"("a/b"/)"}, {}).means_whole("a/b"));
    EXPECT_FALSE(Selection({R"("*")"}, {}).means_whole("a"));
}

}  // namespace
}  // namespace starkeep::engine
