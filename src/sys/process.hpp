// SPDX-License-Identifier: Apache-2.0
// Other programs, run without a shell and never left behind.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::sys {

struct Command {
    /// The program first: a path, or a name that is looked up on PATH. Visible to every user of the machine: no secrets.
    std::vector<std::string> arguments;
    /// Added to this process' own, or put in its place. The way for a PGPASSWORD.
    std::vector<std::pair<std::string, std::string>> environment{};
    /// What the program reads as standard input, as a seekable file; nothing means /dev/null.
    std::optional<ByteView> input{};
};

struct ProcessResult {
    /// As a shell says it: 128 + n when signal n ended the program.
    int exit_status = 0;
    /// The last 64 KiB of what it wrote to standard error.
    std::string error_output;
};

/// Gets standard output piece by piece, on the calling thread. A failure ends the program.
using OutputSink = std::function<Result<void>(ByteView)>;

/// Runs a program to its end. It gets a process group of its own, no open files but the three standard ones, and dies with
/// this process. To end it early: SIGTERM to the group, SIGKILL 5 s later.
/// Errors: NotFound or Denied when the program cannot be started; Cancelled when `stop` was requested; what `output` said.
/// A program that ran and failed is no error here: see exit_status.
Result<ProcessResult>
run_process(const Command& command, const OutputSink& output, std::stop_token stop);

/// Full path of an executable file on PATH; a `name` with '/' is only checked.
std::optional<std::string> find_program(std::string_view name);

}  // namespace starkeep::sys
