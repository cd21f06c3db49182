// SPDX-License-Identifier: Apache-2.0
// Restores into a database that has some of the tables.
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/postgres_writer_test_support.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "source/writer.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExistingTablesTest : public PostgresWriterTest {
protected:
    /// The zoo in a database of the test's own, then damaged.
    static void damage(const std::string& database, const std::string& sql)
    {
        ASSERT_OK(restore(*backup, into(database)));
        ASSERT_OK(server->sql(sql, database));
    }

    static std::vector<std::string> rows(const std::string& database, const std::string& table)
    {
        const Result<RowsByObject> all = rows_of(*server, database);
        return all.ok() ? all->at(table) : std::vector<std::string>{all.error().text()};
    }
};

TEST_F(ExistingTablesTest, AreReplacedWithKeysAndTriggersInForceAgain)
{
    ASSERT_OK_AND_LET(const std::string before, definitions_text(*server, "zoo"));
    damage(
        "damaged",
        "delete from app.orders where id > 1990; update app.customer set score = 7; "
        "drop table app.hen cascade; insert into app.event values ('2030-01-01', 'x', 1)"
    );
    RestoreOptions options = into("damaged");
    options.if_exists = IfExists::Replace;
    for (const char* name : {"app.orders", "app.customer", "app.hen", "app.event_rest"}) {
        options.only[name] = name;
    }

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, IsEmpty());
    ASSERT_OK_AND_LET(const RowsByObject all, rows_of(*server, "damaged"));
    EXPECT_EQ(all, backup->rows);
    ASSERT_OK_AND_LET(const std::string after, definitions_text(*server, "damaged"));
    EXPECT_EQ(after, before);
}

TEST_F(ExistingTablesTest, KeepAForeignKeyThatRowsBreakAsNotValid)
{
    damage(
        "broken",
        "insert into app.customer (name) values ('late'); insert into app.orders (customer_id) "
        "select max(id) from app.customer"
    );
    RestoreOptions options = into("broken");
    options.if_exists = IfExists::Replace;
    options.only["app.customer"] = "app.customer";

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, ::testing::ElementsAre(HasSubstr("orders_customer_id_fkey")));
    EXPECT_EQ(
        answer(
            "select convalidated from pg_constraint where conname = 'orders_customer_id_fkey'",
            "broken"
        ),
        "f\n"
    );
    EXPECT_EQ(rows("broken", "app.customer"), backup->rows.at("app.customer"));
}

TEST_F(ExistingTablesTest, KeepTheCommentOfAForeignKeyThatWasOutOfForce)
{
    damage(
        "commented",
        "comment on constraint hen_egg_fkey on app.hen is 'only at the target; it''s new'"
    );
    RestoreOptions options = into("commented");
    options.if_exists = IfExists::Replace;
    options.only["app.egg"] = "app.egg";

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, IsEmpty());
    EXPECT_EQ(
        answer(
            "select obj_description(oid) from pg_constraint where conname = 'hen_egg_fkey'",
            "commented"
        ),
        "only at the target; it's new\n"
    );
}

TEST_F(ExistingTablesTest, OfAnotherStructureAreRefused)
{
    damage("altered", "alter table app.animal alter column name type varchar(9)");
    RestoreOptions options = into("altered");
    options.if_exists = IfExists::Replace;
    options.only["app.animal"] = "app.animal";

    const auto refused = restore(*backup, options);

    EXPECT_ERROR(refused, ErrorCode::Conflict);
    EXPECT_THAT(
        refused.error().message(), HasSubstr("column name is character varying(9), not text")
    );
    EXPECT_EQ(rows("altered", "app.animal").size(), 1U);
}

TEST_F(ExistingTablesTest, AreSkippedWithTheirRowsUntouched)
{
    damage("skipped", "delete from app.animal; drop table app.booking");
    RestoreOptions options = into("skipped");
    options.if_exists = IfExists::Skip;

    ASSERT_OK(restore(*backup, options));

    EXPECT_THAT(rows("skipped", "app.animal"), IsEmpty());
    EXPECT_EQ(rows("skipped", "app.booking"), backup->rows.at("app.booking"));
    EXPECT_EQ(rows("skipped", "app.orders"), backup->rows.at("app.orders"));
}

TEST_F(ExistingTablesTest, AreMergedByPrimaryKey)
{
    damage(
        "merged",
        "update app.customer set name = 'changed' where id < 100; delete from app.customer where "
        "id = 501; "
        "insert into app.customer (name) values ('new')"
    );
    RestoreOptions options = into("merged");
    options.if_exists = IfExists::Merge;
    options.only["app.customer"] = "app.customer";

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, IsEmpty());
    const std::vector<std::string> now = rows("merged", "app.customer");
    EXPECT_EQ(now.size(), backup->rows.at("app.customer").size() + 1);
    EXPECT_TRUE(std::ranges::includes(now, backup->rows.at("app.customer")));
    EXPECT_EQ(answer("select count(*) from app.customer where name = 'new'", "merged"), "1\n");
}

TEST_F(ExistingTablesTest, CannotBeMergedWithoutAPrimaryKey)
{
    damage("keyless", "select 1");
    RestoreOptions options = into("keyless");
    options.if_exists = IfExists::Merge;
    options.only["app.booking"] = "app.booking";

    const auto refused = restore(*backup, options);

    EXPECT_ERROR(refused, ErrorCode::InvalidInput);
    EXPECT_THAT(refused.error().message(), HasSubstr("app.booking"));
}

TEST_F(ExistingTablesTest, GetAPartitionBackThatWasDropped)
{
    damage(
        "partitioned",
        "alter table app.event_ref drop constraint event_ref_at_kind_fkey; drop table "
        "app.event_2025_a"
    );
    RestoreOptions options = into("partitioned");
    options.if_exists = IfExists::Replace;
    options.only["app.event_2025_a"] = "app.event_2025_a";

    ASSERT_OK(restore(*backup, options));

    ASSERT_OK_AND_LET(const RowsByObject all, rows_of(*server, "partitioned"));
    EXPECT_EQ(all, backup->rows);
    EXPECT_EQ(
        answer(
            "select inhparent::regclass from pg_inherits where inhrelid = "
            "'app.event_2025_a'::regclass",
            "partitioned"
        ),
        "app.event_2025\n"
    );
    const std::string indexes =
        "select indexdef from pg_indexes where tablename = 'event_2025_a' order by 1";
    EXPECT_EQ(answer(indexes, "partitioned"), answer(indexes, "zoo"));
}

TEST_F(ExistingTablesTest, StandBesideTheirCopyOfAnotherName)
{
    ASSERT_OK_AND_LET(const std::string before, definitions_text(*server, "zoo"));
    damage("beside", "delete from app.orders where id > 1000");
    RestoreOptions options = into("beside");
    options.only["app.orders"] = "app.\"orders copy\"";

    ASSERT_OK(restore(*backup, options));

    EXPECT_EQ(rows("beside", "app.\"orders copy\""), backup->rows.at("app.orders"));
    EXPECT_EQ(answer("select count(*) from app.orders", "beside"), "1000\n");
    EXPECT_EQ(
        answer(
            "select column_default from information_schema.columns where table_name = 'orders "
            "copy' and column_name = 'id'",
            "beside"
        ),
        "nextval('app.\"orders copy_id_seq\"'::regclass)\n"
    );
    ASSERT_OK(server->sql("drop table app.\"orders copy\"", "beside"));
    ASSERT_OK_AND_LET(const std::string after, definitions_text(*server, "beside"));
    EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace starkeep::source::postgres
