// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/connection.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/server_error.hpp"
#include "source/postgres/url.hpp"

#include <libpq-fe.h>
#include <sys/poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// How long a stop request may go unseen.
constexpr std::chrono::milliseconds kStopInterval{100};
/// A server that is silent for so long while a connection is made is taken for unreachable.
constexpr std::chrono::seconds kConnectSilence{30};

/// What the text of a row depends on, what may end a long read, and what may change the order of rows. Settings that a
/// server does not know are passed over.
constexpr std::string_view kSettings = R"sql(
select count(pg_catalog.set_config(s.name, v.value, false))
from (values
    ('datestyle', 'ISO'), ('intervalstyle', 'postgres'), ('timezone', 'UTC'), ('extra_float_digits', '3'),
    ('bytea_output', 'hex'), ('xmlbinary', 'base64'), ('xmloption', 'content'), ('lc_monetary', 'C'),
    ('search_path', ''), ('quote_all_identifiers', 'off'), ('array_nulls', 'on'),
    ('standard_conforming_strings', 'on'), ('row_security', 'off'),
    ('statement_timeout', '0'), ('lock_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
    ('idle_session_timeout', '0'), ('transaction_timeout', '0'),
    ('synchronize_seqscans', 'off'), ('max_parallel_workers_per_gather', '0'), ('enable_tidscan', 'on'),
    ('enable_seqscan', 'on'), ('enable_memoize', 'off'), ('jit', 'off'), ('client_min_messages', 'error')
) as v(name, value)
join pg_catalog.pg_settings s on pg_catalog.lower(s.name) = v.name
)sql";

short events_of(Ready what)
{
    switch (what) {
    case Ready::Read:
        return POLLIN;
    case Ready::Write:
        return POLLOUT;
    case Ready::ReadOrWrite:
        break;
    }
    return POLLIN | POLLOUT;
}

Error cancelled()
{
    return {ErrorCode::Cancelled, "stopped on request"};
}

/// True when ready, false when the interval passed.
Result<bool> poll_once(PGconn* connection, Ready what)
{
    pollfd descriptor{.fd = PQsocket(connection), .events = events_of(what), .revents = 0};
    if (descriptor.fd < 0) {
        return Error{ErrorCode::Unavailable, "the connection to the server is closed"};
    }
    const int ready = poll(&descriptor, 1, static_cast<int>(kStopInterval.count()));
    if (ready < 0 && errno != EINTR) {
        return Error{ErrorCode::Unavailable, "waiting for the server failed"};
    }
    return ready > 0;
}

struct OptionsFree {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

Parameters resolved(PGconn* connection)
{
    Parameters out;
    const std::unique_ptr<PQconninfoOption, OptionsFree> options(PQconninfo(connection));
    for (const PQconninfoOption* option = options.get();
         option != nullptr && option->keyword != nullptr;
         ++option) {
        if (option->val != nullptr && *option->val != '\0') {
            out.emplace(option->keyword, option->val);
        }
    }
    if (!out.contains("host") && PQhost(connection) != nullptr) {
        out["host"] = PQhost(connection);
    }
    return out;
}

}  // namespace

std::string_view Rows::text(int row, int column) const
{
    return {
        PQgetvalue(result_.get(), row, column),
        static_cast<std::size_t>(PQgetlength(result_.get(), row, column))
    };
}

Result<std::uint64_t> Rows::number(int row, int column) const
{
    const std::string_view digits = text(row, column);
    std::uint64_t value = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc() || end != digits.data() + digits.size()) {
        return Error{
            ErrorCode::Rejected,
            "the server answered \"" + std::string(digits) + "\" where a number is due"
        };
    }
    return value;
}

std::uint64_t Rows::touched() const
{
    const std::string_view digits = PQcmdTuples(result_.get());
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

Result<void> wait_for(PGconn* connection, Ready what, const std::stop_token& stop)
{
    while (true) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TRY_LET(const bool ready, poll_once(connection, what));
        if (ready) {
            return {};
        }
    }
}

void cancel_statement(PGconn* connection)
{
    struct Free {
        void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
    };
    const std::unique_ptr<PGcancel, Free> cancel(PQgetCancel(connection));
    std::array<char, 256> message{};
    if (cancel != nullptr) {
        PQcancel(cancel.get(), message.data(), static_cast<int>(message.size()));
    }
}

Result<ServerConnection> ServerConnection::open(
    const std::string& url, const std::optional<std::string>& database, std::stop_token stop
)
{
    TRY_LET(Parameters parameters, parse_url(url));
    if (database) {
        parameters["dbname"] = *database;
    }
    return connect(std::move(parameters), std::move(stop));
}

Result<ServerConnection>
ServerConnection::open_beside(const std::string& url, std::stop_token stop) const
{
    TRY_LET(Parameters parameters, parse_url(url));
    for (const auto& [keyword, value] : place()) {
        parameters[keyword] = value;
    }
    return connect(std::move(parameters), std::move(stop));
}

Result<ServerConnection> ServerConnection::connect(Parameters parameters, std::stop_token stop)
{
    parameters.try_emplace("fallback_application_name", "starkeep");
    parameters["client_encoding"] = "UTF8";
    // Rows are read from the socket itself (copy_stream.hpp), which a GSS layer would wrap.
    parameters["gssencmode"] = "disable";
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : parameters) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    ServerConnection connection(
        PQconnectStartParams(keywords.data(), values.data(), 0), std::move(stop)
    );
    if (connection.handle_ == nullptr) {
        return Error{ErrorCode::Unavailable, "no memory for a connection"};
    }
    TRY(connection.establish());
    TRY(connection.settle());
    return connection;
}

Result<void> ServerConnection::establish()
{
    PGconn* handle = handle_.get();
    // Verbose, since libpq tells the SQLSTATE of a refused connection in no other way.
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(handle, [](void*, const PGresult*) {}, nullptr);
    std::chrono::milliseconds silence{0};
    PostgresPollingStatusType status =
        PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
        if (stop_.stop_requested()) {
            return cancelled();
        }
        TRY_LET(
            const bool ready,
            poll_once(handle, status == PGRES_POLLING_READING ? Ready::Read : Ready::Write)
        );
        if (ready) {
            silence = {};
            status = PQconnectPoll(handle);
            continue;
        }
        silence += kStopInterval;
        if (silence >= kConnectSilence) {
            return Error{
                ErrorCode::Unavailable,
                canonical_url(parameters()) + " does not answer",
                "Check host and port in the URL, and that a firewall lets connections through."
            };
        }
    }
    if (status == PGRES_POLLING_FAILED) {
        return connection_error(handle).during("connecting to " + canonical_url(parameters()));
    }
    PQsetErrorVerbosity(handle, PQERRORS_DEFAULT);
    if (PQsetnonblocking(handle, 1) != 0) {
        return connection_error(handle);
    }
    return {};
}

Result<void> ServerConnection::settle()
{
    const Result<Rows> set = query(std::string(kSettings));
    if (!set.ok()) {
        return Error(set.error()).during("fixing the settings of the session");
    }
    return {};
}

Result<void> ServerConnection::flush()
{
    while (true) {
        const int left = PQflush(handle_.get());
        if (left < 0) {
            return connection_error(handle_.get());
        }
        if (left == 0) {
            return {};
        }
        TRY(wait_for(handle_.get(), Ready::ReadOrWrite, stop_));
        if (PQconsumeInput(handle_.get()) == 0) {
            return connection_error(handle_.get());
        }
    }
}

Result<Rows> ServerConnection::answer()
{
    std::optional<Rows> last;
    std::optional<Error> failure;
    while (true) {
        while (PQisBusy(handle_.get()) != 0) {
            if (Result<void> waited = wait_for(handle_.get(), Ready::Read, stop_); !waited.ok()) {
                cancel_statement(handle_.get());
                return std::move(waited).error();
            }
            if (PQconsumeInput(handle_.get()) == 0) {
                return connection_error(handle_.get());
            }
        }
        PGresult* next = PQgetResult(handle_.get());
        if (next == nullptr) {
            break;
        }
        last.emplace(next);
        const ExecStatusType status = PQresultStatus(next);
        if (status == PGRES_COPY_IN) {
            return std::move(*last);
        }
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
            status != PGRES_EMPTY_QUERY && !failure) {
            failure = statement_error(next);
        }
    }
    if (failure) {
        return std::move(*failure);
    }
    if (!last) {
        return Error{ErrorCode::Unavailable, "the server gave no answer"};
    }
    return std::move(*last);
}

Result<Rows> ServerConnection::query(const std::string& sql)
{
    if (stop_.stop_requested()) {
        return cancelled();
    }
    if (PQsendQuery(handle_.get(), sql.c_str()) == 0) {
        return connection_error(handle_.get());
    }
    TRY(flush());
    return answer();
}

Result<Rows>
ServerConnection::query(const std::string& sql, std::span<const std::string> parameters)
{
    if (stop_.stop_requested()) {
        return cancelled();
    }
    std::vector<const char*> values;
    for (const std::string& value : parameters) {
        values.push_back(value.c_str());
    }
    const int sent = PQsendQueryParams(
        handle_.get(),
        sql.c_str(),
        static_cast<int>(values.size()),
        nullptr,
        values.data(),
        nullptr,
        nullptr,
        0
    );
    if (sent == 0) {
        return connection_error(handle_.get());
    }
    TRY(flush());
    return answer();
}

Result<void> ServerConnection::begin_copy(const std::string& sql)
{
    TRY_LET(const Rows begun, query(sql));
    return {};
}

Result<void> ServerConnection::put_copy(std::span<const std::byte> data)
{
    constexpr std::size_t kPiece = 1024UL * 1024;
    while (!data.empty()) {
        const std::size_t length = std::min(data.size(), kPiece);
        const int queued = PQputCopyData(
            handle_.get(), reinterpret_cast<const char*>(data.data()), static_cast<int>(length)
        );
        if (queued < 0) {
            return connection_error(handle_.get());
        }
        // What is queued is sent before more is taken: the queue stays as long as one piece.
        TRY(flush());
        if (queued > 0) {
            data = data.subspan(length);
        }
    }
    return {};
}

Result<std::uint64_t> ServerConnection::end_copy()
{
    int ended = 0;
    while ((ended = PQputCopyEnd(handle_.get(), nullptr)) == 0) {
        TRY(flush());
    }
    if (ended < 0) {
        return connection_error(handle_.get());
    }
    TRY(flush());
    TRY_LET(const Rows done, answer());
    return done.touched();
}

Parameters ServerConnection::parameters() const
{
    Parameters out = resolved(handle_.get());
    out.erase("password");
    return out;
}

Parameters ServerConnection::environment() const
{
    Parameters out;
    const std::unique_ptr<PQconninfoOption, OptionsFree> options(PQconninfo(handle_.get()));
    for (const PQconninfoOption* option = options.get();
         option != nullptr && option->keyword != nullptr;
         ++option) {
        if (option->envvar != nullptr && option->val != nullptr && *option->val != '\0') {
            out.emplace(option->envvar, option->val);
        }
    }
    if (const char* password = PQpass(handle_.get()); password != nullptr && *password != '\0') {
        out["PGPASSWORD"] = password;
    }
    return out;
}

Parameters ServerConnection::place() const
{
    Parameters out;
    const auto add = [&](const char* keyword, const char* value) {
        if (value != nullptr && *value != '\0') {
            out.emplace(keyword, value);
        }
    };
    add("host", PQhost(handle_.get()));
    // Not for a socket's directory, which has none.
    add("hostaddr", PQhostaddr(handle_.get()));
    add("port", PQport(handle_.get()));
    add("user", PQuser(handle_.get()));
    add("dbname", PQdb(handle_.get()));
    return out;
}

std::string ServerConnection::conninfo() const
{
    std::string out;
    for (const auto& [keyword, value] : place()) {
        out += (out.empty() ? "" : " ") + keyword + "='";
        for (const char c : value) {
            if (c == '\'' || c == '\\') {
                out += '\\';
            }
            out += c;
        }
        out += "'";
    }
    return out;
}

std::string quoted_identifier(std::string_view name)
{
    std::string out = "\"";
    for (const char c : name) {
        out += c;
        if (c == '"') {
            out += c;
        }
    }
    return out + "\"";
}

std::string quoted_literal(std::string_view text)
{
    std::string out = "'";
    for (const char c : text) {
        out += c;
        if (c == '\'') {
            out += c;
        }
    }
    return out + "'";
}

}  // namespace starkeep::source::postgres
