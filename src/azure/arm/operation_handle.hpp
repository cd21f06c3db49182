// SPDX-License-Identifier: Apache-2.0
// A long-running operation that has begun: enough to go on polling it in another process.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <chrono>
#include <string>

namespace starkeep::azure::arm {

/// How the service lets its progress be seen.
enum class PollForm {
    Finished,             ///< there is nothing left to ask
    AzureAsyncOperation,  ///< a status document at `poll_url`
    Location,             ///< `poll_url` answers 202 until it is done
    Resource,             ///< the resource's own provisioningState
};

/// Shape: the URLs are opaque: long, signed, and sent back as they came. They are no secrets, but valid for about a day only.
struct OperationHandle {
    /// Symbol of the operation in the table: "VirtualMachinesCreate".
    std::string operation{};
    /// What is being done to what, for messages: "make virtual machine w1".
    std::string what{};
    std::string method{};
    std::string resource_url{};
    PollForm form = PollForm::Finished;
    std::string poll_url{};
    /// The Location that came beside an Azure-AsyncOperation; empty when none did.
    std::string location_url{};
    std::chrono::sys_seconds deadline{};
    /// What the service asked to wait before the next poll; zero when it asked for nothing.
    std::chrono::milliseconds retry_after{};
    /// The result, when the first answer held it already; not written to JSON.
    Json result{};
};

Json to_json(const OperationHandle& handle);
/// Errors: Corrupt when `json` is no handle.
Result<OperationHandle> parse_operation_handle(const Json& json);

}  // namespace starkeep::azure::arm
