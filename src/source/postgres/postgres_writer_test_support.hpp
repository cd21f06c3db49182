// SPDX-License-Identifier: Apache-2.0
// A server to restore into, and one with the zoo and its backup, for all tests of the writer.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "source/postgres/writer_test_zoo.hpp"
#include "source/writer.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace starkeep::source::postgres {

/// One server for all tests; every test makes databases of its own.
class WriterServerTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() { ASSERT_OK_AND_LET(server, testing::PostgresServer::start()); }
    static void TearDownTestSuite() { server.reset(); }

    /// The backup of a database that `sql` fills; it stays.
    static Result<TestBackup> back_up_of(const std::string& sql, const std::string& database)
    {
        TRY(server->create_database(database));
        TRY(server->sql(sql, database));
        return back_up(*server, database);
    }

    static RestoreOptions into(const std::string& database, IfExists if_exists = IfExists::Fail)
    {
        RestoreOptions options;
        options.url = server->url();
        options.database = database;
        options.if_exists = if_exists;
        return options;
    }

    static std::string answer(const std::string& sql, const std::string& database)
    {
        const Result<std::string> said = server->sql(sql, database);
        return said.ok() ? *said : said.error().text();
    }

    inline static std::unique_ptr<testing::PostgresServer> server;
};

/// With one backup of the zoo.
class PostgresWriterTest : public WriterServerTest {
protected:
    static void SetUpTestSuite()
    {
        WriterServerTest::SetUpTestSuite();
        ASSERT_OK(server->sql("create role zoo_owner; create role zoo_reader"));
        ASSERT_OK_AND_LET(TestBackup taken, back_up_of(kZoo, "zoo"));
        backup = std::move(taken);
    }
    static void TearDownTestSuite()
    {
        backup.reset();
        WriterServerTest::TearDownTestSuite();
    }

    inline static std::optional<TestBackup> backup;
};

}  // namespace starkeep::source::postgres
