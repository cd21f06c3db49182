// SPDX-License-Identifier: Apache-2.0
// A server with the zoo and its backup, for all tests of the writer.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/writer_test_support.hpp"
#include "source/postgres/writer_test_zoo.hpp"
#include "testing/matchers.hpp"
#include "testing/postgres_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace starkeep::source::postgres {

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

    inline static std::unique_ptr<testing::PostgresServer> server;
    inline static std::optional<TestBackup> backup;
};

}  // namespace starkeep::source::postgres
