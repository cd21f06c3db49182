// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/copy_stream.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/copy_parser.hpp"
#include "source/postgres/server_error.hpp"
#include "source/reader.hpp"

#include <libpq-fe.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/types.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

namespace starkeep::source::postgres {

namespace {

constexpr std::size_t kBufferBytes = 128UL * 1024;

/// What one attempt at the socket came to.
struct Attempt {
    std::size_t bytes = 0;
    bool closed = false;
    bool wait = false;
    Ready wait_for = Ready::Read;
};

/// The socket under libpq, in clear or through libpq's own TLS session.
class Wire {
public:
    explicit Wire(PGconn* connection)
        : socket_(PQsocket(connection)), tls_(static_cast<SSL*>(PQsslStruct(connection, "OpenSSL")))
    {
    }

    Attempt read(std::span<std::byte> out) const
    {
        if (tls_ == nullptr) {
            return of_socket(recv(socket_, out.data(), out.size(), 0), Ready::Read);
        }
        ERR_clear_error();
        std::size_t bytes = 0;
        return of_tls(SSL_read_ex(tls_, out.data(), out.size(), &bytes), bytes);
    }

    Attempt write(ByteView data) const
    {
        if (tls_ == nullptr) {
            return of_socket(send(socket_, data.data(), data.size(), MSG_NOSIGNAL), Ready::Write);
        }
        ERR_clear_error();
        std::size_t bytes = 0;
        return of_tls(SSL_write_ex(tls_, data.data(), data.size(), &bytes), bytes);
    }

private:
    static Attempt of_socket(std::ptrdiff_t result, Ready direction)
    {
        if (result > 0) {
            return {.bytes = static_cast<std::size_t>(result)};
        }
        const bool again = result < 0 && (errno == EAGAIN || errno == EINTR);
        return {.closed = !again, .wait = again, .wait_for = direction};
    }

    Attempt of_tls(int result, std::size_t bytes) const
    {
        if (result > 0) {
            return {.bytes = bytes};
        }
        switch (SSL_get_error(tls_, result)) {
        case SSL_ERROR_WANT_READ:
            return {.wait = true, .wait_for = Ready::Read};
        case SSL_ERROR_WANT_WRITE:
            return {.wait = true, .wait_for = Ready::Write};
        default:
            return {.closed = true};
        }
    }

    int socket_;
    SSL* tls_;
};

Bytes query_message(const std::string& sql)
{
    Bytes message{std::byte{'Q'}};
    const auto length = static_cast<std::uint32_t>(sql.size() + 5);
    for (int shift = 24; shift >= 0; shift -= 8) {
        message.push_back(static_cast<std::byte>(length >> static_cast<unsigned>(shift)));
    }
    append(message, as_bytes(sql));
    message.push_back(std::byte{0});
    return message;
}

Error lost()
{
    return {ErrorCode::Unavailable, "the server closed the connection"};
}

/// libpq must have nothing left that came from the server: what it holds would be missing here.
Result<void> take_over(PGconn* connection)
{
    if (PQconsumeInput(connection) == 0) {
        return connection_error(connection);
    }
    const PGTransactionStatusType status = PQtransactionStatus(connection);
    if (PQisBusy(connection) != 0 || (status != PQTRANS_IDLE && status != PQTRANS_INTRANS)) {
        return Error{ErrorCode::Unavailable, "the session is not ready for a COPY"};
    }
    return {};
}

Result<void> send_query(const Wire& wire, ServerConnection& connection, const std::string& sql)
{
    if (sql.size() > std::numeric_limits<std::int32_t>::max() / 2) {
        return Error{ErrorCode::InvalidInput, "a statement is too long"};
    }
    const Bytes message = query_message(sql);
    ByteView left = message;
    while (!left.empty()) {
        const Attempt sent = wire.write(left);
        if (sent.closed) {
            return lost();
        }
        if (sent.wait) {
            TRY(wait_for(connection.handle(), sent.wait_for, connection.stop()));
        }
        left = left.subspan(sent.bytes);
    }
    return {};
}

Result<void> receive(const Wire& wire, ServerConnection& connection, CopyParser& parser)
{
    Bytes buffer(kBufferBytes);
    while (!parser.finished()) {
        if (connection.stop().stop_requested()) {
            return Error{ErrorCode::Cancelled, "stopped on request"};
        }
        const Attempt got = wire.read(buffer);
        if (got.closed) {
            TRY(parser.outcome());
            return lost();
        }
        if (got.wait) {
            TRY(wait_for(connection.handle(), got.wait_for, connection.stop()));
        }
        TRY(parser.feed(ByteView(buffer).first(got.bytes)));
    }
    return parser.outcome();
}

}  // namespace

Result<void> copy_stream(ServerConnection& connection, const std::string& sql, RowSink& sink)
{
    TRY(take_over(connection.handle()));
    const Wire wire(connection.handle());
    CopyParser parser(sink);
    TRY(send_query(wire, connection, sql));
    Result<void> received = receive(wire, connection, parser);
    if (!received.ok() && !parser.finished()) {
        cancel_statement(connection.handle());
    }
    return received;
}

}  // namespace starkeep::source::postgres
