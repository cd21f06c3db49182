// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/schema_dump.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "sys/environment.hpp"
#include "sys/process.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

std::vector<std::string> candidates(const std::string& name)
{
    std::vector<std::string> out;
    if (const std::optional<std::string> chosen = sys::get_env("STARKEEP_PG_BINDIR")) {
        std::string_view folders = *chosen;
        while (!folders.empty()) {
            const std::string_view folder = folders.substr(0, folders.find(':'));
            out.push_back(std::filesystem::path(folder) / name);
            folders.remove_prefix(std::min(folder.size() + 1, folders.size()));
        }
        return out;
    }
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
        out.push_back(entry.path() / "bin" / name);
    }
    // Last: on Debian the one on PATH is a script that chooses by the machine's own clusters.
    if (std::optional<std::string> found = sys::find_program(name)) {
        out.push_back(std::move(*found));
    }
    return out;
}

/// "pg_dump (PostgreSQL) 15.20 (Debian …)" → 15; 0 when the program cannot be run or says something else.
int major_of(const std::string& program)
{
    std::string said;
    const auto ran = sys::run_process(
        {.arguments = {program, "--version"}},
        [&](ByteView out) -> Result<void> {
            said += as_text(out);
            return {};
        },
        {}
    );
    static constexpr std::string_view kBefore = "(PostgreSQL) ";
    const std::size_t at = said.find(kBefore);
    int major = 0;
    if (ran.ok() && ran->exit_status == 0 && at != std::string::npos) {
        std::from_chars(said.data() + at + kBefore.size(), said.data() + said.size(), major);
    }
    return major;
}

}  // namespace

Result<std::string> find_client_program(const std::string& name, int major)
{
    std::map<int, std::string> by_major;
    for (const std::string& program : candidates(name)) {
        const int found = major_of(program);
        by_major.try_emplace(found, program);
        // Asking Debian's script as well would take longer than the whole dump of a small schema.
        if (found == major) {
            break;
        }
    }
    const auto fitting = by_major.lower_bound(major);
    if (fitting == by_major.end()) {
        return Error{
            ErrorCode::Unsupported,
            "no " + name + " of version " + std::to_string(major) + " or newer is installed",
            "Install the package postgresql-client-" + std::to_string(major) +
                ", or set STARKEEP_PG_BINDIR to the directory of its programs."
        };
    }
    return fitting->second;
}

Result<void>
dump_schema(const DumpRequest& request, const std::function<Result<void>(ByteView)>& sink)
{
    TRY_LET(const std::string program, find_client_program("pg_dump", request.major));
    sys::Command command{
        .arguments =
            {program,
             "--format=custom",
             "--compress=0",
             "--schema-only",
             "--no-password",
             "--encoding=UTF8",
             // Before the environment, and before a service file that is named there.
             "--dbname=" + request.connection}
    };
    if (!request.snapshot.empty()) {
        command.arguments.push_back("--snapshot=" + request.snapshot);
    }
    command.environment.assign(request.environment.begin(), request.environment.end());
    TRY_LET(const sys::ProcessResult ran, sys::run_process(command, sink, request.stop));
    if (ran.exit_status != 0) {
        return Error{
            ErrorCode::Rejected,
            "pg_dump ended with status " + std::to_string(ran.exit_status) + ": " + ran.error_output
        };
    }
    return {};
}

}  // namespace starkeep::source::postgres
