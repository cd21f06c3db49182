// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "cli/prune_report.hpp"
#include "cli/repository_access.hpp"
#include "engine/points.hpp"
#include "json/json.hpp"
#include "repository/maintenance.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace starkeep::cli {

namespace {

struct ForgetOptions {
    std::string source;
    engine::Retention retention;
    bool dry_run = false;
    bool prune = false;
};

Json ids(const std::vector<repository::Point>& points)
{
    Json out = Json::array();
    for (const repository::Point& point : points) {
        out.push_back(point.id.hex());
    }
    return out;
}

void show(const engine::RetentionPlan& plan, bool dry_run)
{
    Table table({{.title = ""}, {.title = "ID"}, {.title = "TIME"}, {.title = "SOURCE"}});
    for (const repository::Point& point : plan.keep) {
        table.add({"keep", short_id(point), point.time, point.source});
    }
    for (const repository::Point& point : plan.forget) {
        table.add(
            {dry_run ? "would forget" : "forgotten", short_id(point), point.time, point.source}
        );
    }
    table.print();
}

Result<engine::RetentionPlan>
plan_forget(repository::Repository& repository, const ForgetOptions& options)
{
    if (options.retention.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "no rule says which restore points to keep",
            "Give at least one of --keep-last, --keep-daily, --keep-weekly, --keep-monthly, "
            "--keep-yearly."
        };
    }
    TRY_LET(const std::vector<repository::Point> points, chosen_points(repository, options.source));
    TRY(repository.require_whole_log());
    return engine::plan_retention(points, options.retention);
}

Result<Outcome> forget(const Context& context, const ForgetOptions& options)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(const engine::RetentionPlan plan, plan_forget(*opened.repository, options));
    if (!options.dry_run && !plan.forget.empty()) {
        std::vector<PointId> points;
        for (const repository::Point& point : plan.forget) {
            points.push_back(point.id);
        }
        TRY(opened.repository->forget(points));
    }
    Json document{
        {"keep", ids(plan.keep)}, {"forget", ids(plan.forget)}, {"dry_run", options.dry_run}
    };
    if (!context.json) {
        show(plan, options.dry_run);
    }
    if (options.prune) {
        TRY_LET(
            const repository::PruneReport pruned,
            repository::Maintenance(*opened.repository).prune(options.dry_run)
        );
        document["prune"] = to_json(pruned);
        if (!context.json) {
            cli::show(pruned, options.dry_run);
        }
    }
    if (context.json) {
        print_json(document);
    }
    return Outcome::Done;
}

}  // namespace

void add_forget(CLI::App& app, Context& context)
{
    CLI::App* command = add_command(
        app,
        "forget",
        "Drop the restore points that no --keep rule wants. Rules add up: a point stays when any "
        "of "
        "them keeps it. Counts hold for each source by itself. Space is freed by --prune, or by "
        "repo prune later"
    );
    const auto options = std::make_shared<ForgetOptions>();
    add_source_option(*command, options->source, "Only points of this source");
    command->add_option("--keep-last", options->retention.last, "The newest N points");
    command->add_option(
        "--keep-daily",
        options->retention.daily,
        "The newest point of each of the last N days that have one (UTC)"
    );
    command->add_option(
        "--keep-weekly", options->retention.weekly, "Likewise of N weeks (from Monday, ISO 8601)"
    );
    command->add_option("--keep-monthly", options->retention.monthly, "Likewise of N months");
    command->add_option("--keep-yearly", options->retention.yearly, "Likewise of N years");
    command->add_flag("--dry-run", options->dry_run, "Only tell what would go");
    command->add_flag(
        "--prune", options->prune, "Then remove the packs that nothing uses any more"
    );
    command->callback([&context, options] {
        context.command = [&context, options] {
            return forget(context, *options);
        };
    });
}

}  // namespace starkeep::cli
