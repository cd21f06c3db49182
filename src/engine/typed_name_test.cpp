// SPDX-License-Identifier: Apache-2.0
#include "engine/typed_name.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace starkeep::engine {
namespace {

TEST(Matches, KnowsStarAndQuestionMark)
{
    struct Case {
        const char* pattern;
        const char* text;
        bool fits;
    };
    for (const Case& one : {
             Case{"", "", true},
             Case{"*", "", true},
             Case{"a*c", "abbc", true},
             Case{"a*c", "abcb", false},
             Case{"*ab*ab", "ababab", true},
             Case{"a?c", "abc", true},
             Case{"a?c", "ac", false},
             Case{"A", "a", false},
             Case{"a**", "a", true},
             Case{"a.b", "axb", false},
             Case{"\"a*\"", "a*", true},
             Case{"\"a*\"", "ab", false},
             Case{"\"a*\"?", "a*b", true},
             Case{"\"a\"\"b\"", "a\"b", true},
             Case{"a\"b", "a\"b", true},
             Case{"\"ab", "\"ab", true},
         }) {
        SCOPED_TRACE(std::string(one.pattern) + " on " + one.text);
        EXPECT_EQ(matches(parse_part(one.pattern), one.text), one.fits);
    }
}

TEST(TypedName, IsReadInPartsUnlessQuotesHoldThemTogether)
{
    struct Case {
        const char* text;
        std::string_view schema;
        std::string_view name;
    };
    for (const Case& one : {
             Case{"a.b", "a", "b"},
             Case{"a.b.c", "a", "b.c"},
             Case{R"("a.b".c)", "a.b", "c"},
             Case{R"("a"".""b"."c""")", R"(a"."b)", "c\""},
             Case{R"(a.b"c)", "a", "b\"c"},
         }) {
        SCOPED_TRACE(one.text);
        const TypedName typed = parse_typed_name(one.text);
        EXPECT_EQ(typed.schema->text, one.schema);
        EXPECT_EQ(typed.name.text, one.name);
    }
}

TEST(TypedName, MeansAnObjectWithOrWithoutTheQuotesOfSql)
{
    const auto means = [](std::string_view typed, std::string_view object) {
        return names_object(parse_typed_name(typed), object);
    };
    EXPECT_TRUE(means(R"(public."Order Lines")", R"(public."Order Lines")"));
    EXPECT_TRUE(means("public.Order Lines", R"(public."Order Lines")"));
    EXPECT_TRUE(means("my.schema.t", R"("my.schema".t)"));
    EXPECT_TRUE(means("public.t.x", R"(public."t.x")"));
    EXPECT_FALSE(means(R"("my"."schema.t")", R"("my.schema".t)"));
    EXPECT_FALSE(means("public.ORDERS", "public.orders"));
}

TEST(TypedName, ReadsBackWhatItPrints)
{
    for (const char* name : {"shop", "a/b", "a.b", "a=b", "a\"b", "\"ab\"", "a*", "", " x "}) {
        SCOPED_TRACE(name);
        EXPECT_EQ(parse_part(typed_part(name)).text, name);
        EXPECT_EQ(find_separator(typed_part(name) + "/x", '/'), typed_part(name).size());
        EXPECT_TRUE(names_object(parse_typed_name(sql_name(name, name)), sql_name(name, name)));
    }
    EXPECT_EQ(typed_part("Shop-2 ä"), "Shop-2 ä");
    EXPECT_EQ(sql_name("user", "users"), "\"user\".users");
}

}  // namespace
}  // namespace starkeep::engine
