// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"
#include "repository/log_state.hpp"
#include "repository/maintenance.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace starkeep::cli {

namespace {

Json to_json(const repository::RepairReport& report, bool dry_run)
{
    Json given_up = Json::array();
    for (const repository::LogGap& gap : report.given_up) {
        given_up.push_back(describe(gap));
    }
    return {
        {"given_up", given_up},
        {"points", report.points},
        {"unused_packs", report.unused_packs},
        {"unused_bytes", report.unused_bytes},
        {"dry_run", dry_run}
    };
}

void show(const repository::RepairReport& report, bool dry_run)
{
    if (report.given_up.empty()) {
        print("the log is whole: nothing to repair");
        return;
    }
    for (const repository::LogGap& gap : report.given_up) {
        print((dry_run ? "would give up: " : "given up: ") + describe(gap));
    }
    print(fmt::format(
        "{} can be read; {} ({}) belong to none of them, and the next prune removes them",
        format_count(report.points, "point"),
        format_count(report.unused_packs, "pack"),
        format_bytes(report.unused_bytes)
    ));
    print(
        dry_run ? "Look for the object in copies of the repository first: once it is given up, "
                  "bringing it back changes nothing any more."
                : "The next backup of each source reads everything. Then: starkeep repo check "
                  "--read-data."
    );
}

Result<Outcome> repair(const Context& context, bool dry_run)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::RepairReport report,
        repository::Maintenance(*opened.repository).repair(dry_run)
    );
    if (context.json) {
        print_json(to_json(report, dry_run));
    } else {
        show(report, dry_run);
    }
    return Outcome::Done;
}

}  // namespace

void add_repo_repair(CLI::App& repo, Context& context)
{
    CLI::App* command = add_command(
        repo,
        "repair",
        "Give up log entries that are damaged or missing, so that backups and prune can go on. "
        "Restore points that only they told of are lost then: bring the entries back from a copy "
        "of the repository where there is one"
    );
    const auto dry_run = std::make_shared<bool>(false);
    command->add_option("URL", context.repository_url, "The repository");
    command->add_flag("--dry-run", *dry_run, "Only tell what would be given up");
    command->callback([&context, dry_run] {
        context.command = [&context, dry_run] {
            return repair(context, *dry_run);
        };
    });
}

}  // namespace starkeep::cli
