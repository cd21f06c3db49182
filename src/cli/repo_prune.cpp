// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/prune_report.hpp"
#include "cli/repository_access.hpp"
#include "repository/maintenance.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace starkeep::cli {

namespace {

Result<Outcome> prune(const Context& context, bool dry_run)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::PruneReport report,
        repository::Maintenance(*opened.repository).prune(dry_run)
    );
    if (context.json) {
        print_json(to_json(report));
    } else {
        show(report, dry_run);
    }
    return Outcome::Done;
}

}  // namespace

void add_repo_prune(CLI::App& repo, Context& context)
{
    CLI::App* command = add_command(repo, "prune", "Remove packs that no restore point uses");
    const auto dry_run = std::make_shared<bool>(false);
    command->add_option("URL", context.repository_url, "The repository");
    command->add_flag("--dry-run", *dry_run, "Only tell what would go");
    command->callback([&context, dry_run] {
        context.command = [&context, dry_run] {
            return prune(context, *dry_run);
        };
    });
}

}  // namespace starkeep::cli
