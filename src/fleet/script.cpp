// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/compute/run_command.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "fleet/deployment.hpp"
#include "fleet/fault.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/patience_internal.hpp"
#include "fleet/script_internal.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

namespace compute = azure::compute;
using azure::arm::OperationHandle;
using compute::ScriptOutput;

namespace {

constexpr std::string_view kShebang = "#!/bin/bash";

std::vector<std::string> whole_lines(const Script& script)
{
    std::vector<std::string> lines{std::string(kShebang)};
    for (const auto& [name, value] : script.variables) {
        lines.push_back(name + "=" + shell_word(value));
    }
    lines.insert(lines.end(), script.lines.begin(), script.lines.end());
    return lines;
}

Error hanging(Error error, const ScriptRun& run)
{
    if (error.code() != ErrorCode::TimedOut) {
        return error;
    }
    return to_error(
        {.code = ErrorCode::TimedOut,
         .layer = Layer::RunCommand,
         .what = "Run Command on " + run.machine.name() + " gave no answer within " +
                 std::to_string(run.limit.count()) + " minutes",
         .owner = "whoever guards the network of the workers' subnet",
         .remedy = "Let the machine reach 168.63.129.16 on ports 80 and 32526, and AzureCloud on "
                   "443; or set "
                   "bootstrap to managed-run-command or cloud-init."}
    );
}

/// A second script waits for the first: Azure runs one at a time in a machine.
Result<OperationHandle>
begin(const Services& services, const ScriptRun& run, StepSink& sink, const std::string& key)
{
    std::optional<OperationHandle> handle;
    const std::vector<std::string> lines = whole_lines(run.script);
    TRY(until(services, run.limit, "Run Command on " + run.machine.name(), [&]() -> Result<bool> {
        Result<OperationHandle> begun =
            compute::begin_run_command(services.arm, run.machine, lines, services.stop);
        if (begun.ok()) {
            handle = std::move(begun).value();
            return true;
        }
        if (begun.error().code() != ErrorCode::Conflict) {
            return std::move(begun).error();
        }
        return false;
    }));
    ENSURE(handle.has_value());
    handle->deadline = std::min(handle->deadline, services.clock.now() + run.limit);
    TRY(sink.remember(key, json::format(to_json(*handle))));
    return std::move(*handle);
}

Result<ScriptOutput>
finish(const Services& services, OperationHandle handle, StepSink& sink, const std::string& key)
{
    Result<ScriptOutput> output = compute::finish_run_command(
        services.arm, std::move(handle), remembering(services, sink, key)
    );
    if (output.ok() || !may_go_on(output.error())) {
        TRY(sink.forget(key));
    }
    return output;
}

Result<ScriptOutput> run_action(const Services& services, const ScriptRun& run, StepSink& sink)
{
    const std::string key = run.machine.text() + "/runCommand/" + run.name;
    TRY_LET(const std::optional<std::string> text, sink.remembered(key));
    if (text) {
        TRY_LET(const Json document, json::parse(*text));
        TRY_LET(OperationHandle handle, azure::arm::parse_operation_handle(document));
        // It may well have ended while nobody asked.
        handle.deadline = services.clock.now() + run.limit;
        Result<ScriptOutput> output = finish(services, std::move(handle), sink, key);
        if (output.ok() || may_go_on(output.error()) ||
            output.error().code() == ErrorCode::TimedOut) {
            return output;
        }
        // Azure knows nothing of it any more.
    }
    TRY_LET(OperationHandle handle, begin(services, run, sink, key));
    return finish(services, std::move(handle), sink, key);
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

Result<ScriptOutput> run_managed(const Services& services, const ScriptRun& run, StepSink& sink)
{
    const azure::arm::ResourceId id = run.machine.child("runCommands", "starkeep-" + run.name);
    compute::ManagedScript script{
        .region = run.region,
        .script = std::string(kShebang) + "\n" + joined(run.script.lines),
        .timeout = run.limit,
    };
    for (const auto& [name, value] : run.script.variables) {
        script.secret_environment.emplace_back(name, Secret(value));
    }
    TRY(run_once(services, sink, id.text(), [&](const azure::arm::Wait& wait) {
        return compute::put_managed_script(services.arm, id, script, wait);
    }));
    ScriptOutput output;
    TRY(until(services, run.limit, "Run Command on " + run.machine.name(), [&]() -> Result<bool> {
        TRY_LET(
            const compute::ManagedScriptState state,
            compute::get_managed_script(services.arm, id, services.stop)
        );
        output = compute::parse_run_command_message(
            "[stdout]\n" + state.out + "\n[stderr]\n" + state.error
        );
        return !azure::arm::same_text(state.execution_state, "Running") &&
               !azure::arm::same_text(state.execution_state, "Pending") &&
               !state.execution_state.empty();
    }));
    TRY(compute::remove_managed_script(services.arm, id, {.stop = services.stop}));
    return output;
}

}  // namespace

std::string shell_word(std::string_view text)
{
    ENSURE(text.find('\'') == std::string_view::npos);
    return "'" + std::string(text) + "'";
}

std::string whole_text(const Script& script)
{
    return joined(whole_lines(script));
}

Result<ScriptOutput> run_script(const Services& services, const ScriptRun& run, StepSink& sink)
{
    Result<ScriptOutput> output = run.form == Bootstrap::ManagedRunCommand
                                      ? run_managed(services, run, sink)
                                      : run_action(services, run, sink);
    if (!output.ok()) {
        return hanging(std::move(output).error(), run);
    }
    return output;
}

}  // namespace starkeep::fleet
