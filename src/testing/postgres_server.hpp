// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL server of the test's own, gone when the test is.
#pragma once

#include "base/result.hpp"
#include "sys/file.hpp"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::testing {

/// Programs of the major version under test: STARKEEP_TEST_PG_BINDIR, else the newest below /usr/lib/postgresql.
std::filesystem::path postgres_bin_directory();

/// Speaks on a Unix socket in a directory of its own; the superuser is "postgres", without password. Dies with this
/// process whatever happens.
class PostgresServer {
public:
    /// `settings`: "name=value", as the server's -c takes them. Writes are not synced to disk unless a setting asks for it.
    static Result<std::unique_ptr<PostgresServer>>
    start(const std::vector<std::string>& settings = {});
    /// A server on a copy of this one's files, which must be stopped: same system identifier. `marks` are empty files
    /// for its data directory, as "standby.signal".
    Result<std::unique_ptr<PostgresServer>> clone(const std::vector<std::string>& marks = {}) const;

    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    std::string
    url(std::string_view database = "postgres", std::string_view user = "postgres") const;
    /// Runs statements by psql, each in a transaction of its own; what they print, unaligned, without headers.
    /// Errors: Rejected with what psql said.
    Result<std::string>
    sql(std::string_view statements, std::string_view database = "postgres") const;
    Result<void> create_database(std::string_view name) const;

    /// `mode`: "fast", or "immediate", which is a crash.
    Result<void> stop(std::string_view mode = "fast");
    Result<void> start_again();
    /// The data directory and, beside it, the socket.
    const std::filesystem::path& directory() const { return directory_.path(); }
    std::filesystem::path data() const { return directory() / "data"; }

private:
    PostgresServer(sys::TempDir directory, std::vector<std::string> settings)
        : directory_(std::move(directory)), settings_(std::move(settings))
    {
    }
    Result<void> run();

    sys::TempDir directory_;
    std::vector<std::string> settings_;
    std::jthread server_;
};

}  // namespace starkeep::testing
