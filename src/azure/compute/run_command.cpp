// SPDX-License-Identifier: Apache-2.0
#include "azure/compute/run_command.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/operation_handle.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/verbs.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::azure::compute {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

constexpr std::string_view kOut = "[stdout]\n";
constexpr std::string_view kError = "\n[stderr]\n";
constexpr std::string_view kMarker = "##RC=";

std::optional<int> parse_exit_code(std::string_view text)
{
    int code = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), code);
    const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return is_whole && code >= 0 && code <= 255 ? std::optional(code) : std::nullopt;
}

/// Takes the last line that begins with the marker out of the text.
std::optional<int> take_marker(std::string& text)
{
    std::size_t at = text.rfind(kMarker);
    while (at != std::string::npos && at != 0 && text[at - 1] != '\n') {
        at = text.rfind(kMarker, at - 1);
    }
    if (at == std::string::npos) {
        return std::nullopt;
    }
    std::size_t end = text.find('\n', at);
    end = end == std::string::npos ? text.size() : end;
    std::string_view number = std::string_view(text).substr(at, end - at);
    number.remove_prefix(kMarker.size());
    if (number.ends_with('\r')) {
        number.remove_suffix(1);
    }
    const std::optional<int> code = parse_exit_code(number);
    text.erase(at, end - at + (end < text.size() ? 1 : 0));
    return code;
}

Result<ManagedScriptState> parse_managed(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "managed command");
    const ReplyReader properties = reader.properties();
    const ReplyReader view = properties.object("instanceView");
    ManagedScriptState state{
        .provisioning_state = properties.text("provisioningState"),
        .execution_state = view.text("executionState"),
        .message = view.text("executionMessage"),
        .out = view.text("output"),
        .error = view.text("error")
    };
    if (view.has("exitCode")) {
        const std::int64_t code = view.number("exitCode", 0);
        // The agent's own failures are negative.
        if (code < -1000 || code > 255) {
            fault.set("reply: exit code of managed command is out of range");
        }
        state.exit_code = static_cast<int>(code);
    }
    return fault.or_value(std::move(state));
}

Json parameter(const std::string& name, std::string_view value)
{
    Json json = Json::object();
    json["name"] = name;
    json["value"] = std::string(value);
    return json;
}

Json body_of(const ManagedScript& script)
{
    Json plain = Json::array();
    for (const auto& [name, value] : script.environment) {
        plain.push_back(parameter(name, value));
    }
    Json secret = Json::array();
    for (const auto& [name, value] : script.secret_environment) {
        secret.push_back(parameter(name, value.reveal()));
    }
    Json body = Json::object();
    body["location"] = script.region;
    Json& properties = body["properties"];
    properties["source"]["script"] = script.script;
    properties["parameters"] = std::move(plain);
    properties["protectedParameters"] = std::move(secret);
    properties["asyncExecution"] = script.is_asynchronous;
    properties["timeoutInSeconds"] = script.timeout.count();
    properties["treatFailureAsDeploymentFailure"] = false;
    return body;
}

}  // namespace

ScriptOutput parse_run_command_message(std::string_view message)
{
    ScriptOutput output;
    const std::size_t out = message.find(kOut);
    if (out == std::string_view::npos) {
        output.error = std::string(message);
        return output;
    }
    const std::string_view rest = message.substr(out + kOut.size());
    // The script's own output may hold the words; the agent's are the last.
    const std::size_t error = rest.rfind(kError);
    if (error == std::string_view::npos) {
        output.out = std::string(rest);
    } else {
        output.out = std::string(rest.substr(0, error));
        output.error = std::string(rest.substr(error + kError.size()));
    }
    output.exit_code = take_marker(output.out);
    return output;
}

Result<ScriptOutput> parse_run_command_result(const Json& reply)
{
    ReplyFault fault;
    const ReplyReader reader(reply, fault, "result of Run Command");
    ScriptOutput output;
    const std::vector<ReplyReader> items = reader.objects("value");
    if (items.empty()) {
        fault.set("reply: result of Run Command is empty");
    } else if (items.size() == 1) {
        output = parse_run_command_message(items.front().text("message"));
    } else {
        // A machine with Windows tells its two streams apart.
        for (const ReplyReader& item : items) {
            const bool is_error = item.text("code").find("StdErr") != std::string::npos;
            (is_error ? output.error : output.out) = item.text("message");
        }
        output.exit_code = take_marker(output.out);
    }
    return fault.or_value(std::move(output));
}

Result<arm::OperationHandle> begin_run_command(
    arm::Client& client,
    const ResourceId& machine,
    const std::vector<std::string>& lines,
    std::stop_token stop
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kMachinesRunCommand, machine));
    Json body = Json::object();
    body["commandId"] = "RunShellScript";
    body["script"] = lines;
    call.body = std::move(body);
    return client.begin(call, stop);
}

Result<ScriptOutput>
finish_run_command(arm::Client& client, arm::OperationHandle handle, const arm::Wait& wait)
{
    TRY_LET(const Json reply, client.wait(std::move(handle), wait));
    return parse_run_command_result(reply);
}

Result<void> put_managed_script(
    arm::Client& client, const ResourceId& id, const ManagedScript& script, const arm::Wait& wait
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kRunCommandsPut, id));
    call.body = body_of(script);
    TRY(client.run(call, wait));
    return {};
}

Result<ManagedScriptState>
get_managed_script(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kRunCommandsGet, id));
    call.query.emplace_back("$expand", "instanceView");
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_managed(reply);
}

Result<void> remove_managed_script(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kRunCommandsDelete, id, wait);
}

}  // namespace starkeep::azure::compute
