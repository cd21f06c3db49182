// SPDX-License-Identifier: Apache-2.0
// What carries a request to a server and its response back. Implementations wrap each other: retry around signing around curl.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <stop_token>

namespace starkeep::http {

/// Thread: every member may be called from any thread at once.
class Transport {
public:
    Transport() = default;
    virtual ~Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    /// A response of any status is no error here; only an exchange that did not come about is.
    /// Errors: Unavailable (no connection, no name, TLS, connection lost; the text says which host and which of them),
    /// TimedOut, Cancelled when `stop` was requested, Corrupt for a response beyond the transport's limits.
    virtual Result<Response> send(const Request& request, std::stop_token stop) = 0;
};

}  // namespace starkeep::http
