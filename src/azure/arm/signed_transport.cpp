// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/signed_transport_internal.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "sys/random.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure::arm {

namespace {

constexpr int kMostRedirects = 3;

bool is_host_below(std::string_view host, std::string_view parent)
{
    return host.size() > parent.size() && host[host.size() - parent.size() - 1] == '.' &&
           same_text(host.substr(host.size() - parent.size()), parent);
}

}  // namespace

bool is_management_url(std::string_view url, const Cloud& cloud)
{
    const Result<http::Url> asked = http::parse_url(url);
    const Result<http::Url> home = http::parse_url(cloud.resource_manager);
    return asked.ok() && home.ok() && same_text(asked->scheme, home->scheme) &&
           asked->port == home->port &&
           (same_text(asked->host, home->host) || is_host_below(asked->host, home->host));
}

std::string new_request_id()
{
    std::array<std::byte, 16> bytes{};
    sys::fill_random(bytes);
    // Source: RFC 9562 section 5.4: version 4, variant 10.
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    std::string id = to_hex(bytes);
    for (const std::size_t place : {20U, 16U, 12U, 8U}) {
        id.insert(place, "-");
    }
    return id;
}

SignedTransport::SignedTransport(
    http::Transport& inner,
    TokenCredential& credential,
    const Cloud& cloud,
    std::string correlation_id
)
    : inner_(inner)
    , credential_(credential)
    , cloud_(cloud)
    , correlation_id_(std::move(correlation_id))
{
}

Result<http::Response> SignedTransport::send_once(http::Request request, std::stop_token stop)
{
    TRY_LET(const AccessToken access, credential_.token(cloud_.resource_manager_scope(), stop));
    request.headers.set("Authorization", "Bearer " + std::string(access.text.reveal()));
    request.headers.set("x-ms-client-request-id", new_request_id());
    return inner_.send(request, stop);
}

Result<http::Response> SignedTransport::send(const http::Request& request, std::stop_token stop)
{
    http::Request signed_request = request;
    signed_request.headers.set("Accept", "application/json");
    signed_request.headers.set("Accept-Language", "en-US");
    signed_request.headers.set("x-ms-return-client-request-id", "true");
    signed_request.headers.set("x-ms-correlation-request-id", correlation_id_);
    if (!request.body.empty()) {
        signed_request.headers.set("Content-Type", "application/json");
    }
    for (int redirects = 0;; ++redirects) {
        if (!is_management_url(signed_request.url, cloud_)) {
            return Error{
                ErrorCode::Denied,
                "a reply led to a host that is not Azure's management plane: " +
                    http::redacted(signed_request.url.substr(0, 200))
            };
        }
        TRY_LET(http::Response response, send_once(signed_request, stop));
        if (response.status == 401) {
            credential_.forget(cloud_.resource_manager_scope());
            TRY_LET(response, send_once(signed_request, stop));
        }
        const std::optional<std::string> target = response.headers.find("Location");
        if ((response.status != 307 && response.status != 308) || !target ||
            redirects == kMostRedirects) {
            return response;
        }
        signed_request.url = *target;
    }
}

}  // namespace starkeep::azure::arm
