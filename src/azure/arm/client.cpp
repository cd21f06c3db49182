// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"

#include "azure/arm/conversation_internal.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/poller_internal.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/service_error.hpp"
#include "azure/arm/signed_transport_internal.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::arm {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostPages = 1000;
/// A network takes one change at a time: the n-th wait for the others is n times this long.
constexpr milliseconds kBusyPause{10'000};
constexpr int kMostBusyTries = 8;

/// The path with its placeholders filled; a scope is the one argument with slashes in it.
std::string filled_path(const Call& call)
{
    std::string out;
    const std::string path = full_path(call.operation);
    std::size_t used = 0;
    for (std::size_t from = 0; from < path.size();) {
        const std::size_t open = std::min(path.find('{', from), path.size());
        out += path.substr(from, open - from);
        if (open == path.size()) {
            break;
        }
        const std::size_t close = path.find('}', open);
        ENSURE(close != std::string::npos && used < call.arguments.size());
        const std::string& argument = call.arguments[used++];
        const bool is_scope = std::string_view(path).substr(open, close - open) == "{scope";
        out += is_scope
                   ? http::percent_encode_path(argument.substr(argument.starts_with('/') ? 1 : 0))
                   : http::percent_encode(argument);
        from = close + 1;
    }
    ENSURE(used == call.arguments.size());
    return out;
}

Asked asked_of(const Call& call)
{
    std::string what(call.operation.what);
    if (!call.arguments.empty()) {
        const bool is_about_all =
            call.arguments.size() == 1 && call.operation.path.starts_with("{S}/");
        what += (is_about_all ? " in subscription " : " ") + call.arguments.back();
    }
    return {
        .what = std::move(what),
        .actions = std::string(call.operation.actions),
        .scope = filled_path(call)
    };
}

Result<std::vector<Json>> elements_of(const Json& page, const Asked& asked)
{
    if (page.is_array()) {
        return std::vector<Json>(page.begin(), page.end());
    }
    const Result<Json> value = json::get_array(page, "value");
    if (!value.ok()) {
        return Error(value.error()).during("reading the reply to: " + asked.what);
    }
    return std::vector<Json>(value->begin(), value->end());
}

std::string next_page(const Json& page)
{
    if (!page.is_object()) {
        return {};
    }
    const auto next = page.find("nextLink");
    return next != page.end() && next->is_string() ? next->get<std::string>() : std::string();
}

std::size_t placeholders(const Operation& operation)
{
    const std::string path = full_path(operation);
    return static_cast<std::size_t>(std::ranges::count(path, '{'));
}

ClientOptions with_correlation(ClientOptions options)
{
    if (options.correlation_id.empty()) {
        options.correlation_id = new_request_id();
    }
    return options;
}

}  // namespace

Result<Call>
call_on(const Operation& operation, const ResourceId& id, std::vector<std::string> more)
{
    Call call{.operation = operation};
    for (std::string part : {id.subscription(), id.group()}) {
        if (!part.empty()) {
            call.arguments.push_back(std::move(part));
        }
    }
    for (std::string& name : id.names()) {
        call.arguments.push_back(std::move(name));
    }
    for (std::string& argument : more) {
        call.arguments.push_back(std::move(argument));
    }
    const auto is_unfit = [](const std::string& argument) {
        return argument.empty() || argument == "." || argument == "..";
    };
    // Behind the id's own path the operation may go on, but never beside it.
    if (call.arguments.size() != placeholders(operation) ||
        std::ranges::any_of(call.arguments, is_unfit) ||
        !lower_case(filled_path(call))
             .starts_with(lower_case(http::percent_encode_path(id.text())))) {
        return Error{
            ErrorCode::InvalidInput,
            "cannot " + std::string(operation.what) + ": \"" + id.text() +
                "\" is not the id of such a thing"
        };
    }
    return call;
}

Client::Client(
    http::Transport& transport,
    TokenCredential& credential,
    const Cloud& cloud,
    const sys::Clock& clock,
    ClientOptions options
)
    : cloud_(cloud), clock_(clock)
{
    options = with_correlation(std::move(options));
    conversation_ = std::make_unique<Conversation>(transport, credential, cloud, clock, options);
    correlation_id_ = std::move(options.correlation_id);
    wait_ = std::move(options.wait);
}

Client::~Client() = default;

http::Request Client::request_for(const Call& call) const
{
    http::QueryParameters query{{"api-version", std::string(call.operation.api_version)}};
    query.insert(query.end(), call.query.begin(), call.query.end());
    http::Request request{
        .method = std::string(call.operation.method),
        .url = cloud_.resource_manager + filled_path(call) + "?" + http::format_query(query),
        .headers = call.headers
    };
    if (call.body) {
        const std::string text = json::format(*call.body);
        const ByteView bytes = as_bytes(text);
        request.body.assign(bytes.begin(), bytes.end());
    }
    return request;
}

Result<http::Response> Client::send(const Call& call, std::stop_token stop)
{
    const http::Request request = request_for(call);
    const Asked asked = asked_of(call);
    for (int tries = 1;; ++tries) {
        Result<http::Response> response = conversation_->exchange(request, stop);
        if (!response.ok()) {
            return std::move(response).error().during("trying to " + asked.what);
        }
        if (response->is_success()) {
            return response;
        }
        const bool is_conditional = request.headers.find("If-Match").has_value() ||
                                    request.headers.find("If-None-Match").has_value();
        const ServiceFault fault = parse_service_fault(response->text());
        if (is_conditional || tries == kMostBusyTries || !is_busy(response->status, fault.code)) {
            return service_error(*response, asked);
        }
        const milliseconds own = std::min(kBusyPause, cloud_.poll_interval) * tries;
        const milliseconds wished = http::wished_pause(*response, clock_.now());
        if (!wait_(stop, std::clamp<milliseconds>(wished, own, kBusyPause * kMostBusyTries))) {
            return Error{ErrorCode::Cancelled, "stopped while waiting to " + asked.what};
        }
    }
}

Result<Json> Client::call(const Call& call, std::stop_token stop)
{
    TRY_LET(const http::Response response, send(call, stop));
    return document_of(response, asked_of(call));
}

Result<std::vector<Json>> Client::list(const Call& call, std::stop_token stop)
{
    const Asked asked = asked_of(call);
    TRY_LET(Json page, this->call(call, stop));
    std::vector<Json> all;
    std::set<std::string> seen;
    while (true) {
        TRY_LET(const std::vector<Json> elements, elements_of(page, asked));
        all.insert(all.end(), elements.begin(), elements.end());
        const std::string next = next_page(page);
        if (next.empty()) {
            return all;
        }
        if (!is_management_url(next, cloud_) || !seen.insert(next).second ||
            seen.size() >= kMostPages) {
            return Error{
                ErrorCode::Corrupt,
                "cannot " + asked.what + ": the link to the next page leads astray or never ends"
            };
        }
        TRY_LET(page, conversation_->read(next, asked, stop));
    }
}

Result<OperationHandle> Client::begin(const Call& call, std::stop_token stop)
{
    TRY_LET(const http::Response response, send(call, stop));
    return begun_operation(
        call.operation, request_for(call), response, asked_of(call), clock_.now()
    );
}

Result<Json> Client::wait(OperationHandle handle, const Wait& wait)
{
    return Poller(*conversation_, cloud_, clock_, wait_).wait(std::move(handle), wait);
}

Result<Json> Client::run(const Call& call, const Wait& wait)
{
    TRY_LET(OperationHandle handle, begin(call, wait.stop));
    if (wait.keep && handle.form != PollForm::Finished) {
        wait.keep(handle);
    }
    return this->wait(std::move(handle), wait);
}

}  // namespace starkeep::azure::arm
