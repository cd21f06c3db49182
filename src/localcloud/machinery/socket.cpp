// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/socket.hpp"

#include "base/result.hpp"
#include "localcloud/machinery/address.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace starkeep::localcloud {

namespace {

constexpr int kBacklog = 128;
constexpr time_t kConnectPatienceSeconds = 10;

sockaddr_in place(Address address, std::uint16_t port)
{
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(address.number);
    return out;
}

std::string named(Address address, std::uint16_t port)
{
    return address.text() + ":" + std::to_string(port);
}

Result<sys::UniqueFd> bound(int kind, Address address, std::uint16_t port)
{
    sys::UniqueFd socket(::socket(AF_INET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    const sockaddr_in where = place(address, port);
    if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        return sys::errno_error(errno, "binding " + named(address, port));
    }
    return socket;
}

}  // namespace

Result<sys::UniqueFd> listen_tcp(Address address, std::uint16_t port)
{
    TRY_LET(sys::UniqueFd socket, bound(SOCK_STREAM, address, port));
    if (::listen(socket.get(), kBacklog) != 0) {
        return sys::errno_error(errno, "listening on " + named(address, port));
    }
    return socket;
}

Result<sys::UniqueFd> bind_udp(Address address, std::uint16_t port)
{
    return bound(SOCK_DGRAM, address, port);
}

Result<sys::UniqueFd> connect_tcp(Address address, std::uint16_t port)
{
    sys::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // For connect() the kernel takes the time limit of sending.
    const timeval patience{.tv_sec = kConnectPatienceSeconds, .tv_usec = 0};
    const sockaddr_in where = place(address, port);
    if (!socket ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        return sys::errno_error(errno, "connecting to " + named(address, port));
    }
    return socket;
}

Result<std::uint16_t> local_port(int socket)
{
    sockaddr_in where{};
    socklen_t size = sizeof where;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &size) != 0) {
        return sys::errno_error(errno, "asking for a port");
    }
    return ntohs(where.sin_port);
}

Result<Address> peer_address(int socket)
{
    sockaddr_in where{};
    socklen_t size = sizeof where;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&where), &size) != 0) {
        return sys::errno_error(errno, "asking for a peer");
    }
    return Address{ntohl(where.sin_addr.s_addr)};
}

}  // namespace starkeep::localcloud
