// SPDX-License-Identifier: Apache-2.0
// Sends again what failed in passing: few times, at growing and uneven intervals, and never what must not run twice.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <vector>

namespace starkeep::http {

struct RetryOptions {
    unsigned tries = 5;
    /// Before the second try; each later one is about twice as long.
    std::chrono::milliseconds first_pause{800};
    /// Bounds the server's own wish (Retry-After) too.
    std::chrono::milliseconds longest_pause{60'000};
    /// Statuses that are tried again besides 408, 429, 500, 502, 503 and 504.
    std::vector<int> more_statuses{};
    /// Whether no answer at all (no name, no connection, lost, timed out) is tried again.
    bool tries_again_without_answer = true;
    /// False as soon as the stop was requested.
    std::function<bool(std::stop_token, std::chrono::milliseconds)> wait = sys::wait_for;
    const sys::Clock* clock = &sys::system_clock();
};

/// A request that is not repeatable (Request::is_repeatable, or else POST and PATCH) is sent again only after 429 and
/// 503, by which a server says that it did nothing.
/// Source: Azure Architecture Center, "Retry guidance"; waits as in the Azure SDKs (0.8 s, doubled, at most 60 s).
class RetryTransport final : public Transport {
public:
    /// `inner` lives longer.
    explicit RetryTransport(Transport& inner, RetryOptions options = {});

    /// The last answer, whatever its status, or the last failure.
    Result<Response> send(const Request& request, std::stop_token stop) override;

private:
    bool is_worth_another(const Request& request, const Result<Response>& outcome) const;
    std::chrono::milliseconds pause(unsigned tried, const Result<Response>& outcome) const;

    Transport& inner_;
    RetryOptions options_;
};

/// What the server asks for in retry-after-ms, x-ms-retry-after-ms or Retry-After (seconds or a date); zero when it
/// asks for nothing that can be understood.
std::chrono::milliseconds wished_pause(const Response& response, std::chrono::sys_seconds now);

}  // namespace starkeep::http
