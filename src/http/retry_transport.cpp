// SPDX-License-Identifier: Apache-2.0
#include "http/retry_transport.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "http/date.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

namespace starkeep::http {

namespace {

using std::chrono::milliseconds;

constexpr std::array kPassing{408, 429, 500, 502, 503, 504};
/// A longer wish is nonsense; it also keeps the arithmetic below far from its limits.
constexpr std::uint64_t kLongestWishMs = 24ULL * 60 * 60 * 1000;

bool is_repeatable(const Request& request)
{
    return request.is_repeatable.value_or(request.method != "POST" && request.method != "PATCH");
}

std::optional<std::uint64_t> find_number(const Response& response, const char* header)
{
    const std::optional<std::string> text = response.headers.find(header);
    if (!text) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const char* end = text->data() + text->size();
    const auto [stop, failure] = std::from_chars(text->data(), end, number);
    return failure == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

/// Half of the pause to all of it: clients that failed together do not come back together.
milliseconds jittered(milliseconds pause)
{
    std::array<std::byte, 1> random{};
    sys::fill_random(random);
    return pause / 2 + pause / 2 * std::to_integer<int>(random[0]) / 255;
}

}  // namespace

milliseconds wished_pause(const Response& response, std::chrono::sys_seconds now)
{
    for (const char* header : {"retry-after-ms", "x-ms-retry-after-ms"}) {
        if (const std::optional<std::uint64_t> number = find_number(response, header)) {
            return milliseconds(std::min(*number, kLongestWishMs));
        }
    }
    if (const std::optional<std::uint64_t> seconds = find_number(response, "Retry-After")) {
        return milliseconds(std::min(*seconds, kLongestWishMs / 1000) * 1000);
    }
    const Result<std::chrono::sys_seconds> date =
        parse_http_date(response.headers.find("Retry-After").value_or(""));
    if (!date.ok()) {
        return milliseconds(0);
    }
    return std::clamp<milliseconds>(*date - now, milliseconds(0), milliseconds(kLongestWishMs));
}

RetryTransport::RetryTransport(Transport& inner, RetryOptions options)
    : inner_(inner), options_(std::move(options))
{
}

bool RetryTransport::is_worth_another(const Request& request, const Result<Response>& outcome) const
{
    if (!outcome.ok()) {
        const ErrorCode code = outcome.error().code();
        return options_.tries_again_without_answer && is_repeatable(request) &&
               (code == ErrorCode::Unavailable || code == ErrorCode::TimedOut);
    }
    if (!is_repeatable(request)) {
        return outcome->status == 429 || outcome->status == 503;
    }
    return std::ranges::find(kPassing, outcome->status) != kPassing.end() ||
           std::ranges::find(options_.more_statuses, outcome->status) !=
               options_.more_statuses.end();
}

milliseconds RetryTransport::pause(unsigned tried, const Result<Response>& outcome) const
{
    milliseconds own = options_.first_pause;
    for (unsigned i = 1; i < tried && own < options_.longest_pause; ++i) {
        own *= 2;
    }
    own = jittered(std::min(own, options_.longest_pause));
    const milliseconds wished =
        outcome.ok() ? wished_pause(*outcome, options_.clock->now()) : milliseconds(0);
    return wished > milliseconds(0) ? std::min(wished, options_.longest_pause) : own;
}

Result<Response> RetryTransport::send(const Request& request, std::stop_token stop)
{
    for (unsigned tried = 1;; ++tried) {
        Result<Response> outcome = inner_.send(request, stop);
        if (tried >= options_.tries || !is_worth_another(request, outcome)) {
            return outcome;
        }
        if (!options_.wait(stop, pause(tried, outcome))) {
            return Error{ErrorCode::Cancelled, "stopped while waiting to send a request again"};
        }
    }
}

}  // namespace starkeep::http
