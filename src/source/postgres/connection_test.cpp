// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/open.hpp"
#include "source/postgres/server_error.hpp"
#include "sys/clock.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ServerError, IsClassifiedByItsState)
{
    struct Case {
        const char* sqlstate;
        ErrorCode code;
    };
    for (const Case& one : std::vector<Case>{
             {.sqlstate = "28P01", .code = ErrorCode::Denied},
             {.sqlstate = "28000", .code = ErrorCode::Denied},
             {.sqlstate = "42501", .code = ErrorCode::Denied},
             {.sqlstate = "3D000", .code = ErrorCode::NotFound},
             {.sqlstate = "42P01", .code = ErrorCode::NotFound},
             {.sqlstate = "42704", .code = ErrorCode::NotFound},
             {.sqlstate = "08006", .code = ErrorCode::Unavailable},
             {.sqlstate = "57P01", .code = ErrorCode::Unavailable},
             {.sqlstate = "57P03", .code = ErrorCode::Unavailable},
             {.sqlstate = "53300", .code = ErrorCode::Unavailable},
             {.sqlstate = "53100", .code = ErrorCode::NoSpace},
             {.sqlstate = "57014", .code = ErrorCode::Cancelled},
             {.sqlstate = "40001", .code = ErrorCode::Conflict},
             {.sqlstate = "40P01", .code = ErrorCode::Conflict},
             {.sqlstate = "42P07", .code = ErrorCode::Exists},
             {.sqlstate = "22012", .code = ErrorCode::Rejected},
         }) {
        EXPECT_EQ(classify(one.sqlstate), one.code) << one.sqlstate;
    }
}

TEST(ServerError, OfAFullDiskSaysWhatHelps)
{
    const Error error = server_error("53100", "could not extend file: No space left on device", "");

    EXPECT_EQ(error.code(), ErrorCode::NoSpace);
    EXPECT_NE(error.hint().find("Free space"), std::string::npos);
}

class ServerConnectionTest : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_OK_AND_LET(server_, testing::PostgresServer::start()); }

    std::unique_ptr<testing::PostgresServer> server_;
};

TEST_F(ServerConnectionTest, AnswersWithRowsAndNulls)
{
    ASSERT_OK_AND_LET(ServerConnection connection, ServerConnection::open(server_->url(), {}, {}));
    const std::vector<std::string> parameters{"41"};

    ASSERT_OK_AND_LET(
        const Rows rows, connection.query("select $1::int + 1, null, true", parameters)
    );

    ASSERT_EQ(rows.size(), 1);
    ASSERT_OK_AND_LET(const std::uint64_t number, rows.number(0, 0));
    EXPECT_EQ(number, 42U);
    EXPECT_TRUE(rows.is_null(0, 1));
    EXPECT_TRUE(rows.is_true(0, 2));
    EXPECT_ERROR(rows.number(0, 2), ErrorCode::Rejected);
}

TEST_F(ServerConnectionTest, FixesWhatTheTextOfRowsDependsOnWhateverTheRoleIsUsedTo)
{
    struct Setting {
        const char* name;
        const char* habit;
        const char* fixed;
    };
    for (const Setting& one : std::vector<Setting>{
             {.name = "datestyle", .habit = "German", .fixed = "ISO, DMY"},
             {.name = "intervalstyle", .habit = "iso_8601", .fixed = "postgres"},
             {.name = "timezone", .habit = "Asia/Tokyo", .fixed = "UTC"},
             {.name = "extra_float_digits", .habit = "-5", .fixed = "3"},
             {.name = "bytea_output", .habit = "escape", .fixed = "hex"},
             {.name = "xmlbinary", .habit = "hex", .fixed = "base64"},
             {.name = "xmloption", .habit = "document", .fixed = "content"},
             {.name = "lc_monetary", .habit = "C.UTF-8", .fixed = "C"},
             {.name = "search_path", .habit = "public", .fixed = ""},
             {.name = "quote_all_identifiers", .habit = "on", .fixed = "off"},
             {.name = "array_nulls", .habit = "off", .fixed = "on"},
             {.name = "standard_conforming_strings", .habit = "off", .fixed = "on"},
             {.name = "row_security", .habit = "on", .fixed = "off"},
             {.name = "synchronize_seqscans", .habit = "on", .fixed = "off"},
             {.name = "enable_tidscan", .habit = "off", .fixed = "on"},
         }) {
        SCOPED_TRACE(one.name);
        const std::string name = one.name;
        ASSERT_OK(server_->sql("alter role postgres set " + name + " = '" + one.habit + "'"));
        ASSERT_OK_AND_LET(
            ServerConnection connection, ServerConnection::open(server_->url(), {}, {})
        );
        ASSERT_OK(connection.settle());

        ASSERT_OK_AND_LET(const Rows rows, connection.query("show " + name));

        EXPECT_EQ(rows.text(0, 0), one.fixed);
    }
}

TEST_F(ServerConnectionTest, TellsWhyItCannotBeMade)
{
    EXPECT_ERROR(ServerConnection::open(server_->url("missing"), {}, {}), ErrorCode::NotFound);
    EXPECT_ERROR(
        ServerConnection::open(server_->url("postgres", "nobody"), {}, {}), ErrorCode::Denied
    );
    EXPECT_ERROR(
        ServerConnection::open("postgresql:///?host=/nowhere", {}, {}), ErrorCode::Unavailable
    );
}

TEST_F(ServerConnectionTest, NeverShowsThePassword)
{
    const auto refused =
        ServerConnection::open(server_->url("postgres", "nobody") + "&password=geheim", {}, {});

    EXPECT_ERROR(refused, ErrorCode::Denied);
    EXPECT_THAT(refused.error().text(), Not(HasSubstr("geheim")));
    ASSERT_OK_AND_LET(const auto source, open_postgres(server_->url() + "&password=geheim", {}));
    EXPECT_THAT(source->url(), Not(HasSubstr("geheim")));
}

TEST_F(ServerConnectionTest, EndsAStatementWhenAskedTo)
{
    std::stop_source stop;
    ASSERT_OK_AND_LET(
        ServerConnection connection, ServerConnection::open(server_->url(), {}, stop.get_token())
    );
    const std::jthread later([&stop] {
        sys::wait_for({}, std::chrono::milliseconds(200));
        stop.request_stop();
    });

    EXPECT_ERROR(connection.query("select pg_catalog.pg_sleep(60)"), ErrorCode::Cancelled);

    ASSERT_OK_AND_LET(
        const std::string left,
        server_->sql("select pg_sleep(0.5); select count(*) from pg_stat_activity where query ~ "
                     "'sleep.60' and state = "
                     "'active' and pid <> pg_backend_pid()")
    );
    EXPECT_THAT(left, HasSubstr("0"));
}

TEST_F(ServerConnectionTest, CopiesRowsIn)
{
    ASSERT_OK_AND_LET(ServerConnection connection, ServerConnection::open(server_->url(), {}, {}));
    ASSERT_OK(connection.query("create temp table t (id int)"));
    std::string rows;
    for (int i = 0; i < 500'000; ++i) {
        rows += std::to_string(i) + "\n";
    }

    ASSERT_OK(connection.begin_copy("copy pg_temp.t from stdin"));
    ASSERT_OK(connection.put_copy(as_bytes(rows)));
    ASSERT_OK_AND_LET(const std::uint64_t count, connection.end_copy());

    EXPECT_EQ(count, 500'000U);
}

TEST_F(ServerConnectionTest, TellsWhatIsWrongWithRowsCopiedIn)
{
    ASSERT_OK_AND_LET(ServerConnection connection, ServerConnection::open(server_->url(), {}, {}));
    ASSERT_OK(connection.query("create temp table t (id int)"));

    ASSERT_OK(connection.begin_copy("copy pg_temp.t from stdin"));
    ASSERT_OK(connection.put_copy(as_bytes("1\nx\n")));

    EXPECT_ERROR(connection.end_copy(), ErrorCode::Rejected);
}

TEST_F(ServerConnectionTest, ListsDatabasesOnlyWhenTheUrlNamesNone)
{
    ASSERT_OK(server_->create_database("shop"));
    ASSERT_OK_AND_LET(const auto all, open_postgres(server_->url(""), {}));
    ASSERT_OK_AND_LET(const auto one, open_postgres(server_->url("shop"), {}));

    ASSERT_OK_AND_LET(const auto every_name, all->databases());
    ASSERT_OK_AND_LET(const auto one_name, one->databases());

    EXPECT_THAT(every_name, ::testing::ElementsAre("postgres", "shop"));
    EXPECT_THAT(one_name, ::testing::ElementsAre("shop"));
    EXPECT_EQ(one->url(), all->url() + "/shop");
}

}  // namespace
}  // namespace starkeep::source::postgres
