// SPDX-License-Identifier: Apache-2.0
// Requests to the management plane, signed and sent again as their kind allows, and their replies as JSON.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/service_error.hpp"
#include "azure/arm/signed_transport_internal.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <stop_token>
#include <string>

namespace starkeep::azure::arm {

/// The document of a success; null for an empty body.
/// Errors: Corrupt when it is no JSON.
Result<Json> document_of(const http::Response& response, const Asked& asked);

class Conversation {
public:
    Conversation(
        http::Transport& transport,
        TokenCredential& credential,
        const Cloud& cloud,
        const sys::Clock& clock,
        const ClientOptions& options
    );

    /// A response of any status.
    Result<http::Response> exchange(const http::Request& request, std::stop_token stop);
    /// GET of a URL that Azure gave us.
    Result<http::Response> get(const std::string& url, std::stop_token stop);
    /// The same; its document, or the error that the response means.
    Result<Json> read(const std::string& url, const Asked& asked, std::stop_token stop);

private:
    SignedTransport signed_;
    http::RetryTransport patient_;
};

}  // namespace starkeep::azure::arm
