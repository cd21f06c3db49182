// SPDX-License-Identifier: Apache-2.0
// Microsoft.Compute: Run Command, as an action and as a managed resource.
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kCommandType = "Microsoft.Compute/virtualMachines/runCommands";
/// Source: azure README 6.2: a run command ends after 90 minutes.
constexpr std::chrono::seconds kLimit{5400};

std::optional<Answer> check_agent(const Resource& vm)
{
    if (text_at(vm.hidden, "power") != "running" || state_of(vm) != "Succeeded") {
        return refusal(
            409,
            "OperationNotAllowed",
            fmt::format(
                "Cannot modify extensions in the VM when the VM is not running. VM: {}.", vm.name()
            )
        );
    }
    return std::nullopt;
}

void add_parameters(const Json& list, ShellCommand& command)
{
    for (const Json& parameter : list) {
        command.environment.emplace_back(text_at(parameter, "name"), text_at(parameter, "value"));
    }
}

/// One item for Linux, both outputs inside its message. Source: azure README 6.2.
Json action_result(const ShellOutcome& outcome)
{
    Json item{
        {"code", "ProvisioningState/succeeded"},
        {"level", "Info"},
        {"displayStatus", "Provisioning succeeded"},
        {"message",
         fmt::format(
             "Enable succeeded: \n[stdout]\n{}\n[stderr]\n{}",
             outcome.output_tail,
             outcome.error_tail
         )},
    };
    Json result;
    result["value"] = Json::array();
    result["value"].push_back(std::move(item));
    return result;
}

Outcome run_action(
    Machinery& machinery, const FactId& vm, const ShellCommand& command, std::stop_token stop
)
{
    const auto ran = machinery.run_command(vm, command, stop);
    if (!ran.ok()) {
        return {.failure = Failure{"VMExtensionHandlerNonTransientError", ran.error().account()}};
    }
    if (ran->timed_out) {
        return {
            .failure =
                Failure{
                    "VMExtensionProvisioningTimeout",
                    "Provisioning of VM extension RunCommandLinux has timed out. Extension "
                    "provisioning has taken too long to complete."
                }
        };
    }
    return {.output = action_result(*ran)};
}

Answer run_command(Plane& plane, const Call& call)
{
    Resource* const vm = find_target(plane, call);
    if (vm == nullptr) {
        return target_not_found(call);
    }
    if (auto refused = check_agent(*vm)) {
        return *refused;
    }
    if (!is_same(text_at(call.body, "commandId"), "RunShellScript")) {
        return refusal(
            404,
            "NotFound",
            fmt::format(
                "The entity was not found: run command '{}'.", text_at(call.body, "commandId")
            )
        );
    }
    if (flag_at(vm->hidden, "is_running_command")) {
        return refusal(
            409,
            "Conflict",
            "Run command extension execution is in progress. Please wait for completion before "
            "invoking a run command."
        );
    }
    ShellCommand command{.script = {}, .limit = kLimit};
    for (const Json& line : list_at(call.body, "script")) {
        command.script += (line.is_string() ? line.get<std::string>() : std::string()) + "\n";
    }
    if (command.script.empty()) {
        return invalid_parameter(
            "InvalidParameter", "Required parameter 'script' is missing (null)."
        );
    }
    add_parameters(list_at(call.body, "parameters"), command);
    vm->hidden["is_running_command"] = true;
    const std::string key = key_of(vm->id());
    return plane.begin(
        call,
        {.status = 202},
        {.form = OperationForm::Compute,
         .resource_id = vm->id(),
         .region = vm->region(),
         .work = [&plane, key, command](std::stop_token stop
                 ) { return run_action(plane.machinery(), key, command, stop); },
         .finish =
             [&plane, key](const Outcome&) {
                 if (Resource* const found = plane.store().find(key)) {
                     found->hidden["is_running_command"] = false;
                 }
             }}
    );
}

Json view_of(const Result<ShellOutcome>& ran, const std::string& from, const std::string& until)
{
    Json view{{"startTime", from}, {"endTime", until}};
    if (!ran.ok()) {
        view["executionState"] = "Failed";
        view["executionMessage"] = ran.error().account();
        view["exitCode"] = -200;
        return view;
    }
    view["executionState"] = ran->timed_out          ? "TimedOut"
                             : ran->exit_status == 0 ? "Succeeded"
                                                     : "Failed";
    view["exitCode"] = ran->exit_status;
    view["output"] = ran->output_tail;
    view["error"] = ran->error_tail;
    view["executionMessage"] =
        fmt::format("Execution completed with exit code {}", ran->exit_status);
    return view;
}

/// Puts what the script gave into the resource, if that is still there.
void note_view(Plane& plane, const std::string& key, const Json& view)
{
    if (Resource* const found = plane.store().find(key)) {
        found->hidden["view"] = view;
    }
}

Begin script_run(
    Plane& plane, const Resource& resource, const ShellCommand& command, bool fails_with_script
)
{
    const std::string key = key_of(resource.id());
    const std::string vm = ResourceId::parse(resource.id())->parent()->key();
    return {
        .form = OperationForm::Compute,
        .resource_id = resource.id(),
        .region = resource.region(),
        .work =
            [&plane, vm, command, fails_with_script](std::stop_token stop) {
                const std::string from = sys::format_rfc3339(plane.clock().now());
                const auto ran = plane.machinery().run_command(vm, command, stop);
                Outcome outcome{
                    .output = view_of(ran, from, sys::format_rfc3339(plane.clock().now()))
                };
                if (fails_with_script && text_at(outcome.output, "executionState") != "Succeeded") {
                    outcome.failure = Failure{
                        "VMExtensionProvisioningError",
                        fmt::format(
                            "The script ended with exit code {}.",
                            number_at(outcome.output, "exitCode").value_or(-1)
                        )
                    };
                }
                return outcome;
            },
        .finish =
            [&plane, key](const Outcome& outcome) {
                note_view(plane, key, outcome.output);
                if (Resource* const found = plane.store().find(key)) {
                    set_state(*found, outcome.failure ? "Failed" : "Succeeded");
                }
            },
    };
}

Answer put_command(Plane& plane, const Call& call)
{
    Resource* const vm = plane.store().find(ResourceId::parse(call.path)->parent()->key());
    if (vm == nullptr) {
        return resource_not_found(
            "Microsoft.Compute/virtualMachines/" + call.parameter("vm"), call.parameter("group")
        );
    }
    for (auto refused : {check_agent(*vm), check_location(plane, call), check_tags(call.body)}) {
        if (refused) {
            return *refused;
        }
    }
    const Json& properties = at(call.body, "properties");
    const auto limit = number_at(properties, "timeoutInSeconds").value_or(kLimit.count());
    if (text_at(properties, "source/script").empty() || limit < 1) {
        return invalid_parameter(
            "InvalidParameter",
            "The local cloud runs managed commands from 'source.script', with a positive timeout."
        );
    }
    ShellCommand command{
        .script = text_at(properties, "source/script"),
        .limit = std::chrono::seconds(std::min<std::int64_t>(limit, kLimit.count()))
    };
    add_parameters(list_at(properties, "parameters"), command);
    add_parameters(list_at(properties, "protectedParameters"), command);
    Resource resource = new_resource(call, kCommandType);
    merge(resource.document["properties"], properties);
    resource.document["properties"].erase("protectedParameters");
    resource.hidden["view"] = Json{{"executionState", "Running"}, {"exitCode", 0}};
    set_state(resource, "Creating");
    const bool is_new = find_target(plane, call) == nullptr;
    const Resource& stored = plane.store().put(key_of(call.path), std::move(resource));
    Answer answer{.status = is_new ? 201 : 200, .body = stored.document};
    const Begin run =
        script_run(plane, stored, command, flag_at(properties, "treatFailureAsDeploymentFailure"));
    if (!flag_at(properties, "asyncExecution")) {
        return plane.begin(call, std::move(answer), run);
    }
    // Delivered at once; the script's own run has an operation that nobody is told of.
    Answer delivered = plane.begin(
        call,
        std::move(answer),
        {.form = run.form,
         .resource_id = run.resource_id,
         .region = run.region,
         .work = [](std::stop_token) { return Outcome{}; },
         .finish =
             [](const Outcome&) {
             }}
    );
    static_cast<void>(plane.begin(call, {}, run));
    return delivered;
}

Answer get_command(Plane& plane, const Call& call)
{
    const Resource* const resource = find_target(plane, call);
    if (resource == nullptr) {
        return target_not_found(call);
    }
    Answer answer{.body = resource->document};
    if (is_same(call.asked("$expand"), "instanceView")) {
        answer.body["properties"]["instanceView"] = at(resource->hidden, "view");
    }
    return answer;
}

Answer delete_command(Plane& plane, const Call& call)
{
    return begin_delete(plane, call, OperationForm::Compute, [](const Resource&) {
        return Outcome{};
    });
}

}  // namespace

void add_run_command_routes(std::vector<Route>& routes)
{
    const std::string vm = "{RG}/providers/Microsoft.Compute/virtualMachines/{vm}";
    const std::string command = vm + "/runCommands/{command}";
    routes.insert(
        routes.end(),
        {
            {"POST", vm + "/runCommand", "VirtualMachines_RunCommand", run_command},
            {"GET",
             vm + "/runCommands",
             "VirtualMachineRunCommands_ListByVirtualMachine",
             list_resources},
            {"GET", command, "VirtualMachineRunCommands_GetByVirtualMachine", get_command},
            {"PUT", command, "VirtualMachineRunCommands_CreateOrUpdate", put_command},
            {"DELETE", command, "VirtualMachineRunCommands_Delete", delete_command},
        }
    );
}

}  // namespace starkeep::localcloud
