// SPDX-License-Identifier: Apache-2.0
#include "localcloud/run.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "localcloud/cloud_files.hpp"
#include "localcloud/detach.hpp"
#include "localcloud/machinery/enter.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/start.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::uint64_t kMostLogBytes = 1U << 30U;
constexpr int kWrongUsage = 2;

int failed(const Error& error)
{
    fmt::print(stderr, "starkeep-localcloud: {}\n", error.text());
    return exit_status(error.code());
}

int start(const StartOptions& options, bool detached)
{
    Ready ready;
    if (detached) {
        auto made = detach(options.state / "log");
        if (!made.ok()) {
            return failed(made.error());
        }
        if (made->is_parent) {
            return made->exit_status;
        }
        ready = std::move(made->ready);
    }
    sys::disable_core_dumps();
    const auto served = serve(
        options,
        [&ready](const std::string& said) {
            fmt::print("{}", said);
            static_cast<void>(std::fflush(stdout));
            ready.tell(said);
        },
        sys::stop_on_signals()
    );
    if (!served.ok()) {
        ready.fail(served.error().text());
        return failed(served.error());
    }
    return 0;
}

int stop(const std::filesystem::path& state)
{
    const auto stopped = stop_running(state);
    if (!stopped.ok()) {
        return failed(stopped.error());
    }
    fmt::print("{}\n", *stopped ? "stopped" : "no local cloud runs there");
    return 0;
}

void print_line(const Json& entry)
{
    const std::string time = text_at(entry, "time");
    if (text_at(entry, "kind") == "operation") {
        fmt::print(
            "{} {:<10} {} {} {}\n",
            time,
            text_at(entry, "state"),
            text_at(entry, "operation"),
            text_at(entry, "resource"),
            text_at(entry, "code")
        );
        return;
    }
    fmt::print(
        "{} {:<3} {:<6} {} {} {}\n",
        time,
        number_at(entry, "status").value_or(0),
        text_at(entry, "method"),
        text_at(entry, "path"),
        text_at(entry, "operation"),
        text_at(entry, "code")
    );
}

int calls(const std::filesystem::path& state, bool as_json)
{
    const auto bytes = sys::read_file(state / "calls.jsonl", kMostLogBytes);
    if (!bytes.ok()) {
        return failed(bytes.error());
    }
    std::string_view text = as_text(*bytes);
    if (as_json) {
        fmt::print("{}", text);
        return 0;
    }
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (const auto entry = json::parse(text.substr(0, end)); entry.ok()) {
            print_line(*entry);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return 0;
}

void add_start(CLI::App& app, StartOptions& options, bool& detached)
{
    app.add_option("--regions", options.regions, "Azure's names of the regions that there are")
        ->delimiter(',');
    app.add_option(
        "--port",
        options.port,
        "Port of the resource manager and Entra on 127.0.0.1; that of the last start when missing"
    );
    app.add_option("--faults", options.faults, "File of what shall go wrong; read at every call");
    app.add_option(
           "--polls", options.polls, "How often a long-running operation is at least still running"
    )
        ->check(CLI::Range(0, 1000));
    app.add_option("--retry-after", options.retry_after_s, "Seconds that clients are asked to wait")
        ->check(CLI::Range(0, 600));
    app.add_option("--page-size", options.page_size, "Longest page of a list")
        ->check(CLI::Range(1, 1000));
    app.add_option("--core-limit", options.core_limit, "Quota of virtual processors per region")
        ->check(CLI::Range(0, 100000));
    app.add_option(
        "--azurite", options.azurite, "Azurite's program, as tools/azurite.sh prints it"
    );
    app.add_option(
        "--vm-image",
        options.vm_image,
        "Root of virtual machines, as tools/localcloud/vm_root.sh prints it"
    );
    app.add_option("--vm-init", options.vm_init, "The program starkeep-vm-init");
    app.add_flag(
        "--control-plane-only",
        options.control_plane_only,
        "Answer calls, but make nothing on this machine"
    );
    app.add_flag("--detach", detached, "Go on in the background once everything answers");
}

void add_exec(CLI::App& app, EnterRequest& request, std::vector<std::string>& arguments)
{
    auto* const place = app.add_option_group("place", "Where to run it");
    place->add_option("--vm", request.vm, "Resource id of a virtual machine");
    place->add_option(
        "--network,--vnet", request.network, "Resource id of a virtual network or a subnet"
    );
    place->add_option("--region", request.region, "Any network there");
    place->add_flag("--internet", request.internet, "Outside of every network");
    place->require_option(1);
    app.add_option("--publish", request.publish, "Ports inside that answer on 127.0.0.1 here");
    app.add_option("command", arguments, "The program and its arguments, after --")->required();
}

}  // namespace

int run(int argc, char** argv)
{
    CLI::App app("The local Azure: resource manager, Entra, networks, storage, machines and "
                 "clusters on this machine");
    app.set_version_flag("--version", "starkeep-localcloud " STARKEEP_VERSION);
    app.require_subcommand(1);
    StartOptions options;
    bool detached = false;
    bool as_json = false;
    EnterRequest request;
    std::vector<std::string> arguments;
    CLI::App* const start_command =
        app.add_subcommand("start", "Start it and serve until a signal or stop");
    CLI::App* const stop_command =
        app.add_subcommand("stop", "End the one that runs on the state folder");
    CLI::App* const calls_command =
        app.add_subcommand("calls", "Print the log of calls and operations");
    CLI::App* const exec_command =
        app.add_subcommand("exec", "Run a command inside a network or machine");
    for (CLI::App* const command : {start_command, stop_command, calls_command, exec_command}) {
        command->add_option("--state", options.state, "Folder of everything that it keeps")
            ->required();
    }
    add_start(*start_command, options, detached);
    calls_command->add_flag("--json", as_json, "One JSON object a line, as it was written");
    add_exec(*exec_command, request, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& failure) {
        return app.exit(failure) == 0 ? 0 : kWrongUsage;
    }
    if (start_command->parsed()) {
        return start(options, detached);
    }
    if (stop_command->parsed()) {
        return stop(options.state);
    }
    if (calls_command->parsed()) {
        return calls(options.state, as_json);
    }
    return failed(run_inside(options.state / "machinery", request, arguments));
}

}  // namespace starkeep::localcloud
