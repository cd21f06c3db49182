// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/dns_server.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/dns_message.hpp"
#include "localcloud/machinery/name_book.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "localcloud/machinery/socket.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::uint16_t kPort = 53;
constexpr std::size_t kLongest = 65'535;
/// Queries of real resolvers are far below.
constexpr std::size_t kLongestQuery = 4096;
constexpr time_t kStreamPatienceSeconds = 2;

bool receive_all(int socket, std::span<std::byte> out)
{
    const ssize_t got = ::recv(socket, out.data(), out.size(), MSG_WAITALL);
    return got >= 0 && static_cast<std::size_t>(got) == out.size();
}

}  // namespace

Result<std::unique_ptr<DnsServer>> DnsServer::start(
    const NetworkNamespace& inside,
    Address address,
    const NameBook& names,
    std::optional<FactId> network
)
{
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<DnsServer> server(new DnsServer(names, std::move(network)));
    server->wake_ = sys::UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!server->wake_) {
        return sys::errno_error(errno, "making an event");
    }
    TRY(inside.run([&]() -> Result<void> {
        TRY_LET(server->datagrams_, bind_udp(address, kPort));
        TRY_LET(server->streams_, listen_tcp(address, kPort));
        return {};
    }));
    server->datagram_thread_ = std::jthread([self = server.get()](const std::stop_token& stop) {
        self->serve_datagrams(stop);
    });
    server->stream_thread_ = std::jthread([self = server.get()](const std::stop_token& stop) {
        self->serve_streams(stop);
    });
    return server;
}

DnsServer::~DnsServer()
{
    datagram_thread_.request_stop();
    stream_thread_.request_stop();
    static_cast<void>(::eventfd_write(wake_.get(), 1));
}

bool DnsServer::wait_for_input(int socket) const
{
    std::array<pollfd, 2> watched{{
        {.fd = socket, .events = POLLIN, .revents = 0},
        {.fd = wake_.get(), .events = POLLIN, .revents = 0},
    }};
    return ::poll(watched.data(), watched.size(), -1) > 0 && (watched[0].revents & POLLIN) != 0;
}

Bytes DnsServer::answer(ByteView message, std::optional<std::size_t> limit_bytes) const
{
    const Result<DnsQuery> query = parse_dns_query(message);
    if (!query.ok()) {
        return format_dns_refusal(message);
    }
    const DnsAnswer found = query->is_internet
                                ? names_.find(query->name, DnsType{query->type}, network_)
                                : DnsAnswer{.status = DnsStatus::Refused};
    return format_dns_answer(*query, found, limit_bytes.value_or(query->answer_limit_bytes));
}

void DnsServer::serve_datagrams(const std::stop_token& stop) const
{
    Bytes buffer(kLongestQuery);
    while (!stop.stop_requested()) {
        if (!wait_for_input(datagrams_.get())) {
            continue;
        }
        sockaddr_storage from{};
        socklen_t from_size = sizeof from;
        auto* caller = reinterpret_cast<sockaddr*>(&from);
        const ssize_t got =
            ::recvfrom(datagrams_.get(), buffer.data(), buffer.size(), 0, caller, &from_size);
        if (got <= 0) {
            continue;
        }
        const Bytes reply =
            answer(ByteView(buffer).first(static_cast<std::size_t>(got)), std::nullopt);
        if (!reply.empty()) {
            static_cast<void>(
                ::sendto(datagrams_.get(), reply.data(), reply.size(), 0, caller, from_size)
            );
        }
    }
}

void DnsServer::serve_streams(const std::stop_token& stop) const
{
    while (!stop.stop_requested()) {
        if (!wait_for_input(streams_.get())) {
            continue;
        }
        const sys::UniqueFd caller(::accept4(streams_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (caller) {
            serve_stream(caller);
        }
    }
}

/// One question per connection is what resolvers send after an answer that was cut short.
void DnsServer::serve_stream(const sys::UniqueFd& caller) const
{
    const timeval patience{.tv_sec = kStreamPatienceSeconds, .tv_usec = 0};
    std::array<std::byte, 2> length{};
    if (::setsockopt(caller.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        !receive_all(caller.get(), length)) {
        return;
    }
    const std::size_t size =
        (std::to_integer<std::size_t>(length[0]) << 8U) | std::to_integer<std::size_t>(length[1]);
    Bytes message(size);
    if (size > kLongestQuery || !receive_all(caller.get(), message)) {
        return;
    }
    const Bytes reply = answer(message, kLongest);
    Bytes out{
        static_cast<std::byte>(reply.size() >> 8U), static_cast<std::byte>(reply.size() & 0xFFU)
    };
    append(out, reply);
    if (!reply.empty()) {
        static_cast<void>(::send(caller.get(), out.data(), out.size(), MSG_NOSIGNAL));
    }
}

}  // namespace starkeep::localcloud
