// SPDX-License-Identifier: Apache-2.0
#include "testing/postgres_server.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/clock.hpp"
#include "sys/environment.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::testing {

namespace {

/// PostgreSQL refuses to serve as root. Whether this process is root shows in what `id` says.
Result<std::vector<std::string>> as_postgres()
{
    std::string uid;
    TRY_LET(
        const sys::ProcessResult asked,
        sys::run_process(
            {.arguments = {"id", "-u"}},
            [&](ByteView out) -> Result<void> {
                uid += as_text(out);
                return {};
            },
            {}
        )
    );
    if (asked.exit_status != 0 || !uid.starts_with("0\n")) {
        return std::vector<std::string>{};
    }
    return std::vector<std::string>{
        "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=SIGQUIT"
    };
}

Result<std::string> run_command(const sys::Command& command, std::stop_token stop)
{
    std::string output;
    TRY_LET(
        const sys::ProcessResult ran,
        sys::run_process(
            command,
            [&](ByteView out) -> Result<void> {
                output += as_text(out);
                return {};
            },
            std::move(stop)
        )
    );
    if (ran.exit_status != 0) {
        return Error{ErrorCode::Rejected, command.arguments.front() + ": " + ran.error_output};
    }
    return output;
}

/// As the server's user.
Result<std::string> run(const std::vector<std::string>& arguments, std::stop_token stop = {})
{
    sys::Command command;
    TRY_LET(command.arguments, as_postgres());
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    return run_command(command, std::move(stop));
}

std::string program(std::string_view name)
{
    return postgres_bin_directory() / name;
}

Result<sys::TempDir> server_directory()
{
    TRY_LET(sys::TempDir directory, sys::TempDir::create("starkeep-pg-", "/tmp"));
    TRY_LET(const std::vector<std::string> prefix, as_postgres());
    if (!prefix.empty()) {
        TRY(run_command({.arguments = {"chown", "postgres:postgres", directory.path()}}, {}));
    }
    return directory;
}

}  // namespace

std::filesystem::path postgres_bin_directory()
{
    if (const std::optional<std::string> chosen = sys::get_env("STARKEEP_TEST_PG_BINDIR")) {
        return *chosen;
    }
    int newest = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
        // NOLINTNEXTLINE(cert-err34-c, bugprone-unchecked-string-to-number-conversion): what is no number is no version
        newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
    }
    return std::filesystem::path("/usr/lib/postgresql") / std::to_string(newest) / "bin";
}

Result<std::unique_ptr<PostgresServer>>
PostgresServer::start(const std::vector<std::string>& settings)
{
    TRY_LET(sys::TempDir directory, server_directory());
    std::unique_ptr<PostgresServer> server(new PostgresServer(std::move(directory), settings));
    TRY(testing::run(
        {program("initdb"),
         "-D",
         server->data(),
         "-U",
         "postgres",
         "-A",
         "trust",
         "-N",
         "-E",
         "UTF8",
         "--locale=C"}
    ));
    TRY(server->run());
    return server;
}

Result<std::unique_ptr<PostgresServer>> PostgresServer::clone(const std::vector<std::string>& marks
) const
{
    TRY_LET(sys::TempDir directory, server_directory());
    std::unique_ptr<PostgresServer> copy(new PostgresServer(std::move(directory), settings_));
    TRY(testing::run({"cp", "-a", data(), copy->data()}));
    for (const std::string& mark : marks) {
        TRY(sys::write_file_durably(copy->data() / mark, {}));
    }
    TRY(copy->run());
    return copy;
}

PostgresServer::~PostgresServer()
{
    if (server_.joinable()) {
        static_cast<void>(stop("immediate"));
    }
}

Result<void> PostgresServer::run()
{
    std::vector<std::string> command{program("postgres"), "-D", data(), "-k", directory()};
    std::vector<std::string> settings{
        "listen_addresses=",
        "fsync=off",
        "full_page_writes=off",
        "autovacuum=off",
        "shared_buffers=32MB"
    };
    settings.insert(settings.end(), settings_.begin(), settings_.end());
    for (const std::string& setting : settings) {
        command.insert(command.end(), {"-c", setting});
    }
    server_ = std::jthread([command](const std::stop_token& stop) {
        static_cast<void>(testing::run(command, stop));
    });
    constexpr int kTries = 600;
    for (int i = 0; i < kTries; ++i) {
        if (testing::run({program("pg_isready"), "-q", "-h", directory()}).ok()) {
            return {};
        }
        sys::wait_for({}, std::chrono::milliseconds(50));
    }
    return Error{ErrorCode::TimedOut, "the test server does not start"};
}

std::string PostgresServer::url(std::string_view database, std::string_view user) const
{
    return "postgresql:///" + std::string(database) + "?host=" + directory().string() +
           "&user=" + std::string(user);
}

Result<std::string>
PostgresServer::sql(std::string_view statements, std::string_view database) const
{
    return run_command(
        {.arguments =
             {program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-f", "-"},
         .input = as_bytes(statements)},
        {}
    );
}

Result<void> PostgresServer::create_database(std::string_view name) const
{
    TRY(sql("create database \"" + std::string(name) + "\" template template0"));
    return {};
}

Result<void> PostgresServer::stop(std::string_view mode)
{
    TRY(testing::run({program("pg_ctl"), "-D", data(), "-w", "-m", std::string(mode), "stop"}));
    server_.join();
    return {};
}

Result<void> PostgresServer::start_again()
{
    return run();
}

}  // namespace starkeep::testing
