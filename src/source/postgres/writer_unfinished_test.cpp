// SPDX-License-Identifier: Apache-2.0
// Restores that do not come to their end alone: given up, run twice at once, refused by the target's own guards.
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/postgres_writer_test_support.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "source/writer.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kShop =
    "create function note() returns trigger language plpgsql as 'begin return new; end';"
    "create table customer (id integer primary key, n bigint generated always as identity);"
    "create table orders (id integer primary key, customer integer);"
    "alter table orders add constraint buyer foreign key (customer) references customer on delete "
    "cascade;"
    "comment on constraint buyer on orders is 'who buys';"
    "create trigger note before insert on orders for each row execute function note();"
    "alter table orders enable always trigger note;"
    "insert into customer select generate_series(1, 300);"
    "insert into orders select i, i from generate_series(1, 300) i";

class UnfinishedRestoreTest : public WriterServerTest {
protected:
    /// Begins a restore over `database`, loads `units`, and leaves it at that.
    static void
    leave_unfinished(const TestBackup& backup, const RestoreOptions& options, std::size_t units)
    {
        ASSERT_OK_AND_LET(const auto writer, open_test_writer(backup, options));
        ASSERT_OK(writer->create());
        ASSERT_OK(load(*writer, backup, options, units));
    }
};

TEST_F(UnfinishedRestoreTest, IsNamedToAnotherOneWithBothWaysOut)
{
    ASSERT_OK_AND_LET(const TestBackup backup, back_up_of(kShop, "named"));
    RestoreOptions options = into("named", IfExists::Replace);
    options.key = "3f2a/named/replace\npublic.orders=public.orders";
    leave_unfinished(backup, options, 1);
    options.key = "other";

    ASSERT_OK_AND_LET(const auto other, open_test_writer(backup, options));
    const auto refused = other->create();

    EXPECT_ERROR(refused, ErrorCode::Conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("not finished: 3f2a/named/replace"));
    EXPECT_THAT(refused.error().hint(), HasSubstr("Run that restore again"));
    EXPECT_THAT(refused.error().hint(), HasSubstr("CALL starkeep_restore.abandon()"));
}

TEST_F(UnfinishedRestoreTest, PutsBackWhatWasOutOfForceWhenItIsGivenUp)
{
    ASSERT_OK_AND_LET(const TestBackup backup, back_up_of(kShop, "given"));
    ASSERT_OK_AND_LET(const std::string before, definitions_text(*server, "given"));
    leave_unfinished(backup, into("given", IfExists::Merge), 1);
    ASSERT_OK_AND_LET(const std::string between, definitions_text(*server, "given"));
    EXPECT_NE(between, before);

    ASSERT_OK(server->sql("CALL starkeep_restore.abandon()", "given"));

    ASSERT_OK_AND_LET(const std::string after, definitions_text(*server, "given"));
    EXPECT_EQ(after, before);
    RestoreOptions another = into("given", IfExists::Replace);
    another.key = "another";
    EXPECT_OK(restore(backup, another));
}

TEST_F(UnfinishedRestoreTest, PutsAKeyBackNotValidWhenRowsBreakItAndGoesOnWithTheOthers)
{
    ASSERT_OK_AND_LET(const TestBackup backup, back_up_of(kShop, "broken"));
    RestoreOptions options = into("broken", IfExists::Replace);
    options.only["public.customer"] = "public.customer";
    leave_unfinished(backup, options, 1);
    ASSERT_OK(server->sql(
        "insert into starkeep_restore.suspended (step, what, resume, fallback) values "
        "('key gone', 'foreign key gone', 'alter table gone add x', 'alter table gone add x not "
        "valid'), ('own', 'a thing', 'comment on table public.orders is ''back''', '')",
        "broken"
    ));

    ASSERT_OK(server->sql("CALL starkeep_restore.abandon()", "broken"));

    EXPECT_EQ(
        answer("select convalidated from pg_constraint where conname = 'buyer'", "broken"), "f\n"
    );
    EXPECT_EQ(answer("select obj_description('orders'::regclass)", "broken"), "back\n");
    EXPECT_EQ(answer("select to_regnamespace('starkeep_restore') is null", "broken"), "t\n");
}

TEST_F(UnfinishedRestoreTest, DoesNotPutBackTwiceWhatItsLastStepsDidAlready)
{
    ASSERT_OK_AND_LET(const TestBackup backup, back_up_of(kShop, "nearly"));
    const RestoreOptions options = into("nearly", IfExists::Replace);
    leave_unfinished(backup, options, SIZE_MAX);
    ASSERT_OK_AND_LET(const auto writer, open_test_writer(backup, options));
    ASSERT_OK(writer->create());
    // The last step of all cannot be done.
    ASSERT_OK(server->sql(
        "create function guard() returns event_trigger language plpgsql as $$begin if "
        "tg_tag = 'DROP SCHEMA' then raise 'no drop'; end if; end$$; "
        "create event trigger guard on ddl_command_start execute function guard()",
        "nearly"
    ));

    const auto refused = writer->finish([](const std::string&) {});

    EXPECT_ERROR(refused, ErrorCode::Rejected);
    EXPECT_THAT(refused.error().hint(), HasSubstr("disable it until the restore is done: guard."));
    ASSERT_OK(server->sql("drop event trigger guard", "nearly"));
    ASSERT_OK(server->sql("alter table orders disable trigger note", "nearly"));
    ASSERT_OK(server->sql("CALL starkeep_restore.abandon()", "nearly"));
    EXPECT_EQ(answer("select tgenabled from pg_trigger where tgname = 'note'", "nearly"), "D\n");
}

TEST_F(UnfinishedRestoreTest, IsAConflictForTheSlowerOfTwoEqualRuns)
{
    ASSERT_OK_AND_LET(const TestBackup backup, back_up_of(kShop, "twice"));
    const RestoreOptions options = into("two at once");
    const auto both = [](const auto& run) {
        std::optional<Result<void>> first;
        std::thread beside([&] { first = run(0); });
        const Result<void> second = run(1);
        beside.join();
        return std::pair(*std::move(first), second);
    };
    std::vector<std::unique_ptr<DatabaseWriter>> writers;
    for (int i = 0; i < 2; ++i) {
        ASSERT_OK_AND_LET(auto writer, open_test_writer(backup, options));
        writers.push_back(std::move(writer));
    }

    const auto created = both([&](std::size_t i) { return writers[i]->create(); });
    EXPECT_OK(created.first);
    EXPECT_OK(created.second);
    ASSERT_OK_AND_LET(const auto late, writers[1]->connect({}));
    const auto loaded = both([&](std::size_t i) { return load(*writers[i], backup, options); });
    EXPECT_OK(loaded.first);
    EXPECT_OK(loaded.second);
    const auto finished =
        both([&](std::size_t i) { return writers[i]->finish([](const std::string&) {}); });

    EXPECT_NE(finished.first.ok(), finished.second.ok());
    const Result<void>& slower = finished.first.ok() ? finished.second : finished.first;
    EXPECT_ERROR(slower, ErrorCode::Conflict);
    EXPECT_FALSE(slower.error().hint().empty());
    const Placement placement{.object = backup.object("public.orders"), .target = "public.orders"};
    EXPECT_ERROR(late->begin(placement, "0"), ErrorCode::Conflict);
    ASSERT_OK_AND_LET(const RowsByObject rows, rows_of(*server, "two at once"));
    EXPECT_EQ(rows, backup.rows);
    EXPECT_THAT(writers[finished.first.ok() ? 0 : 1]->left_out(), IsEmpty());
}

TEST_F(UnfinishedRestoreTest, DoesNotComeFromEventTriggersThatForbidDefinitions)
{
    ASSERT_OK_AND_LET(
        const TestBackup backup,
        back_up_of(
            std::string(kShop) +
                "; create function guard() returns event_trigger language plpgsql as $$begin "
                "raise 'definitions are closed'; end$$;"
                "create event trigger first on ddl_command_start execute function guard();"
                "create event trigger second on sql_drop execute function guard();"
                "alter event trigger second enable always",
            "guarded"
        )
    );
    ASSERT_OK_AND_LET(const std::string before, definitions_text(*server, "guarded"));

    ASSERT_OK_AND_LET(
        const std::vector<std::string> left_out, restore(backup, into("guarded too"))
    );

    EXPECT_THAT(left_out, IsEmpty());
    ASSERT_OK_AND_LET(const std::string after, definitions_text(*server, "guarded too"));
    EXPECT_EQ(after, before);
}

TEST_F(UnfinishedRestoreTest, IsNotBegunWhereAnEventTriggerForbidsItAndNamesThat)
{
    ASSERT_OK_AND_LET(const TestBackup backup, back_up_of(kShop, "free"));
    ASSERT_OK(server->create_database("closed"));
    ASSERT_OK(server->sql(
        "create function guard() returns event_trigger language plpgsql as $$begin raise 'closed'; "
        "end$$; create event trigger \"no DDL\" on ddl_command_start execute function guard()",
        "closed"
    ));

    const auto refused = restore(backup, into("closed"));

    EXPECT_ERROR(refused, ErrorCode::Rejected);
    EXPECT_THAT(refused.error().message(), HasSubstr("closed"));
    EXPECT_THAT(refused.error().hint(), HasSubstr("\"no DDL\""));
    ASSERT_OK(server->sql("alter event trigger \"no DDL\" disable", "closed"));
    EXPECT_OK(restore(backup, into("closed")));
}

TEST_F(UnfinishedRestoreTest, NamesTheSettingWhenTheServerHasTooFewLocks)
{
    ASSERT_OK_AND_LET(
        const TestBackup backup,
        back_up_of(
            "do $$ begin for i in 1..2500 loop execute 'create table t' || i || '()'; "
            "if i % 500 = 0 then commit; end if; end loop; end $$",
            "wide"
        )
    );
    ASSERT_OK_AND_LET(
        const auto small,
        testing::PostgresServer::start(
            {"max_locks_per_transaction=10", "max_connections=5", "superuser_reserved_connections=1"
            }
        )
    );
    RestoreOptions options = into("wide");
    options.url = small->url();

    ASSERT_OK_AND_LET(const auto writer, open_test_writer(backup, options));
    const auto refused = writer->create();

    EXPECT_ERROR(refused, ErrorCode::NoSpace);
    EXPECT_THAT(refused.error().hint(), HasSubstr("max_locks_per_transaction"));
}

}  // namespace
}  // namespace starkeep::source::postgres
