// SPDX-License-Identifier: Apache-2.0
// TCP and UDP sockets at given addresses, made on the calling thread and so in its network namespace.
#pragma once

#include "base/result.hpp"
#include "localcloud/machinery/address.hpp"
#include "sys/file.hpp"

#include <cstdint>

namespace starkeep::localcloud {

inline constexpr Address kLoopback{0x7F000001U};

/// Listening; does not block. Port 0 lets the kernel choose: see local_port().
Result<sys::UniqueFd> listen_tcp(Address address, std::uint16_t port);

/// Bound; does not block.
Result<sys::UniqueFd> bind_udp(Address address, std::uint16_t port);

/// Errors: Unavailable when nobody listens there, or within 10 s nobody answers.
Result<sys::UniqueFd> connect_tcp(Address address, std::uint16_t port);

Result<std::uint16_t> local_port(int socket);
Result<Address> peer_address(int socket);

}  // namespace starkeep::localcloud
