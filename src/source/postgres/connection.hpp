// SPDX-License-Identifier: Apache-2.0
// One session at a PostgreSQL server, in the settings of the row form, whose waits a stop token ends.
#pragma once

#include "base/result.hpp"
#include "source/postgres/url.hpp"

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::source::postgres {

/// What a statement answered.
class Rows {
public:
    explicit Rows(PGresult* result) : result_(result) {}

    int size() const { return PQntuples(result_.get()); }
    bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
    /// Empty for NULL. The view lives as long as this object.
    std::string_view text(int row, int column) const;
    bool is_true(int row, int column) const { return text(row, column) == "t"; }
    /// Errors: Rejected when the cell is no number in the range of the type.
    Result<std::uint64_t> number(int row, int column) const;
    /// Rows that the statement touched; 0 where the notion does not apply.
    std::uint64_t touched() const;

private:
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
};

/// Thread: used by one thread at a time. Errors of every statement: Cancelled once `stop` is requested (the statement is
/// cancelled at the server, the session is of no further use), Unavailable when the session broke, otherwise what the
/// server's SQLSTATE means (server_error.hpp).
class ServerConnection {
public:
    /// Everything that libpq knows counts: environment, service and password files. `database` takes the place of the
    /// one in `url`. Session settings that rows or names depend on are fixed, time limits are off.
    /// Errors: InvalidInput, Denied, NotFound (no such database), Unavailable, Cancelled.
    static Result<ServerConnection>
    open(const std::string& url, const std::optional<std::string>& database, std::stop_token stop);

    /// Another session of the same user in the same database, at the very address that this one found: a name may
    /// stand for several servers. `url` is the one that this session was opened with.
    Result<ServerConnection> open_beside(const std::string& url, std::stop_token stop) const;

    /// One or several statements without parameters; the rows of the last one.
    Result<Rows> query(const std::string& sql);
    /// One statement with text parameters $1, $2, …
    Result<Rows> query(const std::string& sql, std::span<const std::string> parameters);

    /// Fixes the settings that rows and names depend on. open() has done so; behind a pooler it must be done again inside the
    /// transaction, which alone keeps the session.
    Result<void> settle();

    /// Begins a COPY … FROM STDIN; then put_copy() any number of times, then end_copy().
    Result<void> begin_copy(const std::string& sql);
    /// Bytes cut anywhere. Returns when they are handed to the socket's queue and that is short.
    Result<void> put_copy(std::span<const std::byte> data);
    /// Rows that the COPY stored.
    Result<std::uint64_t> end_copy();

    /// PostgreSQL's own number: 150020 is 15.20.
    int server_version() const { return PQserverVersion(handle_.get()); }
    /// As the server resolved them: "user", "host", "port", "dbname", …; never the password.
    Parameters parameters() const;
    /// Environment for a client program that is to make the same connection (PGHOST, PGPASSWORD, …).
    Parameters environment() const;
    /// Server, user and database of this very session as libpq takes them from an argument, where nothing of the
    /// environment or a service file comes before them; never the password.
    std::string conninfo() const;
    PGconn* handle() { return handle_.get(); }
    const std::stop_token& stop() const { return stop_; }

private:
    struct Finish {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    ServerConnection(PGconn* handle, std::stop_token stop) : handle_(handle), stop_(std::move(stop))
    {
    }

    static Result<ServerConnection> connect(Parameters parameters, std::stop_token stop);
    Parameters place() const;
    Result<void> establish();
    Result<void> flush();
    Result<Rows> answer();

    std::unique_ptr<PGconn, Finish> handle_;
    std::stop_token stop_;
};

/// What poll() waits for.
enum class Ready : std::uint8_t { Read, Write, ReadOrWrite };

/// Waits until the socket is ready, as long as it takes. Errors: Cancelled; Unavailable when poll() fails.
Result<void> wait_for(PGconn* connection, Ready what, const std::stop_token& stop);

/// Asks the server to cancel the running statement; says nothing when that fails, since the session ends anyway.
void cancel_statement(PGconn* connection);

/// An identifier as SQL needs it, always in double quotes.
std::string quoted_identifier(std::string_view name);
/// A string literal, under standard_conforming_strings.
std::string quoted_literal(std::string_view text);

}  // namespace starkeep::source::postgres
