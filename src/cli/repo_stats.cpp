// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"
#include "repository/maintenance.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace starkeep::cli {

namespace {

Result<Outcome> stats(const Context& context)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::Statistics found, repository::Maintenance(*opened.repository).statistics()
    );
    warn_of_gaps(opened.repository->log_gaps());
    const Outcome outcome = outcome_over_gaps(*opened.repository, Outcome::Done);
    if (context.json) {
        print_json(Json{
            {"repository", opened.repository->id().hex()},
            {"url", opened.store->url()},
            {"points", found.points},
            {"packs", found.packs},
            {"bytes_stored", found.stored_bytes},
            {"bytes_data", found.data_bytes},
            {"bytes_metadata", found.metadata_bytes},
            {"bytes_logical", found.logical_bytes}
        });
        return outcome;
    }
    print(fmt::format("repository  {} at {}", opened.repository->id().hex(), opened.store->url()));
    print(fmt::format("points      {}", format_count(found.points)));
    print(fmt::format(
        "stored      {} in {} packs ({} rows, {} metadata)",
        format_bytes(found.stored_bytes),
        format_count(found.packs),
        format_bytes(found.data_bytes),
        format_bytes(found.metadata_bytes)
    ));
    print(fmt::format("logical     {} over all points", format_bytes(found.logical_bytes)));
    if (found.stored_bytes > 0) {
        print(fmt::format(
            "ratio       {:.1f} logical bytes for one stored",
            static_cast<double>(found.logical_bytes) / static_cast<double>(found.stored_bytes)
        ));
    }
    return outcome;
}

}  // namespace

void add_repo_stats(CLI::App& repo, Context& context)
{
    CLI::App* command = add_command(repo, "stats", "Points, packs and sizes");
    command->add_option("URL", context.repository_url, "The repository");
    command->callback([&context] {
        context.command = [&context] {
            return stats(context);
        };
    });
}

}  // namespace starkeep::cli
