// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/vm_command.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "sys/clock.hpp"
#include "sys/process.hpp"

#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

/// Source: Azure, "Run scripts in your Linux VM by using action Run Commands", restrictions, read 2026-11-26.
constexpr std::size_t kTail = 4096;

// Input: a line with the size of the variables, the variables as bash takes them, the script. Its own first line of output
// names the folder; the tails follow the script's end.
constexpr std::string_view kRun = R"(umask 077
base=/var/lib/waagent/run-command/download
mkdir -p "$base" || exit 1
number=0
while ! mkdir "$base/$number" 2>/dev/null; do number=$((number + 1)); done
cd "$base/$number" && echo "$number" || exit 1
read -r size
variables=$(head -c "$size")
cat >script.sh && chmod 700 script.sh
eval "$variables"
interpreter=/bin/bash
[[ $(head -c 2 script.sh) != '#!' ]] || interpreter=
$interpreter ./script.sh </dev/null >stdout 2>stderr
status=$?
tail -c 4096 stdout
tail -c 4096 stderr >&2
exit $status)";

constexpr std::string_view kTails =
    "cd /var/lib/waagent/run-command/download/$0 && tail -c 4096 stdout && tail -c 4096 stderr >&2";

std::string quoted(std::string_view text)
{
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return out + "'";
}

std::string input_of(const ShellCommand& command)
{
    std::string variables;
    for (const auto& [name, value] : command.environment) {
        variables += "export " + name + "=" + quoted(value) + "\n";
    }
    return std::to_string(variables.size()) + "\n" + variables + command.script;
}

std::vector<std::string> bash_in(pid_t machine, std::string_view script)
{
    return {
        "nsenter",
        "--target=" + std::to_string(machine),
        "--mount",
        "--uts",
        "--ipc",
        "--net",
        "--pid",
        "--root",
        "--wd",
        // Nothing of this machine's own environment.
        "/usr/bin/env",
        "-i",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        "LANG=C.UTF-8",
        "/bin/bash",
        "-c",
        std::string(script)
    };
}

std::string last(std::string text, std::size_t count)
{
    return text.size() > count ? text.substr(text.size() - count) : std::move(text);
}

struct Ran {
    sys::ProcessResult result;
    std::string output;
};

Result<Ran> run(const sys::Command& command, std::string& output, std::stop_token stop)
{
    TRY_LET(
        sys::ProcessResult result,
        sys::run_process(
            command,
            [&](ByteView bytes) -> Result<void> {
                output += as_text(bytes);
                return {};
            },
            std::move(stop)
        )
    );
    return Ran{.result = std::move(result), .output = output};
}

ShellOutcome outcome_of(const Ran& ran, std::string_view folder)
{
    const std::string own_line = std::string(folder) + "\n";
    std::string output = ran.output;
    output.erase(0, output.starts_with(own_line) ? own_line.size() : 0);
    return {
        .exit_status = ran.result.exit_status,
        .output_tail = last(std::move(output), kTail),
        .error_tail = last(ran.result.error_output, kTail),
    };
}

/// What a script that was ended had said.
ShellOutcome cut_short(pid_t machine, const std::string& folder)
{
    constexpr int kEnded = 124;
    std::vector<std::string> arguments = bash_in(machine, kTails);
    arguments.push_back(folder);
    std::string output;
    const Result<Ran> ran = run({.arguments = std::move(arguments)}, output, {});
    ShellOutcome outcome = ran.ok() ? outcome_of(*ran, "") : ShellOutcome();
    outcome.exit_status = kEnded;
    outcome.timed_out = true;
    return outcome;
}

}  // namespace

Result<ShellOutcome>
run_vm_command(pid_t machine, const ShellCommand& command, std::stop_token stop)
{
    std::stop_source end;
    std::atomic<bool> is_late{false};
    const std::stop_callback on_stop(stop, [&] { end.request_stop(); });
    std::jthread timer([&](const std::stop_token& done) {
        if (sys::wait_for(done, command.limit)) {
            is_late = true;
            end.request_stop();
        }
    });
    const std::string input = input_of(command);
    std::string output;
    const Result<Ran> ran =
        run({.arguments = bash_in(machine, kRun), .input = as_bytes(input)}, output, end.get_token()
        );
    timer.request_stop();
    const std::string folder = output.substr(0, output.find('\n'));
    if (ran.ok()) {
        return outcome_of(*ran, folder);
    }
    if (is_late && !stop.stop_requested()) {
        return cut_short(machine, folder);
    }
    return ran.error();
}

}  // namespace starkeep::localcloud
