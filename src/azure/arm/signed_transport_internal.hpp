// SPDX-License-Identifier: Apache-2.0
// Every single attempt gets its request id and the access token; a refused token is renewed once.
#pragma once

#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::azure::arm {

/// Whether the URL leads to the management plane: its host, or a regional one below it, by the same scheme and port. Only
/// such a host may see our token.
bool is_management_url(std::string_view url, const Cloud& cloud);

/// A random one, as Azure wants them: "8-4-4-4-12".
std::string new_request_id();

/// Follows 307 and 308 within the management plane.
class SignedTransport final : public http::Transport {
public:
    SignedTransport(
        http::Transport& inner,
        TokenCredential& credential,
        const Cloud& cloud,
        std::string correlation_id
    );

    /// Errors: also Denied for a URL outside the management plane, and those of TokenCredential.
    Result<http::Response> send(const http::Request& request, std::stop_token stop) override;

private:
    Result<http::Response> send_once(http::Request request, std::stop_token stop);

    http::Transport& inner_;
    TokenCredential& credential_;
    const Cloud& cloud_;
    std::string correlation_id_;
};

}  // namespace starkeep::azure::arm
