// SPDX-License-Identifier: Apache-2.0
// Scripts run inside a virtual machine by Azure's agent, in the action form and in the managed one.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/resource_id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::compute {

struct ScriptOutput {
    /// From the line "##RC=<n>", which the script must print last: the action form tells no status. Nothing without it.
    std::optional<int> exit_code{};
    /// The last 4096 bytes of both together, as Azure keeps them; without the marker line.
    std::string out{};
    std::string error{};

    bool succeeded() const { return exit_code == 0; }
};

/// The message of a Linux machine: "Enable succeeded: \n[stdout]\n…\n[stderr]\n…".
ScriptOutput parse_run_command_message(std::string_view message);
/// Errors: Corrupt when `reply` is no result of Run Command.
Result<ScriptOutput> parse_run_command_result(const Json& reply);

/// Starts the script, once: it is never sent again when the answer was lost. Keep the handle before anything else.
/// `lines` travel and are kept in clear: no secrets but a short-lived SAS.
/// Errors: Conflict while another script runs in the machine; Unavailable or TimedOut when it is unknown whether it started.
Result<arm::OperationHandle> begin_run_command(
    arm::Client& client,
    const arm::ResourceId& machine,
    const std::vector<std::string>& lines,
    std::stop_token stop
);
/// Waits for it, also in another process than the one that began it.
Result<ScriptOutput>
finish_run_command(arm::Client& client, arm::OperationHandle handle, const arm::Wait& wait);

struct ManagedScript {
    std::string region;
    std::string script{};
    /// Become environment variables.
    std::vector<std::pair<std::string, std::string>> environment{};
    std::vector<std::pair<std::string, Secret>> secret_environment{};
    std::chrono::seconds timeout = std::chrono::minutes(90);
    /// Answers when the script has started.
    bool is_asynchronous = false;
};

struct ManagedScriptState {
    std::string provisioning_state{};
    std::string execution_state{};  ///< "Running", "Succeeded", "Failed", "TimedOut" …
    std::string message{};
    std::optional<int> exit_code{};
    std::string out{};
    std::string error{};
};

/// `id`: machine.child("runCommands", name).
Result<void> put_managed_script(
    arm::Client& client,
    const arm::ResourceId& id,
    const ManagedScript& script,
    const arm::Wait& wait
);
Result<ManagedScriptState>
get_managed_script(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Ends a running one.
Result<void>
remove_managed_script(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

}  // namespace starkeep::azure::compute
