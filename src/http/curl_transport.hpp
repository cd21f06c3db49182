// SPDX-License-Identifier: Apache-2.0
// The transport that reaches the network: libcurl, HTTP/1.1, connections kept for the next request, certificates always checked.
#pragma once

#include "base/result.hpp"
#include "http/transport.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace starkeep::http {

struct CurlOptions {
    /// Certificates in PEM that are trusted besides those of the system; empty: the system's only.
    std::string ca_file{};
    std::chrono::milliseconds connect_timeout{10'000};
    /// Given up when less than a byte a second came or went for this long.
    std::chrono::seconds stall_timeout{60};
    /// For one exchange from begin to end.
    std::chrono::milliseconds time_limit{600'000};
    std::uint64_t max_response_bytes = std::uint64_t{256} << 20U;
    std::string user_agent = "starkeep/" STARKEEP_VERSION;
};

/// Redirects are not followed. The proxy of the environment is used, but not for this machine and for the metadata
/// service of a virtual machine. A POST or PATCH gets a fresh connection, so that libcurl never sends one twice.
/// Errors: NotFound, Denied, InvalidInput for a `ca_file` that cannot be read.
Result<std::unique_ptr<Transport>> make_curl_transport(CurlOptions options = {});

}  // namespace starkeep::http
