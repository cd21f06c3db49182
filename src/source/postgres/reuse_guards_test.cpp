// SPDX-License-Identifier: Apache-2.0
// Whatever changes the text of rows must show: in the plan of its leaf or in the guard of its object.
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/model.hpp"
#include "source/postgres/open.hpp"
#include "source/postgres/reading_test.hpp"
#include "source/reader.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {
namespace {

/// What the next backup would see of public.t.
struct Seen {
    Json guard;
    Json facts;
    std::vector<LeafPlan> plans;
    std::vector<std::string> rows;
};

Result<Seen> look(const testing::PostgresServer& server)
{
    TRY_LET(const auto reader, read_database(server));
    Seen seen;
    TRY_LET(const Object object, find_object(*reader, "public.t"));
    seen.guard = object.guard;
    seen.facts = reader->facts();
    TRY_LET(seen.plans, plan_object(*reader, "public.t"));
    TRY_LET(seen.rows, read_rows(*reader, "public.t"));
    return seen;
}

bool equal_plans(const Seen& one, const Seen& other)
{
    return std::ranges::equal(one.plans, other.plans, [](const LeafPlan& a, const LeafPlan& b) {
        return a.key == b.key && a.rows == b.rows && a.fingerprint == b.fingerprint;
    });
}

/// Both halves of a fingerprint as the server's own arithmetic shows them, with psql's separator.
std::string decimal_sums(const Bytes& fingerprint)
{
    std::string out;
    for (std::size_t half = 0; half < 2 && fingerprint.size() == 16; ++half) {
        std::uint64_t value = 0;
        for (std::size_t i = 8; i-- > 0;) {
            value = (value << 8U) | std::to_integer<std::uint64_t>(fingerprint[8 * half + i]);
        }
        out += std::to_string(value) + (half == 0 ? "|" : "\n");
    }
    return out;
}

class ReuseGuards : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_OK_AND_LET(server_, testing::PostgresServer::start()); }

    void sql(const std::string& statements) const { ASSERT_OK(server_->sql(statements)); }

    /// Rows change their text or their leaf, the plan stays: only the guard can tell.
    void expect_guard_tells(const std::string& prepare, const std::string& change) const
    {
        sql(prepare);
        ASSERT_OK_AND_LET(const Seen before, look(*server_));
        sql(change);
        ASSERT_OK_AND_LET(const Seen after, look(*server_));

        EXPECT_TRUE(equal_plans(before, after))
            << "the plan tells already: this test proves nothing";
        EXPECT_NE(before.rows, after.rows) << "nothing changed: this test proves nothing";
        EXPECT_NE(before.guard, after.guard);
    }

    std::unique_ptr<testing::PostgresServer> server_;
};

TEST_F(ReuseGuards, StayAsTheyAreWhenNothingChanges)
{
    sql("create table t (id int primary key, v text); insert into t select g, g from "
        "generate_series(1, 5000) g");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    sql("vacuum freeze t");
    sql("create index on t (v); analyze t; create table other (id int); insert into other values "
        "(1)");
    ASSERT_OK_AND_LET(const Seen after, look(*server_));

    EXPECT_EQ(before.guard, after.guard);
    EXPECT_FALSE(before.guard.empty());
    EXPECT_TRUE(equal_plans(before, after));
    EXPECT_EQ(before.rows, after.rows);
}

TEST_F(ReuseGuards, TellLeavesThatWereInsertedUpdatedOrDeletedFrom)
{
    sql("create table t (id int primary key, v text);"
        "insert into t select g, repeat('x', 500) from generate_series(1, 2000) g");
    for (const char* change :
         {"insert into t values (0, 'new')",
          "update t set v = v where id = 700",
          "delete from t where id = 1500"}) {
        SCOPED_TRACE(change);
        ASSERT_OK_AND_LET(const Seen before, look(*server_));
        sql(change);
        ASSERT_OK_AND_LET(const Seen after, look(*server_));

        EXPECT_FALSE(equal_plans(before, after));
        EXPECT_EQ(before.guard, after.guard);
    }
}

TEST_F(ReuseGuards, TellVacuumFull)
{
    sql("create table t (id int); insert into t values (1)");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    sql("vacuum full t");
    ASSERT_OK_AND_LET(const Seen after, look(*server_));

    EXPECT_TRUE(equal_plans(before, after));
    EXPECT_NE(before.guard, after.guard);
}

TEST_F(ReuseGuards, TellClusteringOfRowsThatOneTransactionMade)
{
    expect_guard_tells(
        "create table t (id int, v text) with (autovacuum_enabled = off);"
        "insert into t select 100 - g, 'x' from generate_series(1, 99) g; create index t_id on t "
        "(id)",
        "cluster t using t_id"
    );
}

TEST_F(ReuseGuards, TellARenamedEnumValue)
{
    expect_guard_tells(
        "create type mood as enum ('sad', 'glad'); create table t (m mood); insert into t values "
        "('sad')",
        "alter type mood rename value 'sad' to 'blue'"
    );
}

TEST_F(ReuseGuards, TellAnEnumValueRenamedInsideADomainOfAnArrayOfAComposite)
{
    expect_guard_tells(
        "create type mood as enum ('sad'); create type pair as (a int, m mood); create domain "
        "pairs as pair[];"
        "create table t (p pairs); insert into t values (array[(1, 'sad')::pair])",
        "alter type mood rename value 'sad' to 'blue'"
    );
}

TEST_F(ReuseGuards, TellAnAttributeAddedToACompositeType)
{
    expect_guard_tells(
        "create type pair as (a int, b int); create table t (p pair); insert into t values ((1, "
        "2))",
        "alter type pair add attribute c int"
    );
}

TEST_F(ReuseGuards, TellAColumnAddedWithADefault)
{
    expect_guard_tells(
        "create table t (id int); insert into t values (1)",
        "alter table t add column v text default 'added'"
    );
}

TEST_F(ReuseGuards, TellAnotherDefaultOfAColumnThatWasAddedAnew)
{
    expect_guard_tells(
        "create table t (id int); insert into t values (1); alter table t add column v text "
        "default 'one'",
        "alter table t drop column v; alter table t add column v text default 'two'"
    );
}

TEST_F(ReuseGuards, TellADroppedColumn)
{
    expect_guard_tells(
        "create table t (id int, v text); insert into t values (1, 'x')",
        "alter table t drop column v"
    );
}

TEST_F(ReuseGuards, TellRenamedAndRetypedColumns)
{
    sql("create domain word as text; create table t (id int, v varchar(10)); insert into t values "
        "(1, 'x')");
    for (const char* change :
         {"alter table t rename v to w",
          "alter table t alter w type varchar(20)",
          "alter table t alter w type text",
          "alter table t alter w type word"}) {
        SCOPED_TRACE(change);
        ASSERT_OK_AND_LET(const Seen before, look(*server_));
        sql(change);
        ASSERT_OK_AND_LET(const Seen after, look(*server_));

        EXPECT_TRUE(equal_plans(before, after));
        EXPECT_NE(before.guard, after.guard);
    }
}

TEST_F(ReuseGuards, TellATableThatTookTheNameOfAnother)
{
    sql("create table t (id int); insert into t values (1)");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    sql("drop table t; create table t (id int); insert into t values (1)");
    ASSERT_OK_AND_LET(const Seen after, look(*server_));

    EXPECT_NE(before.guard["relation"], after.guard["relation"]);
}

TEST_F(ReuseGuards, TellATruncatedTable)
{
    sql("create table t (id int); insert into t values (1)");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    sql("truncate t");
    ASSERT_OK_AND_LET(const Seen after, look(*server_));

    EXPECT_NE(before.guard["filenode"], after.guard["filenode"]);
    EXPECT_TRUE(after.plans.empty());
}

TEST_F(ReuseGuards, NeverAllowReuseOfTextThatNamesOtherObjects)
{
    sql("create table named (id int); create table t (r regclass); insert into t values ('named')");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    sql("alter table named rename to renamed");
    ASSERT_OK_AND_LET(const Seen after, look(*server_));

    EXPECT_NE(before.rows, after.rows);
    EXPECT_TRUE(before.guard.empty());
}

TEST_F(ReuseGuards, DoubtTablesWhoseTypesChangedWhileTheyWereReadAndNoOthers)
{
    sql("create type mood as enum ('sad'); create table t (m mood); insert into t values ('sad');"
        "create table other (i int, a text[])");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
    sql("alter type mood rename value 'sad' to 'blue'");

    ASSERT_OK_AND_LET(const ViewEnd end, reader->finish());

    EXPECT_TRUE(end.trusted);
    EXPECT_THAT(end.doubtful, ::testing::ElementsAre("public.t"));
}

// All has been read by then: that costs trust, and no more.
TEST_F(ReuseGuards, TrustNothingWhenTheyCannotBeReadAgain)
{
    sql("create role few login; grant pg_read_all_data to few; create table t (i int)");
    ASSERT_OK_AND_LET(const auto source, open_postgres(server_->url("postgres", "few"), {}));
    ASSERT_OK_AND_LET(const auto reader, source->open("postgres"));
    sql("alter role few connection limit 0");

    ASSERT_OK_AND_LET(const ViewEnd end, reader->finish());

    EXPECT_FALSE(end.trusted);
    EXPECT_TRUE(end.doubtful.empty());
}

// Rows that were read in between have the other text, though both ends look the same.
TEST_F(ReuseGuards, DoubtTablesWhoseTypesChangedAndChangedBackWhileTheyWereRead)
{
    sql("create type mood as enum ('sad'); create type pair as (a int); create table t (m mood, p "
        "pair);"
        "insert into t values ('sad', row(1))");
    for (const auto& [there, back] : std::vector<std::pair<std::string, std::string>>{
             {"alter type mood rename value 'sad' to 'blue'",
              "alter type mood rename value 'blue' to 'sad'"},
             {"alter type pair add attribute b int", "alter type pair drop attribute b"}
         }) {
        SCOPED_TRACE(there);
        ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
        ASSERT_OK_AND_LET(const auto before, read_rows(*reader, "public.t"));
        sql(there);
        ASSERT_OK_AND_LET(const auto between, read_rows(*reader, "public.t"));
        sql(back);
        EXPECT_NE(before, between) << "nothing changed: this test proves nothing";

        ASSERT_OK_AND_LET(const ViewEnd end, reader->finish());

        EXPECT_THAT(end.doubtful, ::testing::ElementsAre("public.t"));
    }
}

// What a new version of an extension prints may come from its library alone, which no catalog shows.
TEST_F(ReuseGuards, TellAnotherVersionOfTheExtensionThatATypeBelongsTo)
{
    sql("create type mood as enum ('sad'); create table t (m mood); insert into t values ('sad');"
        "alter extension plpgsql add type mood");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    sql("update pg_extension set extversion = 'next' where extname = 'plpgsql'");
    ASSERT_OK_AND_LET(const Seen after, look(*server_));

    EXPECT_TRUE(equal_plans(before, after));
    EXPECT_NE(before.guard, after.guard);
}

TEST_F(ReuseGuards, GoByFingerprintsOfTheFormThatTheirVersionFixes)
{
    sql("create table t (id int); insert into t select generate_series(1, 100); insert into t "
        "values (0)");
    ASSERT_OK_AND_LET(const Seen seen, look(*server_));
    ASSERT_OK_AND_LET(
        const std::string sums,
        server_->sql("with s as (select sum(hashtidextended(ctid, m)) as one, "
                     "sum(hashtidextended(ctid, ~m)) as two from (select ctid, xmin::text::bigint "
                     "as m from t) as r), n as (select 18446744073709551616::numeric as n) "
                     "select (one % n + n) % n, (two % n + n) % n from s, n")
    );

    EXPECT_EQ(seen.guard["settings"], 2) << "whoever changes the form raises its version";
    ASSERT_EQ(seen.plans.size(), 1U);
    EXPECT_EQ(decimal_sums(seen.plans.front().fingerprint), sums);
}

TEST_F(ReuseGuards, CompareViewsOfOneServerOnly)
{
    sql("create table t (id int)");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    ASSERT_OK_AND_LET(const auto stranger, testing::PostgresServer::start());

    ASSERT_OK_AND_LET(const auto later, read_database(*server_));
    ASSERT_OK_AND_LET(const auto other, read_database(*stranger));

    EXPECT_TRUE(later->comparable(before.facts));
    EXPECT_FALSE(other->comparable(before.facts));
    EXPECT_FALSE(later->comparable(Json::object()));
}

// A volume put back to an older state looks like the same server; it cannot look like one that never stopped.
TEST_F(ReuseGuards, DoNotCompareViewsAcrossARestart)
{
    sql("create table t (id int)");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    ASSERT_OK(server_->stop());
    ASSERT_OK(server_->start_again());

    ASSERT_OK_AND_LET(const auto later, read_database(*server_));

    EXPECT_FALSE(later->comparable(before.facts));
}

TEST_F(ReuseGuards, DoNotCompareViewsAcrossAPromotion)
{
    sql("create table t (id int)");
    ASSERT_OK_AND_LET(const Seen before, look(*server_));
    ASSERT_OK(server_->stop());
    ASSERT_OK_AND_LET(const auto promoted, server_->clone({"standby.signal"}));
    ASSERT_OK_AND_LET(const auto standby, read_database(*promoted));
    EXPECT_FALSE(standby->comparable(before.facts));
    ASSERT_OK_AND_LET(const ViewEnd end, standby->finish());
    EXPECT_FALSE(end.trusted);

    ASSERT_OK(promoted->sql("select pg_promote()"));

    ASSERT_OK_AND_LET(const auto reader, read_database(*promoted));
    EXPECT_EQ(reader->facts()["history"]["system"], before.facts["history"]["system"]);
    EXPECT_FALSE(reader->comparable(before.facts));
}

}  // namespace
}  // namespace starkeep::source::postgres
