// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/conversation_internal.hpp"
#include "azure/arm/service_error.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure::arm {

Result<Json> document_of(const http::Response& response, const Asked& asked)
{
    if (response.text().find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return Json();
    }
    Result<Json> document = json::parse(response.text());
    if (!document.ok()) {
        return std::move(document).error().during("reading the reply to: " + asked.what);
    }
    return document;
}

Conversation::Conversation(
    http::Transport& transport,
    TokenCredential& credential,
    const Cloud& cloud,
    const sys::Clock& clock,
    const ClientOptions& options
)
    : signed_(transport, credential, cloud, options.correlation_id)
    , patient_(signed_, {.wait = options.wait, .clock = &clock})
{
}

Result<http::Response> Conversation::exchange(const http::Request& request, std::stop_token stop)
{
    return patient_.send(request, stop);
}

Result<http::Response> Conversation::get(const std::string& url, std::stop_token stop)
{
    return exchange({.method = "GET", .url = url}, stop);
}

Result<Json> Conversation::read(const std::string& url, const Asked& asked, std::stop_token stop)
{
    TRY_LET(const http::Response response, get(url, stop));
    if (!response.is_success()) {
        return service_error(response, asked);
    }
    return document_of(response, asked);
}

}  // namespace starkeep::azure::arm
