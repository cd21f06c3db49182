// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/open_writer.hpp"
#include "source/postgres/postgres_writer.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "source/postgres/writer_test_zoo.hpp"
#include "source/writer.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One server and one backup of the zoo for all tests; every test restores into databases of its own.
class PostgresWriterTest : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        ASSERT_OK_AND_LET(server, testing::PostgresServer::start());
        ASSERT_OK(server->sql("create role zoo_owner; create role zoo_reader"));
        ASSERT_OK(server->create_database("zoo"));
        ASSERT_OK(server->sql(kZoo, "zoo"));
        ASSERT_OK_AND_LET(TestBackup taken, back_up(*server, "zoo"));
        backup = std::move(taken);
    }
    static void TearDownTestSuite()
    {
        backup.reset();
        server.reset();
    }

    static RestoreOptions into(const std::string& database)
    {
        RestoreOptions options;
        options.url = server->url();
        options.database = database;
        return options;
    }

    static std::string answer(const std::string& sql, const std::string& database)
    {
        const Result<std::string> said = server->sql(sql, database);
        return said.ok() ? *said : said.error().text();
    }

    static std::unique_ptr<testing::PostgresServer> server;
    static std::optional<TestBackup> backup;
};

std::unique_ptr<testing::PostgresServer> PostgresWriterTest::server;
std::optional<TestBackup> PostgresWriterTest::backup;

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

}  // namespace
}  // namespace starkeep::source::postgres
