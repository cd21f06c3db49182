// SPDX-License-Identifier: Apache-2.0
#include "engine/report_json.hpp"

#include "base/error.hpp"
#include "engine/backup/backup.hpp"
#include "engine/point_reader.hpp"
#include "engine/restore/restore.hpp"
#include "engine/typed_name.hpp"
#include "engine/verify/verify.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "source/writer.hpp"
#include "sys/host.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace starkeep::engine {

namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kLeftOut = 3;
constexpr int kDamaged = 4;

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

Json to_json(const RestoredDatabase& database)
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
    for (const ComparedObject& object : database.compared) {
        compared.push_back(
            {{"name", object.name},
             {"target", object.target},
             {"rows", object.rows},
             {"digest", object.digest.hex()},
             {"equal", object.equal()}}
        );
    }
    return {
        {"name", typed_part(database.name)},
        {"target", typed_part(database.target)},
        {"acts", acts},
        {"compared", compared},
        {"refusals", refusals},
        {"not_compared", names_of(database.not_compared)},
        {"verify_error", database.unread ? to_json(*database.unread) : Json()}
    };
}

Json to_json(const RestoreReport& report)
{
    Json databases = Json::array();
    for (const RestoredDatabase& database : report.databases) {
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

/// Null where nothing was, or could be, read back, or not everything could be compared.
Json verified(const RestoreReport& report, const RestoreRequest& request)
{
    if (!request.verify || request.dry_run || report.verify_failure()) {
        return {};
    }
    if (!report.verified_equal()) {
        return false;
    }
    return report.compared_all() ? Json(true) : Json();
}

}  // namespace

Json to_json(const BackupReport& report)
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
        {"partial", point.partial},
        {"left_out", report.left_out},
        {"doubtful", report.doubtful},
        {"distrusted", report.distrusted},
        {"peak_rss_bytes", sys::peak_rss_bytes()}
    };
}

int exit_status(const BackupReport& report)
{
    return report.doubtful.empty() && report.distrusted.empty() ? kDone : kLeftOut;
}

Json to_json(
    const RestoreReport& report, const repository::Point& point, const RestoreRequest& request
)
{
    Json document = to_json(report);
    document["point"] = point.id.hex();
    document["dry_run"] = request.dry_run;
    document["verified"] = verified(report, request);
    return document;
}

int exit_status(const RestoreReport& report)
{
    if (!report.verified_equal()) {
        return kFailed;
    }
    return report.left_out.empty() ? kDone : kLeftOut;
}

Json to_json(const VerifyReport& report, const repository::Point& point)
{
    return {
        {"sound", report.damages.empty()},
        {"damages", report.damages},
        {"objects", report.objects},
        {"rows", report.rows},
        {"bytes", report.bytes},
        {"duration_s", report.duration_s},
        {"point", point.id.hex()}
    };
}

Json to_json(const RehearsalReport& report, const repository::Point& point)
{
    Json restores = Json::array();
    for (const RestoreReport& restored : report.restores) {
        restores.push_back(to_json(restored));
    }
    return {
        {"equal", report.equal},
        {"recovery_s", report.recovery_s},
        {"restores", restores},
        {"point", point.id.hex()}
    };
}

int exit_status(const VerifyReport& report)
{
    return report.damages.empty() ? kDone : kDamaged;
}

int exit_status(const RehearsalReport& report)
{
    if (!report.equal) {
        return kFailed;
    }
    const bool whole = std::ranges::all_of(report.restores, [](const RestoreReport& restored) {
        return restored.left_out.empty();
    });
    return whole ? kDone : kLeftOut;
}

Json to_json(const repository::Point& point)
{
    Json databases = Json::array();
    for (const repository::PointDatabase& database : point.databases) {
        databases.push_back(typed_part(database.name));
    }
    return {
        {"id", point.id.hex()},
        {"source", point.source},
        {"time", point.time},
        {"kind", point.kind},
        {"consistency", point.consistency},
        {"partial", point.partial},
        {"databases", databases},
        {"labels", Json(point.labels)},
        {"rows", point.rows},
        {"object_count", point.objects},
        {"bytes_read", point.bytes_read},
        {"bytes_new", point.bytes_new},
        {"bytes_stored", point.bytes_stored}
    };
}

Json to_json(const repository::ManifestObject& object, const repository::Manifest& manifest)
{
    return {
        {"database", typed_part(manifest.database)},
        {"name", object.name},
        {"kind", object.kind},
        {"rows", counted_rows(manifest, object)},
        {"bytes", object.bytes},
        {"digest", object.digest.hex()}
    };
}

Json to_json(const repository::Point& point, const std::vector<repository::Manifest>& manifests)
{
    Json document = to_json(point);
    document["objects"] = Json::array();
    document["left_out"] = Json::array();
    for (const repository::Manifest& manifest : manifests) {
        for (const repository::ManifestObject& object : manifest.objects) {
            document["objects"].push_back(to_json(object, manifest));
        }
        for (const std::string& name : manifest.left_out) {
            document["left_out"].push_back(typed_part(manifest.database) + ": " + name);
        }
    }
    return document;
}

}  // namespace starkeep::engine
