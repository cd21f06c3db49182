// SPDX-License-Identifier: Apache-2.0
#include "api/service.hpp"

#include "api/error_answer.hpp"
#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "appliance/audit.hpp"
#include "appliance/sessions.hpp"
#include "appliance/users.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "sys/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::api {

namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::uint64_t kSessionsCounted = 10000;

std::string draw_request_id()
{
    std::array<std::byte, 16> random{};
    sys::fill_random(random);
    return to_hex(random);
}

std::vector<std::string_view> parts_of(std::string_view path)
{
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        path.remove_prefix(1);  // the '/'
        const std::size_t end = std::min(path.find('/'), path.size());
        parts.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

/// The parameters of the path when it fits the route's.
Result<std::optional<std::map<std::string, std::string, std::less<>>>>
match(std::string_view pattern, std::string_view path)
{
    using Parameters = std::map<std::string, std::string, std::less<>>;
    const std::vector<std::string_view> wanted = parts_of(pattern);
    const std::vector<std::string_view> found = parts_of(path);
    if (wanted.size() != found.size()) {
        return std::optional<Parameters>();
    }
    Parameters parameters;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].starts_with('{')) {
            TRY_LET(std::string value, http::percent_decode(found[i]));
            parameters.emplace(wanted[i].substr(1, wanted[i].size() - 2), std::move(value));
        } else if (wanted[i] != found[i]) {
            return std::optional<Parameters>();
        }
    }
    return std::optional(std::move(parameters));
}

Result<void> read_query(const Route& route, std::string_view query, Call& call)
{
    TRY_LET(const http::QueryParameters parameters, http::parse_query(query));
    for (const auto& [key, value] : parameters) {
        if (std::ranges::find(route.query, key) == route.query.end()) {
            return Error{ErrorCode::InvalidInput, "this path knows no query \"" + key + "\""};
        }
        call.query.insert_or_assign(key, value);
    }
    return {};
}

Result<void> read_body(const Route& route, const http::Request& request, Call& call)
{
    if (route.request.empty()) {
        return {};
    }
    const Result<Json> parsed = json::parse(as_text(request.body));
    if (!parsed.ok()) {
        return Error{
            ErrorCode::InvalidInput,
            "the request's body is not understood: " + parsed.error().message(),
            "Send one JSON object."
        };
    }
    if (!parsed->is_object()) {
        return Error{ErrorCode::InvalidInput, "the request's body is no JSON object"};
    }
    call.body = *parsed;
    return {};
}

http::Response to_response(const Answer& answer, const std::string& request_id)
{
    http::Response response{.status = answer.status};
    response.headers.set("X-Request-Id", request_id);
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Strict-Transport-Security", "max-age=31536000");
    if (answer.status == kUnauthorized) {
        response.headers.set("WWW-Authenticate", "Bearer");
    }
    if (answer.text) {
        response.headers.set("Content-Type", answer.content_type);
        response.body = to_bytes(*answer.text);
    } else if (!answer.body.is_null()) {
        response.headers.set("Content-Type", "application/json");
        response.body = to_bytes(json::format(answer.body));
    }
    return response;
}

bool changes_something(const Route& route)
{
    return route.method != "GET";
}

}  // namespace

http::Response Service::handle(const http::Request& request, const http::Peer& /*peer*/)
{
    const std::string request_id = draw_request_id();
    const Answer given = answer(request, request_id);
    const auto digit = static_cast<std::size_t>(given.status / 100);
    if (digit < answers_by_class_.size()) {
        ++answers_by_class_.at(digit);
    }
    return to_response(given, request_id);
}

Answer Service::answer(const http::Request& request, const std::string& request_id)
{
    const std::string_view url = request.url;
    const std::size_t mark = std::min(url.find('?'), url.size());
    const std::string_view path = url.substr(0, mark);
    if (path == "/metrics" && request.method == "GET") {
        return {.text = metrics(), .content_type = "text/plain; version=0.0.4"};
    }
    bool known_path = false;
    for (const Route& route : routes()) {
        auto parameters = match(route.path, path);
        if (!parameters.ok()) {
            return error_answer(parameters.error());
        }
        if (!*parameters) {
            continue;
        }
        known_path = true;
        if (route.method != request.method) {
            continue;
        }
        Call call{.appliance = appliance_, .path = std::move(**parameters)};
        const Result<void> query =
            read_query(route, url.substr(std::min(mark + 1, url.size())), call);
        const Result<Answer> outcome =
            query.ok() ? dispatch(route, call, request) : Result<Answer>(query.error());
        const Answer given = outcome.ok() ? *outcome : refusal(outcome.error(), call.caller);
        if (changes_something(route)) {
            // What cannot be written down is not undone; the answer says what happened.
            static_cast<void>(appliance_.audit().add(
                {.user = call.caller.user,
                 .token_id = call.caller.token_id,
                 .operation = std::string(route.id),
                 .target = std::string(path),
                 .status = given.status,
                 .request_id = request_id}
            ));
        }
        return given;
    }
    if (known_path) {
        return error_answer(
            Error{ErrorCode::InvalidInput, "this path knows no " + request.method},
            kMethodNotAllowed
        );
    }
    return error_answer(Error{
        ErrorCode::NotFound,
        "no such path: " + std::string(path),
        "See /api/v1/openapi.json for all there are."
    });
}

Result<Answer> Service::dispatch(const Route& route, Call& call, const http::Request& request)
{
    if (route.role) {
        const std::string header = request.headers.find("Authorization").value_or("");
        if (!header.starts_with(kBearer)) {
            return Error{
                ErrorCode::Denied,
                "this needs an access token",
                "Log in with: starkeep login URL; programs send Authorization: Bearer TOKEN."
            };
        }
        TRY_LET(
            call.caller,
            appliance_.users().authenticate(std::string_view(header).substr(kBearer.size()))
        );
        if (call.caller.role < *route.role) {
            return Error{
                ErrorCode::Denied,
                "user \"" + call.caller.user + "\" is " + std::string(name(call.caller.role)) +
                    ", this needs " + std::string(name(*route.role)),
                "Ask an administrator for the role."
            };
        }
    }
    TRY(read_body(route, request, call));
    return route.handle(call);
}

std::string Service::metrics()
{
    std::string text = "# TYPE starkeep_http_answers_total counter\n";
    for (std::size_t digit = 1; digit < answers_by_class_.size(); ++digit) {
        text += fmt::format(
            "starkeep_http_answers_total{{status=\"{}xx\"}} {}\n",
            digit,
            answers_by_class_.at(digit).load()
        );
    }
    std::map<std::string_view, std::uint64_t> by_state;
    if (const auto sessions = appliance_.sessions().list(kSessionsCounted); sessions.ok()) {
        for (const appliance::Session& session : *sessions) {
            ++by_state[name(session.state)];
        }
    }
    text += "# TYPE starkeep_sessions gauge\n";
    for (const auto& [state, count] : by_state) {
        text += fmt::format("starkeep_sessions{{state=\"{}\"}} {}\n", state, count);
    }
    return text;
}

}  // namespace starkeep::api
