// SPDX-License-Identifier: Apache-2.0
#include "engine/restore/restore.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "cli/progress_display.hpp"
#include "cli/repository_access.hpp"
#include "cli/restore_report.hpp"
#include "cli/usage_error.hpp"
#include "engine/progress.hpp"
#include "engine/selection.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/writer.hpp"
#include "sys/host.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::cli {

namespace {

struct RestoreOptions {
    std::string point;
    std::string source;
    std::string target;
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    std::vector<std::string> renames;
    source::IfExists if_exists = source::IfExists::Fail;
    unsigned jobs = sys::processor_count();
    bool dry_run = false;
    bool verify = false;
};

const std::map<std::string, source::IfExists> kIfExists = {
    {"fail", source::IfExists::Fail},
    {"skip", source::IfExists::Skip},
    {"replace", source::IfExists::Replace},
    {"merge", source::IfExists::Merge}
};

Result<engine::RestoreRequest> to_request(const Context& context, const RestoreOptions& options)
{
    engine::RestoreRequest request{
        .target = options.target,
        .selection = engine::Selection(options.include, options.exclude),
        .renames = {},
        .if_exists = options.if_exists,
        .jobs = options.jobs,
        .dry_run = options.dry_run,
        .verify = options.verify,
        .stop = context.stop
    };
    for (const std::string& text : options.renames) {
        TRY_LET(engine::Rename rename, engine::parse_rename(text));
        request.renames.push_back(std::move(rename));
    }
    return request;
}

void show_plan(const engine::RestoreReport& report)
{
    Table table(
        {{.title = "DATABASE"}, {.title = "OBJECT"}, {.title = "TARGET"}, {.title = "WOULD"}}
    );
    for (const engine::RestoredDatabase& database : report.databases) {
        for (const source::PlannedAct& act : database.acts) {
            table.add({engine::typed_part(database.target), act.object, act.target, act.act});
        }
    }
    table.print();
}

Result<engine::RestoreReport> run_restore(
    const repository::Repository& repository,
    const repository::Point& point,
    const engine::RestoreRequest& request
)
{
    engine::Progress progress;
    const ProgressDisplay display(progress);
    return engine::restore(repository, point, request, progress);
}

Outcome outcome_of(const engine::RestoreReport& report)
{
    if (!report.verified_equal()) {
        return Outcome::Failed;
    }
    return report.left_out.empty() ? Outcome::Done : Outcome::LeftOut;
}

/// Null where nothing was, or could be, read back, or not everything could be compared.
Json verified(const RestoreOptions& options, const engine::RestoreReport& report)
{
    if (!options.verify || options.dry_run || report.verify_failure()) {
        return {};
    }
    if (!report.verified_equal()) {
        return false;
    }
    return report.compared_all() ? Json(true) : Json();
}

Result<Outcome> restore(const Context& context, const RestoreOptions& options)
{
    warn_of_password(options.target);
    TRY_LET(const engine::RestoreRequest request, to_request(context, options));
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::Point point, find_point(*opened.repository, options.point, options.source)
    );
    TRY_LET(const engine::RestoreReport report, run_restore(*opened.repository, point, request));
    warn_of_differences(report);
    warn_of_exclusions(request.selection);
    if (context.json) {
        Json document = to_json(report);
        document["point"] = point.id.hex();
        document["dry_run"] = options.dry_run;
        document["verified"] = verified(options, report);
        print_json(document);
    } else if (options.dry_run) {
        show_plan(report);
    } else {
        show(report);
    }
    // The report is out; what fails, or would, has the last word and the exit status.
    if (std::optional<Error> unread = report.verify_failure()) {
        return std::move(*unread);
    }
    if (std::vector<Error> refusals = report.refusals(); !refusals.empty()) {
        return combined(std::move(refusals));
    }
    return outcome_over_gaps(*opened.repository, outcome_of(report));
}

}  // namespace

void add_restore(CLI::App& app, Context& context)
{
    CLI::App* command = add_command(app, "restore", "Bring a restore point, or a part of it, back");
    const auto options = std::make_shared<RestoreOptions>();
    command->add_option("POINT", options->point, "Id, unique prefix of one, or latest")->required();
    command->add_option("--to", options->target, "postgresql://USER@HOST[:PORT][/DATABASE]")
        ->required();
    add_source_option(*command, options->source, "Whose latest");
    command
        ->add_option(
            "--include",
            options->include,
            "Only tables that fit: TABLE, SCHEMA.TABLE, DATABASE/SCHEMA.TABLE or DATABASE/; "
            "* and ? stand for others, odd names go in double quotes"
        )
        ->expected(1)
        ->take_all();
    command->add_option("--exclude", options->exclude, "Not these")->expected(1)->take_all();
    command
        ->add_option(
            "--rename",
            options->renames,
            "OLD=NEW, of a database or of a SCHEMA.TABLE, both literally or in double quotes"
        )
        ->expected(1)
        ->take_all();
    command
        ->add_option(
            "--if-exists", options->if_exists, "What is there already: fail, skip, replace or merge"
        )
        ->transform(one_of(kIfExists));
    command->add_option("--jobs,-j", options->jobs, "Connections that write at once")
        ->check(CLI::Range(1, 256));
    command->add_flag("--dry-run", options->dry_run, "Only tell what would happen");
    command->add_flag("--verify", options->verify, "Read the target back and compare every digest");
    command->callback([&context, options] {
        context.command = [&context, options] {
            return restore(context, *options);
        };
    });
}

}  // namespace starkeep::cli
