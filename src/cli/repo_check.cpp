// SPDX-License-Identifier: Apache-2.0
#include "base/id.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/log_gaps.hpp"
#include "cli/output.hpp"
#include "cli/progress_display.hpp"
#include "cli/repository_access.hpp"
#include "engine/progress.hpp"
#include "json/json.hpp"
#include "repository/log_state.hpp"
#include "repository/maintenance.hpp"
#include "repository/repository.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace starkeep::cli {

namespace {

Json to_json(const repository::CheckReport& report, unsigned percent)
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
        {"objects",
         {{"key_slots", report.objects.key_slots},
          {"log_entries", report.objects.log_entries},
          {"data_packs", report.objects.data_packs},
          {"metadata_packs", report.objects.metadata_packs},
          {"indexes", report.objects.indexes},
          {"heartbeats", report.objects.heartbeats}}},
        {"packs", report.packs},
        {"bytes_read", report.bytes_read},
        {"read_data_percent", percent}
    };
}

/// Damages by the object that each one names first. One lost pack takes thousands of records with it.
std::vector<std::vector<std::string>> by_object(const std::vector<std::string>& damages)
{
    std::vector<std::vector<std::string>> groups;
    std::map<std::string, std::size_t> places;
    for (const std::string& damage : damages) {
        const auto [place, is_new] =
            places.try_emplace(damage.substr(0, damage.find(": ")), groups.size());
        if (is_new) {
            groups.emplace_back();
        }
        groups[place->second].push_back(damage);
    }
    return groups;
}

void show_damages(const std::vector<std::string>& damages)
{
    constexpr std::size_t kShown = 3;
    for (const std::vector<std::string>& group : by_object(damages)) {
        for (std::size_t i = 0; i < std::min(group.size(), kShown); ++i) {
            print("DAMAGED: " + group[i]);
        }
        if (group.size() > kShown) {
            print(fmt::format(
                "DAMAGED: and {} more of this object (--json lists them)",
                format_count(group.size() - kShown)
            ));
        }
    }
}

/// What a finding of nothing is worth.
std::string sound(unsigned percent)
{
    if (percent == 0) {
        return "structure sound, rows not read (--read-data reads them)";
    }
    return percent < 100 ? fmt::format("structure sound, {} % of the packs read whole", percent)
                         : "sound";
}

void show_gaps(const std::vector<repository::LogGap>& gaps)
{
    for (const repository::LogGap& gap : gaps) {
        print("cannot be told: what is said in " + describe(gap));
    }
    if (!gaps.empty()) {
        print(
            "A restore point of that time may be lost, or one be listed that was forgotten. The "
            "other points are as said here and can be restored; backups, forget and prune refuse. "
            "Bring the log entries back from a copy of the repository. If there is none: "
            "starkeep repo repair."
        );
    }
}

/// Whether something besides the log is damaged.
bool is_more_damaged(const repository::CheckReport& report)
{
    return std::ranges::any_of(report.damages, [](const std::string& damage) {
        return !damage.starts_with("c/");
    });
}

void show(const repository::CheckReport& report, unsigned percent)
{
    for (const std::string& note : report.notes) {
        print("note: " + note);
    }
    show_damages(report.damages);
    for (const PointId& point : report.damaged_points) {
        print("cannot be restored in full: point " + point.hex());
    }
    print(fmt::format(
        "{}: {}, {}, {} read",
        report.damages.empty() ? sound(percent)
                               : "damaged (" + format_count(report.damages.size(), "finding") + ")",
        format_count(report.points, "point"),
        format_count(report.packs, "pack"),
        format_bytes(report.bytes_read)
    ));
    const repository::ObjectCounts& counts = report.objects;
    print(fmt::format(
        "  {}, {}, {}, {}, {}, {}",
        format_count(counts.key_slots, "key slot"),
        format_count(counts.log_entries) +
            (counts.log_entries == 1 ? " log entry" : " log entries"),
        format_count(counts.data_packs, "data pack"),
        format_count(counts.metadata_packs, "metadata pack"),
        format_count(counts.indexes, "index file"),
        format_count(counts.heartbeats, "heartbeat")
    ));
    show_gaps(report.log_gaps);
    if (is_more_damaged(report)) {
        print("Move damaged packs and index files out of the repository; then a backup with --full "
              "stores "
              "again what they held, as far as the source still has it.");
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
        print_json(to_json(report, percent));
    } else {
        show(report, percent);
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
