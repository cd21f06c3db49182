// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "source/postgres/script_lexer.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ScriptLexer, SplitsOnlyAtSemicolonsThatEndAStatement)
{
    const struct {
        const char* name;
        const char* statement;
    } cases[] = {
        {.name = "string", .statement = "SELECT 'a;b'"},
        {.name = "doubled quote", .statement = "SELECT 'it''s; fine'"},
        {.name = "escape string", .statement = "SELECT E'it\\'s; fine'"},
        {.name = "backslash in a standard string", .statement = "SELECT 'C:\\', ';'"},
        {.name = "quoted identifier", .statement = "SELECT \"a;\"\"b\""},
        {.name = "dollar quotes", .statement = "DO $$ BEGIN; END $$"},
        {.name = "tagged dollar quotes", .statement = "DO $x$ $$;$$ $x$"},
        {.name = "line comment", .statement = "SELECT 1 -- ; no\n"},
        {.name = "nested comment", .statement = "SELECT /* ; /* ; */ ; */ 1"},
        {.name = "rule with two actions",
         .statement = "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)"},
        {.name = "standard function body",
         .statement =
             "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END"},
        {.name = "parameter", .statement = "SELECT $1, $2"},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        const std::string script = std::string(each.statement) + ";SELECT 2;";

        const std::vector<std::string_view> statements = split_statements(script);

        EXPECT_THAT(statements, ElementsAre(each.statement, "SELECT 2"));
    }
}

TEST(ScriptLexer, DropsStatementsThatAreOnlyComment)
{
    EXPECT_THAT(split_statements("-- *not* creating schema\n;; /* nothing */"), IsEmpty());
}

TEST(ScriptLexer, LosesNoByteOfWhatIsNotEnded)
{
    for (const std::string text : {"'a", "\"a", "$a$b", "/* a", "E'a\\", "$a", "-- a", "U&\"a"}) {
        std::string joined;
        for (const Token& token : lex(text)) {
            joined += token.text;
        }
        EXPECT_EQ(joined, text);
    }
}

TEST(ScriptLexer, FoldsNamesAsTheServerDoes)
{
    ASSERT_OK_AND_LET(const QualifiedName plain, parse_qualified_name("Public.Orders"));
    ASSERT_OK_AND_LET(
        const QualifiedName quoted, parse_qualified_name("\"A.b\".\"say \"\"x\"\"\"")
    );

    EXPECT_EQ(plain, (QualifiedName{"public", "orders"}));
    EXPECT_EQ(quoted, (QualifiedName{"A.b", "say \"x\""}));
    EXPECT_EQ(quoted.sql(), "\"A.b\".\"say \"\"x\"\"\"");
}

TEST(ScriptLexer, RefusesWhatIsNoQualifiedName)
{
    for (const char* text : {"", "orders", "a.b.c", "a.", "a b", "a.b c", "'a'.b"}) {
        EXPECT_ERROR(parse_qualified_name(text), ErrorCode::InvalidInput);
    }
}

}  // namespace
}  // namespace starkeep::source::postgres
