// SPDX-License-Identifier: Apache-2.0
// Every verb of the command line; one file each.
#pragma once

#include "cli/context.hpp"

#include <CLI/CLI.hpp>

namespace starkeep::cli {

void add_backup(CLI::App& app, Context& context);
void add_points(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_ls(CLI::App& app, Context& context);
void add_restore(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_forget(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);

void add_repo_init(CLI::App& repo, Context& context);
void add_repo_stats(CLI::App& repo, Context& context);
void add_repo_check(CLI::App& repo, Context& context);
void add_repo_repair(CLI::App& repo, Context& context);
void add_repo_prune(CLI::App& repo, Context& context);
void add_repo_key(CLI::App& repo, Context& context);

}  // namespace starkeep::cli
