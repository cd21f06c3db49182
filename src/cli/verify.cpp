// SPDX-License-Identifier: Apache-2.0
#include "engine/verify/verify.hpp"

#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/point_json.hpp"
#include "cli/progress_display.hpp"
#include "cli/repository_access.hpp"
#include "cli/restore_report.hpp"
#include "engine/progress.hpp"
#include "engine/restore/restore.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "sys/host.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <string>

namespace starkeep::cli {

namespace {

struct VerifyOptions {
    std::string point;
    std::string source;
    std::string into;
    unsigned jobs = sys::processor_count();
};

Result<engine::VerifyReport> run_verify(
    const repository::Repository& repository,
    const repository::Point& point,
    const engine::VerifyRequest& request
)
{
    engine::Progress progress;
    const ProgressDisplay display(progress);
    return engine::verify(repository, point, request, progress);
}

Result<engine::RehearsalReport> run_rehearsal(
    const repository::Repository& repository,
    const repository::Point& point,
    const std::string& target,
    const engine::VerifyRequest& request
)
{
    engine::Progress progress;
    const ProgressDisplay display(progress);
    return engine::rehearse(repository, point, target, request, progress);
}

void show(const repository::Point& point, const engine::VerifyReport& report)
{
    for (const std::string& damage : report.damages) {
        print("DAMAGED: " + damage);
    }
    print(fmt::format(
        "point {} is {}: {} in {}, {}, read and authenticated in {}",
        short_id(point),
        report.damages.empty() ? "sound" : "damaged",
        format_count(report.rows, "row"),
        format_count(report.objects, "object"),
        format_bytes(report.bytes),
        format_seconds(report.duration_s)
    ));
}

void show(const repository::Point& point, const engine::RehearsalReport& report)
{
    for (const engine::RestoreReport& restored : report.restores) {
        cli::show(restored);
    }
    print(fmt::format(
        "point {}: {}; recovery took {}",
        short_id(point),
        report.equal ? "every object came back as it was backed up" : "objects differ",
        format_seconds(report.recovery_s)
    ));
}

Json to_json(const engine::VerifyReport& report)
{
    return {
        {"sound", report.damages.empty()},
        {"damages", report.damages},
        {"objects", report.objects},
        {"rows", report.rows},
        {"bytes", report.bytes},
        {"duration_s", report.duration_s}
    };
}

Json to_json(const engine::RehearsalReport& report)
{
    Json restores = Json::array();
    for (const engine::RestoreReport& restored : report.restores) {
        restores.push_back(cli::to_json(restored));
    }
    return {{"equal", report.equal}, {"recovery_s", report.recovery_s}, {"restores", restores}};
}

void print_document(Json document, const repository::Point& point)
{
    document["point"] = point.id.hex();
    print_json(document);
}

Result<Outcome> verify(const Context& context, const VerifyOptions& options)
{
    warn_of_password(options.into);
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(
        const repository::Point point, find_point(*opened.repository, options.point, options.source)
    );
    const engine::VerifyRequest request{.jobs = options.jobs, .stop = context.stop};
    if (options.into.empty()) {
        TRY_LET(const engine::VerifyReport report, run_verify(*opened.repository, point, request));
        if (context.json) {
            print_document(to_json(report), point);
        } else {
            show(point, report);
        }
        return report.damages.empty() ? outcome_over_gaps(*opened.repository, Outcome::Done)
                                      : Outcome::Damaged;
    }
    TRY_LET(
        const engine::RehearsalReport report,
        run_rehearsal(*opened.repository, point, options.into, request)
    );
    bool left_out = false;
    for (const engine::RestoreReport& restored : report.restores) {
        warn_of_differences(restored);
        left_out = left_out || !restored.left_out.empty();
    }
    if (context.json) {
        print_document(to_json(report), point);
    } else {
        show(point, report);
    }
    if (!report.equal) {
        return Outcome::Failed;
    }
    return left_out ? Outcome::LeftOut : outcome_over_gaps(*opened.repository, Outcome::Done);
}

}  // namespace

void add_verify(CLI::App& app, Context& context)
{
    CLI::App* command =
        add_command(app, "verify", "Prove a restore point by reading or by restoring it");
    const auto options = std::make_shared<VerifyOptions>();
    command->add_option("POINT", options->point, "Id, unique prefix of one, or latest")->required();
    command->add_option(
        "--into", options->into, "Server for a real test restore into scratch databases"
    );
    add_source_option(*command, options->source, "Whose latest");
    command->add_option("--jobs,-j", options->jobs, "Connections at once")
        ->check(CLI::Range(1, 256));
    command->callback([&context, options] {
        context.command = [&context, options] {
            return verify(context, *options);
        };
    });
}

}  // namespace starkeep::cli
