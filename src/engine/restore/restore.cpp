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

/// One database of a restore, from its plan to the comparison.
class DatabaseRestore {
public:
    DatabaseRestore(
        const repository::Repository& repository,
        const RestoreRequest& request,
        const DatabasePlan& plan,
        Progress& progress
    )
        : repository_(repository), request_(request), plan_(plan), progress_(progress)
    {
    }

    Result<void> run(RestoreReport& report)
    {
        RestoredDatabase restored{
            .name = plan_.manifest.database,
            .target = plan_.target,
            .acts = {},
            .compared = {},
            .not_compared = {}
        };
        TRY_LET(const sys::TempDir directory, sys::TempDir::create("starkeep-restore"));
        TRY_LET(
            const std::filesystem::path definitions,
            save_definitions(repository_, plan_.manifest, directory)
        );
        TRY_LET(
            const std::unique_ptr<source::DatabaseWriter> writer,
            source::open_writer(request_.target, plan_.target, write_request(definitions))
        );
        TRY_LET(restored.acts, writer->plan());
        if (!request_.dry_run) {
            TRY(write(*writer, restored, report));
        }
        if (request_.verify && !request_.dry_run) {
            TRY(compare(restored, report));
        }
        for (const std::string& name : writer->left_out()) {
            report.left_out.push_back(typed_part(plan_.target) + ": " + name);
        }
        report.databases.push_back(std::move(restored));
        return {};
    }

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

    Result<void>
    write(source::DatabaseWriter& writer, const RestoredDatabase& restored, RestoreReport& report)
    {
        progress_.begin_phase("creating the objects of " + plan_.target);
        TRY(writer.create());
        Result<void> filled = fill(writer, restored, report);
        if (filled.ok() || filled.error().code() == ErrorCode::Conflict) {
            return filled;
        }
        return std::move(filled).error().with_hint(
            "Run the same restore again: it goes on where this one stopped."
        );
    }

    Result<void>
    fill(source::DatabaseWriter& writer, const RestoredDatabase& restored, RestoreReport& report)
    {
        const LoadRequest load{
            .plan = plan_,
            .skipped = skipped(restored),
            .jobs = request_.jobs,
            .stop = request_.stop
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
        TRY(load_rows(repository_, writer, load, progress_));
        report.load_s += loading.seconds();
        const sys::Stopwatch finishing;
        TRY(writer.finish([&](const std::string& step) { progress_.begin_phase(step); }));
        report.finish_s += finishing.seconds();
        return {};
    }

    static std::set<std::string> with_act(const RestoredDatabase& restored, const std::string& act)
    {
        std::set<std::string> names;
        for (const source::PlannedAct& planned : restored.acts) {
            if (planned.act == act) {
                names.insert(planned.object);
            }
        }
        return names;
    }
    static std::set<std::string> skipped(const RestoredDatabase& restored)
    {
        return with_act(restored, "skip");
    }

    Result<void> compare(RestoredDatabase& restored, RestoreReport& report)
    {
        progress_.begin_phase("reading " + plan_.target + " back");
        const sys::Stopwatch comparing;
        TRY_LET(std::string url, source::url_with_database(request_.target, plan_.target));
        ReadBackRequest request{
            .url = std::move(url), .objects = {}, .jobs = request_.jobs, .stop = request_.stop
        };
        std::set<std::string> others = skipped(restored);
        others.merge(with_act(restored, "merge"));
        for (std::size_t i = 0; i < plan_.objects.size(); ++i) {
            const repository::ManifestObject& stored = *plan_.objects[i];
            if (others.contains(stored.name)) {
                restored.not_compared.push_back(stored.name);
                continue;
            }
            source::Object object = plan_.placements[i].object;
            object.name = plan_.placements[i].target;
            request.objects.push_back(std::move(object));
            restored.compared.push_back(
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
            restored.compared[i].rows = totals[i].rows;
            restored.compared[i].digest = totals[i].digest;
        }
        report.verify_s += comparing.seconds();
        return {};
    }

    const repository::Repository& repository_;
    const RestoreRequest& request_;
    const DatabasePlan& plan_;
    Progress& progress_;
};

}  // namespace

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
    TRY_LET(const std::vector<DatabasePlan> plans, plan_restore(repository, point, request));
    RestoreReport report;
    for (const DatabasePlan& plan : plans) {
        Result<void> done = DatabaseRestore(repository, request, plan, progress).run(report);
        if (!done.ok()) {
            return std::move(done).error().during("restoring database " + plan.target);
        }
    }
    report.duration_s = total.seconds();
    return report;
}

}  // namespace starkeep::engine
