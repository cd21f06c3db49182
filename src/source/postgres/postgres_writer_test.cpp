// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/postgres_writer_test_support.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "source/writer.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(PostgresWriterTest, BringsBackEveryDefinitionAndRow)
{
    ASSERT_OK_AND_LET(const std::string before, definitions_text(*server, "zoo"));

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, into("whole")));

    EXPECT_THAT(left_out, IsEmpty());
    ASSERT_OK_AND_LET(const std::string after, definitions_text(*server, "whole"));
    EXPECT_EQ(after, before);
    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "whole"));
    EXPECT_EQ(rows, backup->rows);
}

TEST_F(PostgresWriterTest, BringsBackWhatDumpsOfDefinitionsDoNotShow)
{
    ASSERT_OK(restore(*backup, into("beyond")));

    const std::string sequences =
        "select sequencename, last_value from pg_sequences order by 1, schemaname";
    EXPECT_EQ(answer(sequences, "beyond"), answer(sequences, "zoo"));
    EXPECT_EQ(
        answer("select best from app.top", "beyond"), answer("select best from app.top", "zoo")
    );
    EXPECT_EQ(answer("show work_mem", "beyond"), "8MB\n");
    const std::string comment = "select shobj_description(oid, 'pg_database') from pg_database "
                                "where datname = current_database()";
    EXPECT_EQ(answer(comment, "beyond"), "the zoo's database\n");
    const std::string large =
        "select oid, lomowner::regrole, lomacl, obj_description(oid, 'pg_largeobject') "
        "from pg_largeobject_metadata order by 1";
    EXPECT_EQ(answer(large, "beyond"), answer(large, "zoo"));
    EXPECT_EQ(answer("select nspname from pg_namespace where nspname ~ 'starkeep'", "beyond"), "");
}

TEST_F(PostgresWriterTest, CarriesOnWhereLoadingWasCutOff)
{
    const RestoreOptions options = into("cut");

    for (const std::size_t units : {0U, 1U, 6U, 20U}) {
        ASSERT_OK_AND_LET(const auto writer, open_test_writer(*backup, options));
        ASSERT_OK(writer->create());
        ASSERT_OK(load(*writer, *backup, options, units));
    }
    ASSERT_OK(restore(*backup, options));

    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "cut"));
    EXPECT_EQ(rows, backup->rows);
}

TEST_F(PostgresWriterTest, LosesAUnitThatWasCutOffInItsMiddle)
{
    const RestoreOptions options = into("middle");
    {
        ASSERT_OK_AND_LET(const auto writer, open_test_writer(*backup, options));
        ASSERT_OK(writer->create());
        ASSERT_OK_AND_LET(const auto loader, writer->connect({}));
        const Placement placement{
            .object = backup->object("app.customer"), .target = "app.customer"
        };
        ASSERT_OK(loader->begin(placement, "0"));
        ASSERT_OK(loader->write(as_bytes(backup->rows.at("app.customer").front())));
    }

    ASSERT_OK(restore(*backup, options));

    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "middle"));
    EXPECT_EQ(rows, backup->rows);
}

TEST_F(PostgresWriterTest, CarriesOnWhereFinishingWasStopped)
{
    ASSERT_OK_AND_LET(const std::string before, definitions_text(*server, "zoo"));
    const RestoreOptions options = into("stopped");
    {
        ASSERT_OK_AND_LET(const auto writer, open_test_writer(*backup, options));
        ASSERT_OK(writer->create());
        ASSERT_OK(load(*writer, *backup, options));
    }

    bool finished = false;
    for (int round = 0; !finished && round < 100; ++round) {
        std::stop_source stop;
        RestoreOptions stopping = options;
        stopping.stop = stop.get_token();
        ASSERT_OK_AND_LET(const auto writer, open_test_writer(*backup, stopping));
        ASSERT_OK(writer->create());
        int steps = 0;
        const Result<void> done = writer->finish([&](const std::string&) {
            if (++steps == 9) {
                stop.request_stop();
            }
        });
        finished = done.ok();
        if (!finished) {
            EXPECT_ERROR(done, ErrorCode::Cancelled);
        }
    }

    ASSERT_TRUE(finished);
    ASSERT_OK_AND_LET(const std::string after, definitions_text(*server, "stopped"));
    EXPECT_EQ(after, before);
}

TEST_F(PostgresWriterTest, TellsItsStepsByName)
{
    const RestoreOptions options = into("told");
    ASSERT_OK_AND_LET(const auto writer, open_test_writer(*backup, options));
    ASSERT_OK(writer->create());
    ASSERT_OK(load(*writer, *backup, options));

    std::set<std::string> steps;
    ASSERT_OK(writer->finish([&](const std::string& step) { steps.insert(step); }));

    EXPECT_THAT(steps, Contains("index app.customer_lower_idx"));
    EXPECT_THAT(steps, Contains("refresh materialized view app.totals"));
}

TEST_F(PostgresWriterTest, RefusesToStartOverAnotherUnfinishedRestore)
{
    RestoreOptions options = into("other");
    ASSERT_OK_AND_LET(const auto first, open_test_writer(*backup, options));
    ASSERT_OK(first->create());
    options.key = "another";

    ASSERT_OK_AND_LET(const auto second, open_test_writer(*backup, options));

    ASSERT_OK_AND_LET(const WritePlan plan, second->plan());
    ASSERT_FALSE(plan.refusals.empty());
    EXPECT_EQ(plan.refusals.front().code(), ErrorCode::Conflict);
    EXPECT_ERROR(second->create(), ErrorCode::Conflict);
}

TEST_F(PostgresWriterTest, PlansWithoutTouchingTheServer)
{
    ASSERT_OK_AND_LET(const auto writer, open_test_writer(*backup, into("planned")));

    ASSERT_OK_AND_LET(const WritePlan plan, writer->plan());

    EXPECT_EQ(plan.acts.size(), backup->objects.size());
    EXPECT_THAT(plan.acts, Each(Field(&PlannedAct::act, "create")));
    EXPECT_EQ(
        answer("select count(*) from pg_database where datname = 'planned'", "postgres"), "0\n"
    );
}

TEST_F(PostgresWriterTest, PlansToResumeWhatWasBegun)
{
    ASSERT_OK_AND_LET(const auto first, open_test_writer(*backup, into("begun")));
    ASSERT_OK(first->create());

    ASSERT_OK_AND_LET(const auto second, open_test_writer(*backup, into("begun")));
    ASSERT_OK_AND_LET(const WritePlan plan, second->plan());

    EXPECT_THAT(plan.acts, Each(Field(&PlannedAct::act, "resume")));
}

TEST_F(PostgresWriterTest, RefusesAUnitWithAnotherNumberOfRows)
{
    ASSERT_OK_AND_LET(const auto writer, open_test_writer(*backup, into("counted")));
    ASSERT_OK(writer->create());
    ASSERT_OK_AND_LET(const auto loader, writer->connect({}));
    const Placement placement{.object = backup->object("app.animal"), .target = "app.animal"};

    ASSERT_OK(loader->begin(placement, "0"));
    ASSERT_OK(loader->write(as_bytes("1\tcat\n")));
    EXPECT_ERROR(loader->end(2), ErrorCode::Conflict);

    ASSERT_OK_AND_LET(const bool again, loader->begin(placement, "0"));
    EXPECT_TRUE(again);
    EXPECT_EQ(answer("select count(*) from app.animal", "counted"), "0\n");
}

TEST_F(PostgresWriterTest, NamesAllThatIsInTheWay)
{
    ASSERT_OK(server->create_database("taken"));
    ASSERT_OK(server->sql(
        "create schema app; create table app.orders (); create function app.touch() returns "
        "trigger "
        "language plpgsql as 'begin return new; end'",
        "taken"
    ));
    const RestoreOptions options = into("taken");

    const auto refused = restore(*backup, options);

    EXPECT_ERROR(refused, ErrorCode::Exists);
    EXPECT_THAT(refused.error().message(), HasSubstr("app.orders"));
    ASSERT_OK(server->sql("drop table app.orders", "taken"));
    const auto again = restore(*backup, options);
    EXPECT_ERROR(again, ErrorCode::Exists);
    EXPECT_THAT(again.error().message(), HasSubstr("function app.touch()"));
    EXPECT_EQ(
        answer("select count(*) from pg_class where relkind = 'r' and relname = 'hen'", "taken"),
        "0\n"
    );
}

TEST_F(PostgresWriterTest, LeavesOutWhatMissingRolesOwnOrMay)
{
    ASSERT_OK_AND_LET(
        const TestBackup strange,
        altered(*backup, {{"zoo_owner", "no_owner1"}, {"zoo_reader", "no_reader1"}})
    );

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(strange, into("roleless")));

    EXPECT_THAT(
        left_out,
        ElementsAre(
            HasSubstr("role no_owner1 does not exist at the target: "),
            HasSubstr("role no_reader1 does not exist at the target: ")
        )
    );
    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "roleless"));
    EXPECT_EQ(rows, backup->rows);
}

TEST_F(PostgresWriterTest, WorksWithoutASuperuser)
{
    ASSERT_OK(server->sql("create role citus login createdb"));
    RestoreOptions options = into("humble");
    options.url = server->url("postgres", "citus");

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, Contains(HasSubstr("event trigger watch")));
    EXPECT_THAT(left_out, Contains(HasSubstr("role zoo_owner cannot be made the owner here: ")));
    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "humble"));
    EXPECT_EQ(rows, backup->rows);
}

TEST_F(PostgresWriterTest, GivesNoGrantsThatOnlyTheDefaultsOfTheTargetKnow)
{
    ASSERT_OK(server->create_database("generous"));
    ASSERT_OK(server->sql(
        "alter default privileges grant all on tables to zoo_reader with grant option;"
        "alter default privileges grant usage on sequences to public;"
        "alter default privileges grant all on schemas to zoo_reader;"
        "alter default privileges revoke all on functions from public, postgres;"
        "alter default privileges in schema public grant execute on functions to zoo_reader",
        "generous"
    ));
    const std::string defaults =
        "select defaclrole, defaclnamespace, defaclobjtype, defaclacl from pg_default_acl "
        "where defaclnamespace = 0 or defaclnamespace = 'public'::regnamespace order by 1, 2, 3";
    const std::string before = answer(defaults, "generous");
    EXPECT_THAT(before, HasSubstr("zoo_reader=a*r*w*d*D*x*t*/postgres"));

    ASSERT_OK(restore(*backup, into("generous")));

    for (const char* grants :
         {"select oid::regclass, a from pg_class, unnest(relacl) a where relnamespace in "
          "('app'::regnamespace, 'public'::regnamespace) order by oid::regclass::text, a::text",
          "select oid::regprocedure, proacl from pg_proc where oid > 16383 order by "
          "oid::regprocedure::text",
          "select nspname, nspacl from pg_namespace where nspname !~ '^pg_' order by 1"}) {
        EXPECT_EQ(answer(grants, "generous"), answer(grants, "zoo"));
    }
    EXPECT_EQ(answer(defaults, "generous"), before);
}

TEST_F(PostgresWriterTest, NamesAnExtensionThatTheTargetLacks)
{
    ASSERT_OK_AND_LET(const TestBackup foreign, altered(*backup, {{"pg_trgm", "pg_none"}}));

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(foreign, into("foreign")));

    EXPECT_THAT(left_out, Contains(HasSubstr("extension pg_none")));
    EXPECT_THAT(left_out, Contains(HasSubstr("index app.customer_trgm_idx")));
}

}  // namespace
}  // namespace starkeep::source::postgres
