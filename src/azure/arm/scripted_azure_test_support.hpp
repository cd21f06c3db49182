// SPDX-License-Identifier: Apache-2.0
// For tests: a management plane that answers from a script, a credential without a server, and a client over both.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "testing/fake_clock.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {

/// Answers in the order of the script; a request too many fails as if the network were away.
class ScriptedTransport final : public http::Transport {
public:
    void answer(int status, std::string_view body = {}, http::Headers headers = {})
    {
        const ByteView bytes = as_bytes(body);
        script_.emplace_back(http::Response{
            .status = status,
            .headers = std::move(headers),
            .body = Bytes(bytes.begin(), bytes.end())
        });
    }
    void fail(ErrorCode code) { script_.emplace_back(Error{code, "connection lost"}); }

    Result<http::Response> send(const http::Request& request, std::stop_token /*stop*/) override
    {
        requests.push_back(request);
        if (script_.empty()) {
            return Error{ErrorCode::Cancelled, "the script has no answer to " + request.url};
        }
        Result<http::Response> next = std::move(script_.front());
        script_.pop_front();
        return next;
    }

    bool is_used_up() const { return script_.empty(); }

    std::vector<http::Request> requests{};

private:
    std::deque<Result<http::Response>> script_;
};

class FakeCredential final : public TokenCredential {
public:
    Result<AccessToken> token(std::string_view /*scope*/, std::stop_token /*stop*/) override
    {
        return AccessToken{.text = Secret("token" + std::to_string(forgotten))};
    }
    void forget(std::string_view /*scope*/) override { ++forgotten; }

    int forgotten = 0;
};

/// Waiting moves the clock and is remembered.
struct ScriptedAzure {
    explicit ScriptedAzure(std::string correlation = "correlation-1")
        : client(
              transport,
              credential,
              cloud,
              clock,
              {.correlation_id = std::move(correlation),
               .wait =
                   [this](std::stop_token stop, std::chrono::milliseconds pause) {
                       pauses.push_back(pause);
                       clock.advance(std::chrono::ceil<std::chrono::seconds>(pause));
                       return !stop.stop_requested();
                   }}
          )
    {
    }

    /// The n-th request's method and URL without the host: "GET /subscriptions/…".
    std::string asked(std::size_t n) const
    {
        const http::Request& request = transport.requests.at(n);
        return request.method + " " + request.url.substr(cloud.resource_manager.size());
    }

    Cloud cloud{};
    FakeClock clock{std::chrono::sys_days(std::chrono::year(2026) / 11 / 26)};
    ScriptedTransport transport{};
    FakeCredential credential{};
    std::vector<std::chrono::milliseconds> pauses{};
    Client client;
};

inline constexpr std::string_view kPlane = "https://management.azure.com";

inline ResourceId network_id()
{
    return ResourceId::make("sub", "group", "Microsoft.Network/virtualNetworks", "net");
}

}  // namespace starkeep::azure::arm
