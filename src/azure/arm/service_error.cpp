// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/service_error.hpp"

#include "azure/arm/resource_id.hpp"
#include "base/error.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure::arm {

namespace {

constexpr std::size_t kLongestText = 2000;

constexpr std::string_view kOtherSize = "Choose another size, zone or region.";
constexpr std::string_view kQuota =
    "Ask for a higher quota in the Azure portal, or choose another size or region.";
constexpr std::string_view kBiggerSubnet =
    "Free some addresses of the subnet or choose a larger one.";
constexpr std::string_view kNameTaken =
    "The name is in use: such names are unique in all of Azure. Choose another one.";
constexpr std::string_view kRegister =
    "Register the resource provider in the subscription (az provider register --namespace NAME).";

struct Row {
    std::string_view code;
    ErrorCode meaning;
    std::string_view hint;
};

/// Codes that say more than their HTTP status, and those that come without one, in a failed operation.
/// Source: learn.microsoft.com "Troubleshoot common Azure deployment errors" and the providers' own lists, read 2026-11.
constexpr std::array kRows{
    Row{"QuotaExceeded", ErrorCode::NoSpace, kQuota},
    Row{"OperationNotAllowed", ErrorCode::NoSpace, kQuota},
    Row{"SpotQuotaExceeded", ErrorCode::NoSpace, kQuota},
    Row{"MaxStorageAccountsCountPerSubscriptionExceeded", ErrorCode::NoSpace, kQuota},
    Row{"SkuNotAvailable", ErrorCode::NoSpace, kOtherSize},
    Row{"AllocationFailed", ErrorCode::NoSpace, kOtherSize},
    Row{"ZonalAllocationFailed", ErrorCode::NoSpace, kOtherSize},
    Row{"OverconstrainedAllocationRequest", ErrorCode::NoSpace, kOtherSize},
    Row{"OverconstrainedZonalAllocationRequest", ErrorCode::NoSpace, kOtherSize},
    Row{"SubnetIsFull", ErrorCode::NoSpace, kBiggerSubnet},
    Row{"SubnetWithoutAvailableIps", ErrorCode::NoSpace, kBiggerSubnet},
    Row{"StorageAccountAlreadyTaken", ErrorCode::Exists, kNameTaken},
    Row{"StorageAccountAlreadyExists", ErrorCode::Exists, kNameTaken},
    Row{"MissingSubscriptionRegistration", ErrorCode::Unsupported, kRegister},
    Row{"NoRegisteredProviderFound", ErrorCode::Unsupported, kRegister},
    Row{"LocationNotAvailableForResourceType", ErrorCode::Unsupported, "Choose another region."},
    Row{"ScopeLocked", ErrorCode::Denied, "Remove the lock on the resource or its group."},
    Row{"RequestDisallowedByPolicy",
        ErrorCode::Denied,
        "An Azure Policy forbids it; who owns the policy can exempt the resource group."},
    Row{"AuthorizationFailed", ErrorCode::Denied, ""},
    Row{"LinkedAuthorizationFailed", ErrorCode::Denied, ""},
    Row{"Forbidden", ErrorCode::Denied, ""},
    Row{"AnotherOperationInProgress", ErrorCode::Conflict, ""},
    Row{"RetryableError", ErrorCode::Conflict, ""},
    Row{"RetryableErrorDueToAnotherOperation", ErrorCode::Conflict, ""},
    Row{"Conflict", ErrorCode::Conflict, ""},
    Row{"ResourceNotFound", ErrorCode::NotFound, ""},
    Row{"NotFound", ErrorCode::NotFound, ""},
    Row{"InternalServerError", ErrorCode::Unavailable, ""},
    Row{"ServiceUnavailable", ErrorCode::Unavailable, ""},
    Row{"OSProvisioningInternalError", ErrorCode::Unavailable, "Remove the machine and try again."},
    Row{"VMAgentStatusCommunicationError",
        ErrorCode::Unavailable,
        "The machine's agent cannot reach Azure: look at the subnet's outbound rules."},
    Row{"OSProvisioningTimedOut", ErrorCode::TimedOut, "Remove the machine and try again."},
    Row{"PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
        ErrorCode::Rejected,
        "Set privateEndpointNetworkPolicies of the subnet to Disabled."},
};

const Row* row_of(std::string_view code)
{
    const auto* const found =
        std::ranges::find_if(kRows, [code](const Row& row) { return same_text(row.code, code); });
    return found == kRows.end() ? nullptr : found;
}

ErrorCode meaning_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return ErrorCode::Denied;
    case 404:
    case 410:
        return ErrorCode::NotFound;
    case 408:
        return ErrorCode::TimedOut;
    case 409:
    case 412:
        return ErrorCode::Conflict;
    case 413:
    case 414:
        return ErrorCode::InvalidInput;
    case 429:
        return ErrorCode::Throttled;
    default:
        return status >= 500 ? ErrorCode::Unavailable : ErrorCode::Rejected;
    }
}

/// Statuses that mean one thing whatever the code says: a 429 "OperationNotAllowed" is no quota.
bool decides_alone(int status)
{
    return status == 401 || status == 404 || status == 429 || status >= 500;
}

/// One line, no control characters, no signatures, not endless.
std::string tidy(std::string_view text)
{
    std::string out;
    for (const char c : text.substr(0, kLongestText)) {
        const bool is_space = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
        if (!is_space) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (!out.empty() && out.back() == ' ') {
        out.pop_back();
    }
    if (text.size() > kLongestText) {
        out += " …";
    }
    return http::redacted(out);
}

std::string text_of(const Json& json, std::string_view key)
{
    const auto found = json.find(std::string(key));
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string hint_for_denial(int status, std::string_view code, const Asked& asked)
{
    if (status == 401) {
        return "Azure refused a fresh access token too: check tenant and application, and this "
               "machine's clock.";
    }
    const bool is_role = code.empty() || same_text(code, "AuthorizationFailed") ||
                         same_text(code, "LinkedAuthorizationFailed") ||
                         same_text(code, "Forbidden");
    if (!is_role || asked.actions.empty()) {
        return {};
    }
    std::string actions = asked.actions;
    std::ranges::replace(actions, ' ', ',');
    return "The identity's role must allow " + actions +
           (asked.scope.empty() ? std::string() : " at " + asked.scope) +
           ". \"starkeep account check\" prints a fitting role; Azure takes up to ten minutes to "
           "heed a new one.";
}

std::string request_ids(const http::Headers& headers)
{
    const std::optional<std::string> request = headers.find("x-ms-request-id");
    const std::optional<std::string> correlation = headers.find("x-ms-correlation-request-id");
    std::string out;
    if (request) {
        out += " (request " + tidy(*request);
        out += correlation ? ", correlation " + tidy(*correlation) + ")" : ")";
    }
    return out;
}

Error make_error(int status, const ServiceFault& fault, const Asked& asked, std::string said)
{
    const Row* row = row_of(fault.code);
    const ErrorCode meaning =
        row != nullptr && !decides_alone(status) ? row->meaning : meaning_of_status(status);
    std::string hint(row != nullptr && !decides_alone(status) ? row->hint : "");
    if (hint.empty() && meaning == ErrorCode::Denied) {
        hint = hint_for_denial(status, fault.code, asked);
    }
    return {meaning, "cannot " + asked.what + ": " + std::move(said), std::move(hint)};
}

std::string words_of(const ServiceFault& fault)
{
    std::string out = fault.code;
    if (!fault.message.empty()) {
        out += (out.empty() ? "" : ": ") + fault.message;
    }
    return out;
}

}  // namespace

ServiceFault parse_service_fault(const Json& json)
{
    if (!json.is_object()) {
        return {};
    }
    const auto envelope = json.find("error");
    const Json& inner = envelope != json.end() && envelope->is_object() ? *envelope : json;
    ServiceFault fault{
        .code = tidy(text_of(inner, "code")), .message = tidy(text_of(inner, "message"))
    };
    const auto details = inner.find("details");
    if (details != inner.end() && details->is_array() && !details->empty() &&
        details->front().is_object()) {
        const std::string code = tidy(text_of(details->front(), "code"));
        const std::string message = tidy(text_of(details->front(), "message"));
        if (!message.empty() && message != fault.message) {
            fault.message += (fault.message.empty() ? "" : " ") + ("[" + code + "] ") + message;
        }
        // The outer code of a failed deployment says nothing.
        if (fault.code.empty() || (row_of(fault.code) == nullptr && row_of(code) != nullptr)) {
            fault.code = code;
        }
    }
    return fault;
}

ServiceFault parse_service_fault(std::string_view body)
{
    const Result<Json> json = json::parse(body);
    return json.ok() ? parse_service_fault(*json) : ServiceFault();
}

Error service_error(const http::Response& response, const Asked& asked)
{
    const ServiceFault fault = parse_service_fault(response.text());
    std::string said = "status " + std::to_string(response.status);
    if (const std::string words = words_of(fault); !words.empty()) {
        said += " " + words;
    }
    return make_error(
        response.status, fault, asked, std::move(said) + request_ids(response.headers)
    );
}

Error operation_error(std::string_view state, const ServiceFault& fault, const Asked& asked)
{
    const std::string words = words_of(fault);
    return make_error(
        0,
        fault,
        asked,
        "the operation ended as " + tidy(state) + (words.empty() ? "" : ": " + words)
    );
}

bool is_busy(int status, std::string_view code)
{
    if (status == 412) {
        // Cosmos DB: somebody else holds the account's exclusive lock.
        return same_text(code, "PreconditionFailed");
    }
    return (status == 409 || status == 429) &&
           (same_text(code, "AnotherOperationInProgress") || same_text(code, "RetryableError") ||
            same_text(code, "RetryableErrorDueToAnotherOperation") ||
            same_text(code, "StorageAccountOperationInProgress"));
}

}  // namespace starkeep::azure::arm
