// SPDX-License-Identifier: Apache-2.0
// Long-running operations: which form one has, whether it has ended, and where its result is.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/conversation_internal.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/service_error.hpp"
#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace starkeep::azure::arm {

/// What a message says of this operation.
Asked asked_of(const OperationHandle& handle);

/// What the first answer to `operation` means.
/// Errors: Corrupt for a body that is no JSON, or a URL longer than 16 KiB.
Result<OperationHandle> begun_operation(
    const Operation& operation,
    const http::Request& request,
    const http::Response& response,
    const Asked& asked,
    std::chrono::sys_seconds now
);

class Poller {
public:
    Poller(
        Conversation& conversation, const Cloud& cloud, const sys::Clock& clock, const Waiter& wait
    )
        : conversation_(conversation), cloud_(cloud), clock_(clock), wait_(wait)
    {
    }

    /// As Client::wait.
    Result<Json> wait(OperationHandle handle, const Wait& wait);

private:
    /// The result when it has ended, nothing while it goes on.
    using Outcome = Result<std::optional<Json>>;

    Result<void> pause(const OperationHandle& handle, std::stop_token stop) const;
    Outcome poll(OperationHandle& handle, std::stop_token stop);
    Outcome heed(OperationHandle& handle, const http::Response& response, std::stop_token stop);
    Outcome
    heed_status(OperationHandle& handle, const http::Response& response, std::stop_token stop);
    Outcome
    heed_location(OperationHandle& handle, const http::Response& response, std::stop_token stop);
    Outcome heed_resource(const OperationHandle& handle, const http::Response& response);
    Outcome heed_refusal(OperationHandle& handle, const http::Response& response);
    Result<Json>
    final_result(const OperationHandle& handle, const Json& status, std::stop_token stop);

    Conversation& conversation_;
    const Cloud& cloud_;
    const sys::Clock& clock_;
    const Waiter& wait_;
    /// In a row: polls without an answer, and looks at a resource that is not there yet.
    int failures_ = 0;
    int absences_ = 0;
};

}  // namespace starkeep::azure::arm
