// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/operation_handle.hpp"

#include "azure/arm/operation.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::azure::arm {

namespace {

/// In the enumerators' order.
constexpr std::array<std::string_view, 4> kForms{
    "finished", "azure-async-operation", "location", "resource"
};
constexpr std::size_t kLongestUrl = 16384;
constexpr std::uint64_t kLongestPauseMs = 600'000;

std::optional<PollForm> parse_form(std::string_view name)
{
    for (std::size_t i = 0; i < kForms.size(); ++i) {
        if (kForms[i] == name) {
            return static_cast<PollForm>(i);
        }
    }
    return std::nullopt;
}

}  // namespace

Json to_json(const OperationHandle& handle)
{
    Json json = Json::object();
    json["operation"] = handle.operation;
    json["what"] = handle.what;
    json["method"] = handle.method;
    json["resource_url"] = handle.resource_url;
    json["form"] = std::string(kForms.at(static_cast<std::size_t>(handle.form)));
    json["poll_url"] = handle.poll_url;
    json["location_url"] = handle.location_url;
    json["deadline"] = sys::format_rfc3339(handle.deadline);
    json["retry_after_ms"] = static_cast<std::uint64_t>(handle.retry_after.count());
    return json;
}

Result<OperationHandle> parse_operation_handle(const Json& json)
{
    OperationHandle handle;
    TRY_LET(handle.operation, json::get_string(json, "operation"));
    TRY_LET(handle.what, json::get_string(json, "what"));
    TRY_LET(handle.method, json::get_string(json, "method"));
    TRY_LET(handle.resource_url, json::get_string(json, "resource_url"));
    TRY_LET(handle.poll_url, json::get_string(json, "poll_url"));
    TRY_LET(handle.location_url, json::get_string(json, "location_url"));
    TRY_LET(const std::string form, json::get_string(json, "form"));
    TRY_LET(const std::string deadline, json::get_string(json, "deadline"));
    TRY_LET(const std::uint64_t pause, json::get_unsigned(json, "retry_after_ms"));
    const std::optional<PollForm> parsed_form = parse_form(form);
    const Result<std::chrono::sys_seconds> parsed_deadline = sys::parse_rfc3339(deadline);
    const bool is_too_long = handle.resource_url.size() > kLongestUrl ||
                             handle.poll_url.size() > kLongestUrl ||
                             handle.location_url.size() > kLongestUrl;
    if (!parsed_form || !parsed_deadline.ok() || pause > kLongestPauseMs || is_too_long ||
        find_operation(handle.operation) == nullptr) {
        return Error{ErrorCode::Corrupt, "kept operation \"" + handle.what + "\" is no operation"};
    }
    handle.form = *parsed_form;
    handle.deadline = *parsed_deadline;
    handle.retry_after = std::chrono::milliseconds(pause);
    return handle;
}

}  // namespace starkeep::azure::arm
