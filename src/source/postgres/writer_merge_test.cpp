// SPDX-License-Identifier: Apache-2.0
// Rows merged into tables that the target has.
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/postgres_writer_test_support.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "source/writer.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MergeTest : public WriterServerTest {};

TEST_F(MergeTest, BringsIdentityColumnsOutsideTheKeyToTheStoredState)
{
    ASSERT_OK_AND_LET(
        const TestBackup backup,
        back_up_of(
            "create table ticket (code text primary key, n bigint generated always as identity);"
            "insert into ticket (code) values ('a'), ('b'), ('c')",
            "tickets"
        )
    );
    ASSERT_OK_AND_LET(const std::string before, definitions_text(*server, "tickets"));
    ASSERT_OK(server->sql(
        "delete from ticket where code <> 'c'; insert into ticket (code) values ('b'), ('d')",
        "tickets"
    ));

    ASSERT_OK_AND_LET(
        const std::vector<std::string> left_out, restore(backup, into("tickets", IfExists::Merge))
    );

    EXPECT_THAT(left_out, IsEmpty());
    EXPECT_EQ(
        answer("select code, n from ticket order by 1", "tickets"),
        "a|1\nb|2\nc|3\n"
        "d|5\n"
    );
    ASSERT_OK_AND_LET(const std::string after, definitions_text(*server, "tickets"));
    EXPECT_EQ(after, before);
}

TEST_F(MergeTest, RaisesSequencesThatAreBehindInTheirOwnDirection)
{
    ASSERT_OK_AND_LET(
        const TestBackup backup,
        back_up_of(
            "create sequence given; create sequence down increment -1; create sequence ahead "
            "increment -1; create sequence fresh; "
            "select nextval('given'), setval('down', -7), setval('ahead', -7)",
            "counted"
        )
    );
    ASSERT_OK(server->sql(
        "select setval('given', 1, false), setval('down', -6), setval('ahead', -8), "
        "nextval('fresh')",
        "counted"
    ));

    ASSERT_OK(restore(backup, into("counted", IfExists::Merge)));

    EXPECT_EQ(
        answer(
            "select nextval('given'), nextval('down'), nextval('ahead'), nextval('fresh')",
            "counted"
        ),
        "2|-8|-9|2\n"
    );
}

TEST_F(MergeTest, RefusesADeferrablePrimaryKeyBeforeAnythingIsChanged)
{
    ASSERT_OK_AND_LET(
        const TestBackup backup,
        back_up_of(
            "create table late (id integer primary key deferrable); create table other (id integer "
            "primary key, late integer references other)",
            "deferred"
        )
    );

    const auto refused = restore(backup, into("deferred", IfExists::Merge));

    EXPECT_ERROR(refused, ErrorCode::InvalidInput);
    EXPECT_THAT(
        refused.error().message(), HasSubstr("primary key of table public.late is deferrable")
    );
    EXPECT_EQ(answer("select count(*) from pg_constraint where contype = 'f'", "deferred"), "1\n");
    EXPECT_EQ(answer("select to_regnamespace('starkeep_restore') is null", "deferred"), "t\n");
}

}  // namespace
}  // namespace starkeep::source::postgres
