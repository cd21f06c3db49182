// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/usage_error.hpp"
#include "source/open.hpp"
#include "sys/environment.hpp"
#include "sys/host.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <stop_token>
#include <string_view>
#include <utility>

namespace starkeep::cli {

namespace {

void add_globals(CLI::App& app, Context& context)
{
    context.repository_url = sys::get_env("STARKEEP_REPO").value_or("");
    context.password_file = sys::get_env("STARKEEP_PASSWORD_FILE").value_or("");
    context.ca_file = sys::get_env("STARKEEP_CA_FILE").value_or("");
    context.cloud_file = sys::get_env("STARKEEP_CLOUD").value_or("");
    app.add_option(
        "--repo",
        context.repository_url,
        "Repository: file:///dir or azblob://account/container[/prefix] (or STARKEEP_REPO)"
    );
    app.add_option(
        "--password-file",
        context.password_file,
        "File with the repository's password (or STARKEEP_PASSWORD_FILE)"
    );
    app.add_option(
        "--ca-file",
        context.ca_file,
        "Certificates in PEM to trust besides the system's (or STARKEEP_CA_FILE)"
    );
    app.add_option(
        "--cloud",
        context.cloud_file,
        "Description of a cloud other than public Azure (or STARKEEP_CLOUD)"
    );
    app.add_flag("--json", context.json, "Print JSON on standard output and nothing else there");
    app.set_version_flag("--version", "starkeep " STARKEEP_VERSION);
    app.require_subcommand(1);
}

void add_commands(CLI::App& app, Context& context)
{
    CLI::App* repo = add_command(app, "repo", "Make, inspect and look after a repository");
    repo->require_subcommand(1);
    add_repo_init(*repo, context);
    add_repo_stats(*repo, context);
    add_repo_check(*repo, context);
    add_repo_repair(*repo, context);
    add_repo_prune(*repo, context);
    add_repo_key(*repo, context);
    add_backup(app, context);
    add_points(app, context);
    add_show(app, context);
    add_ls(app, context);
    add_restore(app, context);
    add_verify(app, context);
    add_forget(app, context);
    add_export(app, context);
}

void hide_passwords(std::span<char*> arguments)
{
    for (char* argument : arguments) {
        const std::string_view text = argument;
        if (source::has_password(text)) {
            std::fill_n(argument + text.find("://") + 3, text.size() - text.find("://") - 3, '*');
        }
    }
}

int finish(const Result<Outcome>& outcome)
{
    if (const Result<void> written = flush_output(); !written.ok()) {
        print_error(written.error());
        return exit_status(written.error().code());
    }
    if (outcome.ok()) {
        return static_cast<int>(*outcome);
    }
    print_error(outcome.error());
    if (outcome.error().code() == ErrorCode::Cancelled && sys::caught_signal() != 0) {
        return 128 + sys::caught_signal();
    }
    return exit_status(outcome.error().code());
}

}  // namespace

int run(int argc, char** argv, std::stop_token stop)
{
    CLI::App app(
        "Starkeep backs up and restores databases into repositories that prove themselves.",
        "starkeep"
    );
    Context context;
    context.stop = std::move(stop);
    add_globals(app, context);
    add_commands(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error);  // --help and --version
        }
        const Error wrong = usage_error(app, error);
        print_error(wrong);
        return exit_status(wrong.code());
    }
    hide_passwords(std::span(argv, static_cast<std::size_t>(argc)));
    return finish(context.command());
}

}  // namespace starkeep::cli
