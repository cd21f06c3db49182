// SPDX-License-Identifier: Apache-2.0
// The form is chosen as Azure's own libraries do: a status document if there is one, else a Location, else the resource itself.
// Source: Azure/azure-resource-manager-rpc, async-api-reference.md; azure-core's ARM polling, read 2026-11.
#include "azure/arm/client.hpp"
#include "azure/arm/conversation_internal.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/poller_internal.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/service_error.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/retry_transport.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure::arm {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLongestUrl = 16384;
constexpr milliseconds kLongestPause{600'000};
/// A network that is away for a while ends no restore of hours; each of these has been tried several times already.
constexpr int kMostFailures = 10;
/// A Cosmos DB account that is being restored may be invisible for its first minutes.
constexpr int kMostAbsences = 20;
constexpr std::chrono::minutes kDefaultLimit{15};

std::string text_of(const Json& json, std::string_view key)
{
    if (!json.is_object()) {
        return {};
    }
    const auto found = json.find(std::string(key));
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json member_of(const Json& json, std::string_view key)
{
    if (!json.is_object()) {
        return {};
    }
    const auto found = json.find(std::string(key));
    return found == json.end() ? Json() : *found;
}

std::string provisioning_state(const Json& resource)
{
    return text_of(member_of(resource, "properties"), "provisioningState");
}

bool is_failed(std::string_view state)
{
    return same_text(state, "Failed") || same_text(state, "Canceled") ||
           same_text(state, "Cancelled");
}

bool is_terminal(std::string_view state)
{
    return state.empty() || same_text(state, "Succeeded") || is_failed(state);
}

/// "/subscriptions/…" of a resource's URL, for the scope in a denial.
std::string scope_of(const std::string& resource_url)
{
    const Result<http::Url> url = http::parse_url(resource_url);
    return url.ok() ? url->path : std::string();
}

bool makes_resource(std::string_view method)
{
    return method == "PUT" || method == "PATCH";
}

PollForm form_of(const OperationHandle& handle, const http::Response& response, const Json& body)
{
    if (handle.form == PollForm::AzureAsyncOperation || response.status == 204) {
        return handle.form;
    }
    const bool has_location = !handle.location_url.empty();
    if (has_location && (response.status == 202 || response.status == 201)) {
        return PollForm::Location;
    }
    const bool is_unfinished =
        makes_resource(handle.method) && !is_terminal(provisioning_state(body));
    if (has_location && is_unfinished) {
        return PollForm::Location;
    }
    // A 202 without any place to ask leaves the resource itself; a POST has none.
    const bool is_silent = response.status == 202 && handle.method != "POST";
    return is_unfinished || is_silent ? PollForm::Resource : PollForm::Finished;
}

}  // namespace

Asked asked_of(const OperationHandle& handle)
{
    const Operation* operation = find_operation(handle.operation);
    return {
        .what = handle.what,
        .actions = operation == nullptr ? std::string() : std::string(operation->actions),
        .scope = scope_of(handle.resource_url)
    };
}

Result<OperationHandle> begun_operation(
    const Operation& operation,
    const http::Request& request,
    const http::Response& response,
    const Asked& asked,
    std::chrono::sys_seconds now
)
{
    OperationHandle handle{
        .operation = std::string(operation.symbol),
        .what = asked.what,
        .method = request.method,
        .resource_url = request.url,
        .location_url = response.headers.find("Location").value_or(""),
        .deadline = now + (operation.limit.count() == 0 ? kDefaultLimit : operation.limit),
        .retry_after = std::min(http::wished_pause(response, now), kLongestPause)
    };
    const std::string status_url = response.headers.find("Azure-AsyncOperation").value_or("");
    if (std::max(status_url.size(), handle.location_url.size()) > kLongestUrl) {
        return Error{ErrorCode::Corrupt, "cannot " + asked.what + ": the reply's URL is too long"};
    }
    TRY_LET(handle.result, document_of(response, asked));
    if (!status_url.empty() && response.status != 204) {
        handle.form = PollForm::AzureAsyncOperation;
    }
    handle.form = form_of(handle, response, handle.result);
    switch (handle.form) {
    case PollForm::AzureAsyncOperation:
        handle.poll_url = status_url;
        break;
    case PollForm::Location:
        handle.poll_url = handle.location_url;
        break;
    case PollForm::Resource:
        handle.poll_url = handle.resource_url;
        break;
    case PollForm::Finished:
        if (const std::string state = provisioning_state(handle.result);
            makes_resource(handle.method) && is_failed(state)) {
            return operation_error(state, {}, asked);
        }
        break;
    }
    return handle;
}

Result<Json> Poller::wait(OperationHandle handle, const Wait& wait)
{
    if (handle.form == PollForm::Finished) {
        // A handle from a file has no result with it.
        if (handle.result.is_null() && makes_resource(handle.method)) {
            return conversation_.read(handle.resource_url, asked_of(handle), wait.stop);
        }
        return std::move(handle.result);
    }
    while (true) {
        TRY(pause(handle, wait.stop));
        const PollForm form = handle.form;
        const std::string url = handle.poll_url;
        TRY_LET(std::optional<Json> result, poll(handle, wait.stop));
        if (result) {
            return *std::move(result);
        }
        if (wait.keep && (handle.form != form || handle.poll_url != url)) {
            wait.keep(handle);
        }
    }
}

Result<void> Poller::pause(const OperationHandle& handle, std::stop_token stop) const
{
    const std::chrono::sys_seconds now = clock_.now();
    if (now >= handle.deadline) {
        return Error{
            ErrorCode::TimedOut,
            "cannot " + handle.what + ": Azure has not finished in time",
            "The operation may still end well: look at it in the portal, or run again."
        };
    }
    const milliseconds wished =
        handle.retry_after.count() > 0 ? handle.retry_after : cloud_.poll_interval;
    if (!wait_(stop, std::min<milliseconds>(wished, handle.deadline - now))) {
        return Error{
            ErrorCode::Cancelled,
            "stopped while waiting for Azure to " + handle.what,
            "Azure goes on with it."
        };
    }
    return {};
}

Poller::Outcome Poller::poll(OperationHandle& handle, std::stop_token stop)
{
    Result<http::Response> response = conversation_.get(handle.poll_url, stop);
    if (response.ok() && response->status != 408 && response->status != 429 &&
        response->status < 500) {
        failures_ = 0;
        handle.retry_after = std::min(http::wished_pause(*response, clock_.now()), kLongestPause);
        return heed(handle, *response, stop);
    }
    const bool is_passing = response.ok() || response.error().code() == ErrorCode::Unavailable ||
                            response.error().code() == ErrorCode::TimedOut;
    if (is_passing && ++failures_ <= kMostFailures) {
        return std::optional<Json>();
    }
    if (response.ok()) {
        return service_error(*response, asked_of(handle));
    }
    return std::move(response).error().during("waiting for Azure to " + handle.what);
}

Poller::Outcome
Poller::heed(OperationHandle& handle, const http::Response& response, std::stop_token stop)
{
    if (!response.is_success()) {
        return heed_refusal(handle, response);
    }
    absences_ = 0;
    switch (handle.form) {
    case PollForm::AzureAsyncOperation:
        return heed_status(handle, response, stop);
    case PollForm::Location:
        return heed_location(handle, response, stop);
    default:
        return heed_resource(handle, response);
    }
}

/// A poll that is refused is not yet an operation that failed: the URL may have expired, or the account may not be
/// visible yet. Where there is a resource to look at, it knows best.
Poller::Outcome Poller::heed_refusal(OperationHandle& handle, const http::Response& response)
{
    const bool is_gone = response.status == 404 || response.status == 410;
    if (handle.form == PollForm::Resource && is_gone) {
        if (handle.method == "DELETE") {
            return std::optional(Json());
        }
        if (++absences_ <= kMostAbsences) {
            return std::optional<Json>();
        }
    } else if (handle.method == "PUT" && (is_gone || response.status == 403)) {
        handle.form = PollForm::Resource;
        handle.poll_url = handle.resource_url;
        return std::optional<Json>();
    } else if (handle.method == "DELETE" && is_gone) {
        return std::optional(Json());
    }
    return service_error(response, asked_of(handle));
}

Poller::Outcome
Poller::heed_status(OperationHandle& handle, const http::Response& response, std::stop_token stop)
{
    TRY_LET(const Json status, document_of(response, asked_of(handle)));
    const std::string state = text_of(status, "status");
    if (is_failed(state)) {
        return operation_error(state, parse_service_fault(status), asked_of(handle));
    }
    // Some deletions name a Location as their status document: it has no status, and answers 202 while it runs.
    const bool is_done = same_text(state, "Succeeded") || (state.empty() && response.status != 202);
    if (!is_done) {
        return std::optional<Json>();
    }
    TRY_LET(Json result, final_result(handle, status, stop));
    return std::optional(std::move(result));
}

Poller::Outcome
Poller::heed_location(OperationHandle& handle, const http::Response& response, std::stop_token stop)
{
    if (response.status == 202) {
        const std::string next = response.headers.find("Location").value_or("");
        if (!next.empty() && next.size() <= kLongestUrl) {
            handle.poll_url = next;
            handle.location_url = next;
        }
        return std::optional<Json>();
    }
    TRY_LET(Json result, document_of(response, asked_of(handle)));
    if (result.is_null() && makes_resource(handle.method)) {
        TRY_LET(result, conversation_.read(handle.resource_url, asked_of(handle), stop));
    }
    if (const std::string state = provisioning_state(result);
        makes_resource(handle.method) && is_failed(state)) {
        return operation_error(state, {}, asked_of(handle));
    }
    return std::optional(std::move(result));
}

Poller::Outcome Poller::heed_resource(const OperationHandle& handle, const http::Response& response)
{
    TRY_LET(Json resource, document_of(response, asked_of(handle)));
    const std::string state = provisioning_state(resource);
    if (is_failed(state)) {
        return operation_error(state, {}, asked_of(handle));
    }
    if (handle.method == "DELETE" || !is_terminal(state)) {
        return std::optional<Json>();
    }
    return std::optional(std::move(resource));
}

Result<Json>
Poller::final_result(const OperationHandle& handle, const Json& status, std::stop_token stop)
{
    if (handle.method == "DELETE") {
        return Json();
    }
    const Asked asked = asked_of(handle);
    if (handle.method != "POST") {
        const std::string elsewhere = text_of(status, "resourceLocation");
        return conversation_.read(elsewhere.empty() ? handle.resource_url : elsewhere, asked, stop);
    }
    const Operation* operation = find_operation(handle.operation);
    const bool is_in_status =
        operation != nullptr && operation->final_state == FinalState::AzureAsyncOperation;
    if (is_in_status || handle.location_url.empty()) {
        return member_of(member_of(status, "properties"), "output");
    }
    return conversation_.read(handle.location_url, asked, stop);
}

}  // namespace starkeep::azure::arm
