// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/model.hpp"
#include "source/postgres/open.hpp"
#include "source/postgres/reading_test.hpp"
#include "source/reader.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PostgresReaderTest : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_OK_AND_LET(server_, testing::PostgresServer::start()); }

    void sql(const std::string& statements) const { ASSERT_OK(server_->sql(statements)); }

    std::unique_ptr<testing::PostgresServer> server_;
};

TEST_F(PostgresReaderTest, HasAnObjectForEachRelationThatHoldsRows)
{
    sql("create table plain (id int); create unlogged table light (id int);"
        "create table parted (id int) partition by range (id);"
        "create table half partition of parted for values from (0) to (10) partition by range (id);"
        "create table parted_1 partition of half for values from (0) to (5);"
        "create table \"Odd.name\" (id int); create table child () inherits (plain);"
        "create view seen as select 1; create materialized view kept as select 1 as one;"
        "create sequence counter; create temp table passing (id int);"
        "create foreign data wrapper wrapper; create server far foreign data wrapper wrapper;"
        "create foreign table elsewhere (id int) server far");

    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));

    std::vector<std::string> names;
    for (const Object& object : reader->objects()) {
        names.push_back(object.name);
    }
    EXPECT_THAT(
        names,
        ::testing::UnorderedElementsAre(
            "public.\"Odd.name\"", "public.child", "public.light", "public.parted_1", "public.plain"
        )
    );
    EXPECT_THAT(reader->left_out(), Contains(HasSubstr("public.elsewhere")));
    EXPECT_THAT(reader->left_out(), Contains(HasSubstr("roles and passwords")));
    ASSERT_OK_AND_LET(const Object leaf, find_object(*reader, "public.parted_1"));
    EXPECT_EQ(leaf.facts["partition_of"], (Json{"public.half", "public.parted"}));
    ASSERT_OK_AND_LET(const Object child, find_object(*reader, "public.child"));
    EXPECT_EQ(child.facts["partition_of"], Json::array());
}

TEST_F(PostgresReaderTest, ReadsOnlyATablesOwnRows)
{
    sql("create table parent (id int); create table child () inherits (parent);"
        "insert into parent values (1); insert into child values (2)");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));

    ASSERT_OK_AND_LET(const auto parent, read_rows(*reader, "public.parent"));
    ASSERT_OK_AND_LET(const auto child, read_rows(*reader, "public.child"));

    EXPECT_THAT(parent, ElementsAre("1\n"));
    EXPECT_THAT(child, ElementsAre("2\n"));
}

TEST_F(PostgresReaderTest, WritesRowsInTheFormThatTheFormatFixes)
{
    sql("alter role postgres set datestyle = 'German'; alter role postgres set timezone = "
        "'Asia/Tokyo';"
        "alter role postgres set bytea_output = 'escape'; alter role postgres set "
        "extra_float_digits = -5;"
        "alter role postgres set intervalstyle = 'iso_8601'");
    sql("create table t (a timestamptz, b bytea, c float8, d interval, e text, \"F\" int generated "
        "always as (1) stored,"
        " g regclass)");
    sql("insert into t values ('2026-01-02 03:04:05+00', '\\x00ff', 0.1::float8 + 0.2, '1 day 2 "
        "hours', E'x\\ty\\n', "
        "default, 't')");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));

    ASSERT_OK_AND_LET(const auto rows, read_rows(*reader, "public.t"));

    EXPECT_THAT(
        rows,
        ElementsAre("2026-01-02 03:04:05+00\t\\\\x00ff\t0.30000000000000004\t1 day "
                    "02:00:00\tx\\ty\\n\tpublic.t\n")
    );
}

TEST_F(PostgresReaderTest, SeesOneViewHoweverLateItReads)
{
    sql("create table t (id int); insert into t select generate_series(1, 1000)");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
    sql("insert into t select generate_series(1001, 90000); delete from t where id < 500; vacuum t"
    );

    ASSERT_OK_AND_LET(const auto rows, read_rows(*reader, "public.t"));
    ASSERT_OK_AND_LET(const auto plans, plan_object(*reader, "public.t"));

    EXPECT_EQ(rows.size(), 1000U);
    std::size_t planned = 0;
    for (const LeafPlan& plan : plans) {
        planned += plan.rows;
    }
    EXPECT_EQ(planned, 1000U);
}

TEST_F(PostgresReaderTest, RefusesATableItMayNotRead)
{
    sql("create table hidden (id int); create role reader login");
    ASSERT_OK_AND_LET(const auto source, open_postgres(server_->url("postgres", "reader"), {}));

    const auto opened = source->open("postgres");

    EXPECT_ERROR(opened, ErrorCode::Denied);
    EXPECT_THAT(opened.error().text(), HasSubstr("public.hidden"));
}

TEST_F(PostgresReaderTest, RefusesRowsThatAPolicyWouldHide)
{
    sql("create table t (id int); alter table t enable row level security; create role reader "
        "login;"
        "grant select on t to reader");
    ASSERT_OK_AND_LET(const auto source, open_postgres(server_->url("postgres", "reader"), {}));
    ASSERT_OK_AND_LET(const auto reader, source->open("postgres"));

    const auto rows = read_rows(*reader, "public.t");

    EXPECT_ERROR(rows, ErrorCode::Denied);
}

TEST_F(PostgresReaderTest, ReadsConfigurationOfExtensionsAndNothingElseOfTheirs)
{
    sql("create table settings (name text, mine bool); create table inner_state (id int);"
        "alter extension plpgsql add table settings; alter extension plpgsql add table "
        "inner_state;"
        "insert into settings values ('own', true), ('shipped', false)");
    sql("update pg_extension set extconfig = array['settings'::regclass::oid], extcondition = "
        "array['where mine']"
        " where extname = 'plpgsql'");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));

    ASSERT_OK_AND_LET(const auto rows, read_rows(*reader, "public.settings"));

    EXPECT_THAT(rows, ElementsAre("own\tt\n"));
    EXPECT_ERROR(find_object(*reader, "public.inner_state"), ErrorCode::NotFound);
}

TEST_F(PostgresReaderTest, ReadsLargeObjectsPageByPageWithoutTheirHoles)
{
    sql("select lo_from_bytea(100, 'abc'), lo_create(200), lo_create(300), lo_create(400)");
    sql("select lo_put(300, 10000, 'x'), lo_put(400, 0, decode(repeat('ab', 2049), 'hex'))");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));

    ASSERT_OK_AND_LET(const auto rows, read_rows(*reader, "pg_catalog.pg_largeobject"));

    const std::string zeros(std::size_t{2} * (10000 - 4 * 2048), '0');
    std::string full;
    for (int i = 0; i < 2048; ++i) {
        full += "ab";
    }
    EXPECT_THAT(
        rows,
        ElementsAre(
            "100\t0\t\\\\x616263\n",
            "200\t0\t\\\\x\n",
            "300\t4\t\\\\x" + zeros + "78\n",
            "400\t0\t\\\\x" + full + "\n",
            "400\t1\t\\\\xab\n"
        )
    );
}

TEST_F(PostgresReaderTest, TellsFactsOfTheDatabase)
{
    sql("create table t (id serial, other int); insert into t (other) values (1), (2);"
        "alter database postgres set work_mem = '64MB'; create sequence fresh start 5;"
        "select lo_create(77); create materialized view \"Not yet\" as select 1 as one with no "
        "data;"
        "create materialized view filled as select 1 as one");

    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));

    const Json& facts = reader->facts();
    EXPECT_EQ(facts["settings"], Json({"work_mem=64MB"}));
    EXPECT_EQ(facts["database"]["encoding"], "UTF8");
    EXPECT_EQ(
        facts["sequences"],
        Json::parse(R"([
            {"name": "public.fresh", "last_value": 5, "is_called": false, "table": null, "column": null},
            {"name": "public.t_id_seq", "last_value": 2, "is_called": true, "table": "public.t", "column": "id"}])"
        )
    );
    EXPECT_EQ(facts["large_objects"][0]["oids"], Json({77}));
    EXPECT_EQ(facts["unpopulated"], Json({"public.\"Not yet\""}));
}

TEST_F(PostgresReaderTest, StreamsDefinitionsOfItsView)
{
    sql("create table before_view (id int)");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
    sql("create table after_view (id int)");

    std::string archive;
    ASSERT_OK(reader->definitions([&](ByteView piece) -> Result<void> {
        archive += as_text(piece);
        return {};
    }));

    EXPECT_EQ(archive.substr(0, 5), "PGDMP");
    EXPECT_THAT(archive, HasSubstr("before_view"));
    EXPECT_EQ(archive.find("after_view"), std::string::npos);
}

TEST_F(PostgresReaderTest, IsTrustedWhenAllThatItSawIsDurable)
{
    sql("create table t (id int)");
    sql("set synchronous_commit = off; insert into t values (1)");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));

    ASSERT_OK_AND_LET(const ViewEnd end, reader->finish());

    EXPECT_TRUE(end.trusted);
}

TEST_F(PostgresReaderTest, ReportsALostViewAsConflict)
{
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
    sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'starkeep'"
    );

    EXPECT_ERROR(reader->finish(), ErrorCode::Conflict);
    EXPECT_ERROR(reader->connect({}), ErrorCode::Conflict);
}

TEST_F(PostgresReaderTest, StopsAReadWhenAsked)
{
    sql("create table t (id int); insert into t select generate_series(1, 1000)");
    ASSERT_OK_AND_LET(const auto reader, read_database(*server_));
    const std::stop_source stop;
    ASSERT_OK_AND_LET(const auto connection, reader->connect(stop.get_token()));
    ASSERT_OK_AND_LET(const Object object, find_object(*reader, "public.t"));
    stop.request_stop();

    RowList list;
    const auto read = connection->read(object, object.units, list);

    EXPECT_ERROR(read, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace starkeep::source::postgres
