// SPDX-License-Identifier: Apache-2.0
#include "cli/restore_report.hpp"

#include "base/error.hpp"
#include "cli/output.hpp"
#include "engine/restore/restore.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"
#include "source/writer.hpp"
#include "sys/host.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace starkeep::cli {

namespace {

Json to_json(const Error& error)
{
    return {
        {"code", std::string(name(error.code()))},
        {"message", error.account()},
        {"hint", error.hint()}
    };
}

std::vector<std::string> names_of(const std::vector<source::PlannedAct>& acts)
{
    std::vector<std::string> names;
    for (const source::PlannedAct& act : acts) {
        names.push_back(act.object);
    }
    return names;
}

Json to_json(const engine::RestoredDatabase& database)
{
    Json refusals = Json::array();
    for (const Error& refusal : database.refusals) {
        refusals.push_back(to_json(refusal));
    }
    Json acts = Json::array();
    for (const source::PlannedAct& act : database.acts) {
        acts.push_back({{"object", act.object}, {"target", act.target}, {"act", act.act}});
    }
    Json compared = Json::array();
    for (const engine::ComparedObject& object : database.compared) {
        compared.push_back(
            {{"name", object.name},
             {"target", object.target},
             {"rows", object.rows},
             {"digest", object.digest.hex()},
             {"equal", object.equal()}}
        );
    }
    return {
        {"name", engine::typed_part(database.name)},
        {"target", engine::typed_part(database.target)},
        {"acts", acts},
        {"compared", compared},
        {"refusals", refusals},
        {"not_compared", names_of(database.not_compared)},
        {"verify_error", database.unread ? to_json(*database.unread) : Json()}
    };
}

}  // namespace

Json to_json(const engine::RestoreReport& report)
{
    Json databases = Json::array();
    for (const engine::RestoredDatabase& database : report.databases) {
        databases.push_back(to_json(database));
    }
    return {
        {"duration_s", report.duration_s},
        {"load_s", report.load_s},
        {"finish_s", report.finish_s},
        {"verify_s", report.verify_s},
        {"objects", report.objects},
        {"rows", report.rows},
        {"bytes", report.bytes},
        {"databases", databases},
        {"left_out", report.left_out},
        {"peak_rss_bytes", sys::peak_rss_bytes()}
    };
}

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
    for (const std::string& name : report.left_out) {
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
