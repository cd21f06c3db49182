// SPDX-License-Identifier: Apache-2.0
#include "base/id.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/progress_display.hpp"
#include "cli/repository_access.hpp"
#include "engine/progress.hpp"
#include "json/json.hpp"
#include "repository/maintenance.hpp"
#include "repository/repository.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>

namespace starkeep::cli {

namespace {

Json to_json(const repository::CheckReport& report)
{
    Json damaged = Json::array();
    for (const PointId& point : report.damaged_points) {
        damaged.push_back(point.hex());
    }
    return {
        {"sound", report.damages.empty()},
        {"damages", report.damages},
        {"damaged_points", damaged},
        {"notes", report.notes},
        {"points", report.points},
        {"packs", report.packs},
        {"bytes_read", report.bytes_read}
    };
}

void show(const repository::CheckReport& report)
{
    for (const std::string& note : report.notes) {
        print("note: " + note);
    }
    for (const std::string& damage : report.damages) {
        print("DAMAGED: " + damage);
    }
    for (const PointId& point : report.damaged_points) {
        print("cannot be restored in full: point " + point.hex());
    }
    print(fmt::format(
        "{}: {}, {}, {} read",
        report.damages.empty() ? "sound" : "damaged",
        format_count(report.points, "point"),
        format_count(report.packs, "pack"),
        format_bytes(report.bytes_read)
    ));
    if (!report.damages.empty()) {
        print("A backup with --full reads again what the packs have lost, as far as the source "
              "still has it.");
    }
}

Result<repository::CheckReport> run_check(repository::Repository& repository, unsigned percent)
{
    engine::Progress progress;
    progress.begin_phase("checking");
    const ProgressDisplay display(progress);
    return repository::Maintenance(repository)
        .check({.read_data_percent = percent}, [&](std::uint64_t done, std::uint64_t total) {
            progress.bytes_done = done;
            progress.bytes_total = total;
        });
}

Result<Outcome> check(const Context& context, unsigned percent)
{
    TRY_LET(const OpenRepository opened, open_repository(context));
    TRY_LET(const repository::CheckReport report, run_check(*opened.repository, percent));
    if (context.json) {
        print_json(to_json(report));
    } else {
        show(report);
    }
    return report.damages.empty() ? Outcome::Done : Outcome::Damaged;
}

}  // namespace

void add_repo_check(CLI::App& repo, Context& context)
{
    CLI::App* command = add_command(repo, "check", "Find every damage");
    const auto percent = std::make_shared<unsigned>(0);
    command->add_option("URL", context.repository_url, "The repository");
    command
        // A flag, so that the URL may follow: --read-data URL, --read-data=PERCENT URL.
        ->add_flag(
            "--read-data{100}",
            *percent,
            "Read and authenticate every byte, or with =PERCENT that part of the packs"
        )
        ->check(CLI::Range(0, 100));
    command->callback([&context, percent] {
        context.command = [&context, percent] {
            return check(context, *percent);
        };
    });
}

}  // namespace starkeep::cli
