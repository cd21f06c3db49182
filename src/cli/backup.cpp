// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/backup.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "cli/progress_display.hpp"
#include "cli/repository_access.hpp"
#include "engine/progress.hpp"
#include "engine/selection.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/open.hpp"
#include "source/reader.hpp"
#include "sys/host.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace starkeep::cli {

namespace {

struct BackupOptions {
    std::string source;
    unsigned jobs = sys::processor_count();
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    bool full = false;
    std::vector<std::string> labels;
};

Result<std::map<std::string, std::string>> parse_labels(const std::vector<std::string>& texts)
{
    std::map<std::string, std::string> labels;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            return Error{ErrorCode::InvalidInput, "label \"" + text + "\" is not KEY=VALUE"};
        }
        labels[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return labels;
}

Json to_json(const engine::BackupReport& report)
{
    const repository::Point& point = report.point;
    return {
        {"point", point.id.hex()},
        {"source", point.source},
        {"time", point.time},
        {"duration_s", report.duration_s},
        {"fixed_s", report.fixed_s},
        {"bytes_read", point.bytes_read},
        {"bytes_new", point.bytes_new},
        {"bytes_stored", point.bytes_stored},
        {"rows", point.rows},
        {"objects", point.objects},
        {"reused_objects", report.reused_objects},
        {"consistency", point.consistency},
        {"left_out", report.left_out},
        {"doubtful", report.doubtful},
        {"distrusted", report.distrusted},
        {"peak_rss_bytes", sys::peak_rss_bytes()}
    };
}

void show(const engine::BackupReport& report)
{
    const repository::Point& point = report.point;
    print(fmt::format("restore point {} of {}", short_id(point), point.source));
    print(fmt::format(
        "  holds   {} in {} ({} unchanged)",
        format_count(point.rows, "row"),
        format_count(point.objects, "object"),
        format_count(report.reused_objects)
    ));
    print(fmt::format("  read    {} from the source", format_bytes(point.bytes_read)));
    print(fmt::format("  new     {}", format_bytes(point.bytes_new)));
    print(fmt::format("  stored  {} in the repository", format_bytes(point.bytes_stored)));
    print(fmt::format(
        "  took    {} ({} of it fixed: key, connection, definitions)",
        format_seconds(report.duration_s),
        format_seconds(report.fixed_s)
    ));
    for (const std::string& name : report.left_out) {
        print("  not in the backup: " + name);
    }
}

Result<engine::BackupReport>
run_backup(const Context& context, repository::Repository& repository, const BackupOptions& options)
{
    engine::BackupRequest request;
    request.jobs = options.jobs;
    request.selection = engine::Selection(options.include, options.exclude);
    request.full = options.full;
    request.stop = context.stop;
    TRY_LET(request.labels, parse_labels(options.labels));
    TRY_LET(
        const std::unique_ptr<source::Source> source,
        source::open_source(options.source, context.stop)
    );
    engine::Progress progress;
    const ProgressDisplay display(progress);
    Result<engine::BackupReport> report = engine::back_up(*source, repository, request, progress);
    warn_of_exclusions(request.selection);
    return report;
}

Result<Outcome> backup(const Context& context, const BackupOptions& options)
{
    warn_of_password(options.source);
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(engine::BackupReport report, run_backup(context, *opened.repository, options));
    report.fixed_s += opened.opening_s;
    report.duration_s += opened.opening_s;
    for (const std::string& name : report.distrusted) {
        warn(
            name +
            ": rows had changed that its fingerprints called unchanged. This restore point is "
            "right, for the table was read in full; points before it may hold old rows of it. The "
            "next backup reads everything. Please report this."
        );
    }
    for (const std::string& name : report.doubtful) {
        warn(
            name + ": its schema or a type of its columns changed while it was read, its rows may "
                   "not fit its "
                   "definition. Run the backup again."
        );
    }
    if (context.json) {
        print_json(to_json(report));
    } else {
        show(report);
    }
    return report.doubtful.empty() && report.distrusted.empty() ? Outcome::Done : Outcome::LeftOut;
}

}  // namespace

void add_backup(CLI::App& app, Context& context)
{
    CLI::App* command =
        add_command(app, "backup", "Back a server or a database up into a restore point");
    const auto options = std::make_shared<BackupOptions>();
    command->add_option("SOURCE", options->source, "postgresql://USER@HOST[:PORT][/DATABASE]")
        ->required();
    command->add_option("--jobs,-j", options->jobs, "Connections that read at once")
        ->check(CLI::Range(1, 256));
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
    command->add_flag("--full", options->full, "Read every row, also where nothing has changed");
    command->add_option("--label", options->labels, "KEY=VALUE, kept with the point")
        ->expected(1)
        ->take_all();
    command->callback([&context, options] {
        context.command = [&context, options] {
            return backup(context, *options);
        };
    });
}

}  // namespace starkeep::cli
