// SPDX-License-Identifier: Apache-2.0
#include "engine/restore/restore.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/point_reader.hpp"
#include "engine/progress.hpp"
#include "engine/restore/load.hpp"
#include "engine/restore/plan.hpp"
#include "engine/typed_name.hpp"
#include "engine/verify/read_back.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/model.hpp"
#include "source/open.hpp"
#include "source/writer.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

Result<std::filesystem::path> save_definitions(
    const repository::Repository& repository,
    const repository::Manifest& manifest,
    const sys::TempDir& directory
)
{
    std::filesystem::path path = directory.path() / "definitions";
    TRY_LET(sys::FileSink file, sys::FileSink::open(path));
    TRY(read_definitions(repository, manifest, [&](ByteView piece) { return file.write(piece); }));
    TRY(file.finish());
    return path;
}

Error with_way_around_damage(Error error)
{
    if (error.code() != ErrorCode::Corrupt) {
        return error;
    }
    return std::move(error).with_hint("See what is damaged with starkeep repo check --read-data, "
                                      "and restore another point, or all "
                                      "but the damaged objects with --exclude.");
}

/// One database of a restore, from its plan to the comparison.
class DatabaseRestore {
public:
    DatabaseRestore(
        const repository::Repository& repository,
        const RestoreRequest& request,
        const DatabasePlan& plan,
        Progress& progress,
        sys::TempDir directory
    )
        : repository_(repository)
        , request_(request)
        , plan_(plan)
        , progress_(progress)
        , directory_(std::move(directory))
    {
        restored_.name = plan.manifest.database;
        restored_.target = plan.target;
    }

    /// Nothing is changed. The refusals are in restored().
    Result<void> plan()
    {
        progress_.begin_phase("planning the restore of " + plan_.target);
        TRY_LET(
            const std::filesystem::path definitions,
            save_definitions(repository_, plan_.manifest, directory_)
        );
        TRY_LET(
            writer_, source::open_writer(request_.target, plan_.target, write_request(definitions))
        );
        TRY_LET(source::WritePlan planned, writer_->plan());
        restored_.acts = std::move(planned.acts);
        restored_.refusals = std::move(planned.refusals);
        return {};
    }

    Result<void> write(RestoreReport& report)
    {
        progress_.begin_phase("creating the objects of " + plan_.target);
        TRY(writer_->create());
        Result<void> filled = fill(report);
        if (!filled.ok()) {
            return with_remedy(std::move(filled).error());
        }
        for (const std::string& name : writer_->left_out()) {
            report.left_out.push_back(typed_part(plan_.target) + ": " + name);
        }
        return {};
    }

    /// A target that cannot be read back is a finding: what was restored is told all the same.
    void verify(RestoreReport& report)
    {
        Result<void> compared = compare(report);
        if (!compared.ok()) {
            restored_.unread = std::move(compared).error();
            restored_.compared.clear();
        }
    }

    const RestoredDatabase& restored() const { return restored_; }
    RestoredDatabase take_restored() { return std::move(restored_); }

private:
    source::WriteRequest write_request(const std::filesystem::path& definitions) const
    {
        return {
            .restore_key = plan_.restore_key,
            .placements = plan_.placements,
            .whole_database = plan_.whole,
            .excluded = plan_.excluded,
            .if_exists = request_.if_exists,
            .facts = plan_.manifest.facts,
            .definitions_path = definitions.string(),
            .jobs = request_.jobs,
            .stop = request_.stop
        };
    }

    static Error with_remedy(Error error)
    {
        switch (error.code()) {
        case ErrorCode::Conflict:
            return error;
        case ErrorCode::Corrupt:
            return std::move(error).with_hint(
                "To run this again does not help. Give it up with CALL starkeep_restore.abandon() "
                "in the target database, or drop that database."
            );
        case ErrorCode::Rejected:
            return std::move(error).with_hint(
                "Change what the target refuses, then run the same restore again: it goes on where "
                "this one stopped. Or give it up with CALL starkeep_restore.abandon() in the "
                "target database."
            );
        default:
            return std::move(error).with_hint(
                "Run the same restore again: it goes on where this one stopped."
            );
        }
    }

    Result<void> fill(RestoreReport& report)
    {
        const LoadRequest load{
            .plan = plan_, .skipped = with_act("skip"), .jobs = request_.jobs, .stop = request_.stop
        };
        for (const repository::ManifestObject* object : plan_.objects) {
            if (!load.skipped.contains(object->name)) {
                progress_.bytes_total += object->bytes;
                report.rows += counted_rows(plan_.manifest, *object);
                report.bytes += object->bytes;
                ++report.objects;
            }
        }
        progress_.begin_phase("rows of " + plan_.target);
        const sys::Stopwatch loading;
        TRY(load_rows(repository_, *writer_, load, progress_));
        report.load_s += loading.seconds();
        const sys::Stopwatch finishing;
        TRY(writer_->finish([&](const std::string& step) { progress_.begin_phase(step); }));
        report.finish_s += finishing.seconds();
        return {};
    }

    std::set<std::string> with_act(const std::string& act) const
    {
        std::set<std::string> names;
        for (const source::PlannedAct& planned : restored_.acts) {
            if (planned.act == act) {
                names.insert(planned.object);
            }
        }
        return names;
    }

    /// Whether the target may keep rows of its own beside those of the backup. A merge that is resumed does not tell any
    /// more which tables it found.
    bool is_mixed(const source::PlannedAct& planned) const
    {
        return planned.act == "skip" || planned.act == "merge" ||
               (planned.act == "resume" && request_.if_exists == source::IfExists::Merge);
    }

    Result<void> compare(RestoreReport& report)
    {
        progress_.begin_phase("reading " + plan_.target + " back");
        const sys::Stopwatch comparing;
        TRY_LET(std::string url, source::url_with_database(request_.target, plan_.target));
        ReadBackRequest request{
            .url = std::move(url), .objects = {}, .jobs = request_.jobs, .stop = request_.stop
        };
        for (std::size_t i = 0; i < plan_.objects.size(); ++i) {
            const repository::ManifestObject& stored = *plan_.objects[i];
            const auto planned =
                std::ranges::find(restored_.acts, stored.name, &source::PlannedAct::object);
            if (planned != restored_.acts.end() && is_mixed(*planned)) {
                restored_.not_compared.push_back(*planned);
                continue;
            }
            source::Object object = plan_.placements[i].object;
            object.name = plan_.placements[i].target;
            request.objects.push_back(std::move(object));
            restored_.compared.push_back(
                {.name = stored.name,
                 .target = plan_.placements[i].target,
                 .rows = 0,
                 .digest = {},
                 .expected_rows = stored.rows,
                 .expected_digest = stored.digest}
            );
        }
        progress_.bytes_total += report.bytes;
        TRY_LET(const std::vector<RowTotals> totals, read_back(request, progress_));
        for (std::size_t i = 0; i < totals.size(); ++i) {
            restored_.compared[i].rows = totals[i].rows;
            restored_.compared[i].digest = totals[i].digest;
        }
        report.verify_s += comparing.seconds();
        return {};
    }

    const repository::Repository& repository_;
    const RestoreRequest& request_;
    const DatabasePlan& plan_;
    Progress& progress_;
    sys::TempDir directory_;
    std::unique_ptr<source::DatabaseWriter> writer_;
    RestoredDatabase restored_;
};

}  // namespace

std::vector<Error> RestoreReport::refusals() const
{
    std::vector<Error> all;
    for (const RestoredDatabase& database : databases) {
        for (const Error& refusal : database.refusals) {
            all.push_back(Error(refusal).during("restoring database " + database.target));
        }
    }
    return all;
}

std::optional<Error> RestoreReport::verify_failure() const
{
    for (const RestoredDatabase& database : databases) {
        if (database.unread) {
            return Error(*database.unread)
                .during("verifying database " + database.target + ", which is restored");
        }
    }
    return std::nullopt;
}

bool RestoreReport::compared_all() const
{
    return std::ranges::all_of(databases, [](const RestoredDatabase& database) {
        return database.not_compared.empty();
    });
}

bool RestoreReport::verified_equal() const
{
    return std::ranges::all_of(databases, [](const RestoredDatabase& database) {
        return std::ranges::all_of(database.compared, &ComparedObject::equal);
    });
}

Result<RestoreReport> restore(
    const repository::Repository& repository,
    const repository::Point& point,
    const RestoreRequest& request,
    Progress& progress
)
{
    const sys::Stopwatch total;
    const Result<std::vector<DatabasePlan>> plans = plan_restore(repository, point, request);
    if (!plans.ok()) {
        return with_way_around_damage(plans.error());
    }
    std::vector<DatabaseRestore> restores;
    RestoreReport report;
    const auto each = [&](const auto& act) -> Result<void> {
        for (DatabaseRestore& one : restores) {
            if (Result<void> done = act(one); !done.ok()) {
                return with_way_around_damage(std::move(done).error())
                    .during("restoring database " + one.restored().target);
            }
        }
        return {};
    };
    for (const DatabasePlan& plan : *plans) {
        TRY_LET(sys::TempDir directory, sys::TempDir::create("starkeep-restore"));
        restores.emplace_back(repository, request, plan, progress, std::move(directory));
    }
    TRY(each([](DatabaseRestore& one) { return one.plan(); }));
    for (const DatabaseRestore& one : restores) {
        report.databases.push_back(one.restored());
    }
    if (std::vector<Error> refusals = report.refusals(); !refusals.empty() && !request.dry_run) {
        return combined(std::move(refusals));
    }
    if (!request.dry_run) {
        TRY(each([&](DatabaseRestore& one) { return one.write(report); }));
    }
    for (std::size_t i = 0; i < restores.size() && request.verify && !request.dry_run; ++i) {
        restores[i].verify(report);
        report.databases[i] = restores[i].take_restored();
    }
    report.duration_s = total.seconds();
    return report;
}

}  // namespace starkeep::engine
