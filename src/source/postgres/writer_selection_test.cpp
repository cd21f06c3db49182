// SPDX-License-Identifier: Apache-2.0
// Restores of some tables, and under other names, into databases without them.
#include "source/postgres/postgres_writer_test_support.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WriterSelectionTest : public PostgresWriterTest {
protected:
    static std::string tables(const std::string& database)
    {
        return answer(
            "select string_agg(relname, ' ' order by relname) from pg_class c join pg_namespace n "
            "on n.oid = relnamespace where relkind in ('r', 'p', 'v', 'm') and nspname !~ "
            "'^(pg_|inf)'",
            database
        );
    }
};

TEST_F(WriterSelectionTest, BringsATableWithItsPartsAndNothingElse)
{
    RestoreOptions options = into("one");
    options.only["app.customer"] = "app.customer";

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, IsEmpty());
    EXPECT_EQ(tables("one"), "customer\n");
    for (const char* sql :
         {"select indexdef from pg_indexes where tablename = 'customer' order by 1",
          ("select tgname from pg_trigger where tgrelid = 'app.customer'::regclass and not "
           "tgisinternal"),
          "select obj_description('app.customer'::regclass)",
          "select relacl from pg_class where oid = 'app.customer'::regclass",
          "select last_value from app.customer_id_seq",
          "select stxname from pg_statistic_ext"}) {
        EXPECT_EQ(answer(sql, "one"), answer(sql, "zoo")) << sql;
    }
    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "one"));
    EXPECT_EQ(rows.at("app.customer"), backup->rows.at("app.customer"));
}

TEST_F(WriterSelectionTest, NamesAForeignKeyWhoseOtherTableIsNotThere)
{
    RestoreOptions options = into("lone");
    options.only["app.hen"] = "app.hen";

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, Contains(HasSubstr("hen_egg_fkey")));
    EXPECT_EQ(tables("lone"), "hen\n");
}

TEST_F(WriterSelectionTest, BringsTheParentsOfAPartition)
{
    RestoreOptions options = into("leaf");
    options.only["app.event_2025_a"] = "app.event_2025_a";

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, IsEmpty());
    EXPECT_EQ(tables("leaf"), "event event_2025 event_2025_a\n");
    EXPECT_EQ(
        answer("select count(*) from app.event", "leaf"),
        answer("select count(*) from app.event_2025_a", "zoo")
    );
}

TEST_F(WriterSelectionTest, RenamesATableInTheWholeDatabase)
{
    RestoreOptions options = into("renamed");
    options.renames["app.customer"] = "people.\"Person\"";

    ASSERT_OK_AND_LET(const std::vector<std::string> left_out, restore(*backup, options));

    EXPECT_THAT(left_out, IsEmpty());
    for (const char* view : {"app.rich", "app.order_count", "app.totals"}) {
        const std::string count = std::string("select count(*) from ") + view;
        EXPECT_EQ(answer(count, "renamed"), answer(count, "zoo")) << view;
    }
    EXPECT_EQ(
        answer(
            "select confrelid::regclass from pg_constraint where conname = "
            "'orders_customer_id_fkey'",
            "renamed"
        ),
        "people.\"Person\"\n"
    );
    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "renamed"));
    EXPECT_EQ(rows.at("people.\"Person\""), backup->rows.at("app.customer"));
    EXPECT_EQ(
        answer("select pg_get_serial_sequence('people.\"Person\"', 'id')", "renamed"),
        "people.customer_id_seq\n"
    );
}

}  // namespace
}  // namespace starkeep::source::postgres
