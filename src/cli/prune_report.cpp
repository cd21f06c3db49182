// SPDX-License-Identifier: Apache-2.0
#include "cli/prune_report.hpp"

#include "cli/output.hpp"
#include "json/json.hpp"
#include "repository/maintenance.hpp"

#include <fmt/format.h>

namespace starkeep::cli {

Json to_json(const repository::PruneReport& report)
{
    return {
        {"packs_removed", report.packs_removed},
        {"bytes_removed", report.bytes_removed},
        {"packs_kept", report.packs_kept},
        {"bytes_kept", report.bytes_kept},
        {"packs_waiting", report.packs_waiting},
        {"unused_bytes_in_kept_packs", report.unused_bytes_in_kept_packs}
    };
}

void show(const repository::PruneReport& report, bool dry_run)
{
    print(fmt::format(
        "{} {} in {}; {} in {} stay ({} of it unused)",
        dry_run ? "would remove" : "removed",
        format_bytes(report.bytes_removed),
        format_count(report.packs_removed, "pack"),
        format_bytes(report.bytes_kept),
        format_count(report.packs_kept, "pack"),
        format_bytes(report.unused_bytes_in_kept_packs)
    ));
    if (report.packs_waiting > 0) {
        print(fmt::format(
            "{} unused packs wait until no backup is running; one that was killed counts as "
            "running for 24 hours",
            format_count(report.packs_waiting)
        ));
    }
}

}  // namespace starkeep::cli
