// SPDX-License-Identifier: Apache-2.0
#include "cli/restore_report.hpp"

#include "cli/output.hpp"
#include "engine/restore/restore.hpp"
#include "engine/typed_name.hpp"
#include "source/writer.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace starkeep::cli {

void show(const engine::RestoreReport& report)
{
    print(fmt::format(
        "restored {} of {}, {}, in {} (rows {}, indexes and the rest {})",
        format_count(report.rows, "row"),
        format_count(report.objects, "object"),
        format_bytes(report.bytes),
        format_seconds(report.duration_s - report.verify_s),
        format_seconds(report.load_s),
        format_seconds(report.finish_s)
    ));
    for (const engine::RestoredDatabase& database : report.databases) {
        for (const source::PlannedAct& act : database.not_compared) {
            print(
                "not compared: " + act.object +
                (act.act == "skip" ? " was skipped" : " was merged with the target's own rows")
            );
        }
        if (!database.compared.empty()) {
            print(fmt::format(
                "read back and compared {} of {} in {}",
                format_count(database.compared.size(), "object"),
                engine::typed_part(database.target),
                format_seconds(report.verify_s)
            ));
        }
    }
    for (const std::string& name : report.left_out_in_brief) {
        print("left out: " + name);
    }
}

void warn_of_differences(const engine::RestoreReport& report)
{
    for (const engine::RestoredDatabase& database : report.databases) {
        for (const engine::ComparedObject& object : database.compared) {
            if (!object.equal()) {
                warn(fmt::format(
                    "{} in {} is not what was backed up: {} rows of {}, digest {} of {}",
                    object.target,
                    engine::typed_part(database.target),
                    object.rows,
                    object.expected_rows,
                    object.digest.hex(),
                    object.expected_digest.hex()
                ));
            }
        }
    }
}

}  // namespace starkeep::cli
