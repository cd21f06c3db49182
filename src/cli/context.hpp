// SPDX-License-Identifier: Apache-2.0
// What all commands share: the global options and what the chosen command will do.
#pragma once

#include "base/result.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <stop_token>
#include <string>

namespace starkeep::cli {

/// Process exit statuses of a command that came to its end; failures have theirs from the error's code.
enum class Outcome { Done = 0, Failed = 1, LeftOut = 3, Damaged = 4 };

struct Context {
    std::string repository_url;  ///< --repo or STARKEEP_REPO; empty when neither is given
    std::string password_file;   ///< --password-file or STARKEEP_PASSWORD_FILE; likewise
    std::string ca_file;         ///< --ca-file or STARKEEP_CA_FILE; likewise
    std::string cloud_file;      ///< --cloud or STARKEEP_CLOUD; likewise
    bool json = false;
    std::stop_token stop;
    /// Set by the parser; run after the whole command line has proved valid.
    std::function<Result<Outcome>()> command;
};

/// Adds a subcommand that takes the global options as well, wherever they stand.
inline CLI::App* add_command(CLI::App& parent, const char* name, const char* description)
{
    CLI::App* command = parent.add_subcommand(name, description);
    command->fallthrough();
    return command;
}

}  // namespace starkeep::cli
