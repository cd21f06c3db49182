// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/database_backup.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "codec/chunker.hpp"
#include "codec/digest.hpp"
#include "engine/backup/reuse_base.hpp"
#include "engine/backup/unit_backup.hpp"
#include "engine/backup/unit_summary.hpp"
#include "engine/parallel.hpp"
#include "engine/point_reader.hpp"
#include "engine/selection.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/write_session.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

/// One unit to back up and what came of it.
struct Task {
    const source::Object* object = nullptr;
    ReuseBase base;
    std::size_t object_index = 0;
    std::size_t unit = 0;
    UnitSummary summary;
};

/// Packs that the restore point will name; filled by all workers.
class PackSet {
public:
    void insert(const std::set<PackId>& packs)
    {
        const MutexLock lock(mutex_);
        packs_.insert(packs.begin(), packs.end());
    }
    std::vector<PackId> take()
    {
        const MutexLock lock(mutex_);
        return {packs_.begin(), packs_.end()};
    }

private:
    Mutex mutex_;
    std::set<PackId> packs_ GUARDED_BY(mutex_);
};

class DatabaseBackup {
public:
    DatabaseBackup(
        const DatabaseContext& context, source::DatabaseReader& reader, const ObjectChoice& objects
    )
        : context_(context), reader_(reader), objects_(objects.chosen)
    {
        manifest_.database = reader.database();
        manifest_.facts = reader.facts();
        manifest_.left_out = reader.left_out();
        for (const source::Object* object : objects.others) {
            manifest_.left_out.push_back(not_selected(object->name));
        }
    }

    Result<DatabaseOutcome> run()
    {
        const sys::Stopwatch stopwatch;
        TRY_LET(bases_, ReuseBases::find(context_.repository, context_.source, reader_, objects_));
        TRY(store_definitions());
        outcome_.definitions_s = stopwatch.seconds();
        std::vector<Task> tasks = plan_tasks();
        TRY(run_tasks(tasks, context_.request.jobs));
        TRY(read_distrusted_again(tasks));
        sum_up(tasks);
        TRY(end_view());
        TRY(store_manifest());
        return std::move(outcome_);
    }

private:
    Result<void> store_definitions();
    std::vector<Task> plan_tasks() const;
    Result<void> run_tasks(std::vector<Task>& tasks, unsigned jobs);
    Result<void> run_task(Task& task, const UnitContext& unit);
    Result<void> read_distrusted_again(std::vector<Task>& tasks);
    void sum_up(std::vector<Task>& tasks);
    Result<void> end_view();
    Result<void> store_manifest();

    const DatabaseContext& context_;
    source::DatabaseReader& reader_;
    ReuseBases bases_;
    std::uint64_t generation_ = 0;
    const std::vector<const source::Object*>& objects_;
    repository::Manifest manifest_;
    PackSet packs_;
    DatabaseOutcome outcome_;
};

Result<void> DatabaseBackup::store_definitions()
{
    context_.progress.begin_phase("definitions of " + reader_.database());
    const std::unique_ptr<repository::Appender> appender = context_.session.appender();
    std::set<PackId> packs;
    codec::StreamChunker chunker(
        context_.repository.chunking_secret(),
        [&](ByteView piece) -> Result<void> {
            TRY_LET(
                const repository::Reference chunk,
                appender->add(repository::RecordType::Chunk, piece)
            );
            packs.insert(chunk.pack);
            manifest_.definitions.push_back(chunk);
            return {};
        }
    );
    TRY(reader_.definitions([&](ByteView piece) { return chunker.add(piece); }));
    TRY(chunker.finish());
    packs_.insert(packs);
    return appender->flush();
}

std::vector<Task> DatabaseBackup::plan_tasks() const
{
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < objects_.size(); ++i) {
        const source::Object& object = *objects_[i];
        context_.progress.bytes_total += object.estimated_bytes;
        for (std::size_t unit = 0; unit < object.units.size(); ++unit) {
            tasks.push_back(
                {.object = &object,
                 .base = bases_.of(object),
                 .object_index = i,
                 .unit = unit,
                 .summary = {}}
            );
        }
    }
    // Largest first, so that no worker begins a long unit when the others are done.
    std::ranges::sort(tasks, std::ranges::greater{}, [](const Task& task) {
        return std::tuple(
            task.object->estimated_bytes / task.object->units.size(), task.object_index, task.unit
        );
    });
    return tasks;
}

Result<void> DatabaseBackup::run_tasks(std::vector<Task>& tasks, unsigned jobs)
{
    context_.progress.begin_phase("rows of " + reader_.database());
    return run_workers(
        jobs,
        tasks.size(),
        context_.request.stop,
        [&](const std::function<std::size_t()>& take, const std::stop_token& stop) -> Result<void> {
            TRY_LET(const std::unique_ptr<source::Connection> connection, reader_.connect(stop));
            const std::unique_ptr<repository::Appender> appender = context_.session.appender();
            std::set<PackId> packs;
            const UnitContext unit{
                .connection = *connection,
                .appender = *appender,
                .packs = packs,
                .progress = context_.progress
            };
            for (std::size_t next = take(); next < tasks.size(); next = take()) {
                if (Result<void> done = run_task(tasks[next], unit); !done.ok()) {
                    return std::move(done).error().during("reading " + tasks[next].object->name);
                }
            }
            packs_.insert(packs);
            return appender->flush();
        }
    );
}

Result<void> DatabaseBackup::run_task(Task& task, const UnitContext& unit)
{
    const source::KeyRange& range = task.object->units[task.unit];
    LeafReuse reuse{
        .previous = {},
        .audit = {.all = context_.request.full, .generation = task.base.generation},
        .still_stored =
            [&](const PackId& pack) {
                return context_.session.has_pack(pack);
            }
    };
    if (task.base.object != nullptr) {
        TRY_LET(reuse.previous, bases_.segment(*task.base.object, task.unit));
    }
    TRY_LET(task.summary, back_up_unit(unit, *task.object, range, reuse));
    return {};
}

Result<void> DatabaseBackup::read_distrusted_again(std::vector<Task>& tasks)
{
    std::set<std::size_t> distrusted;
    for (const Task& task : tasks) {
        if (task.summary.fingerprint_lied && distrusted.insert(task.object_index).second) {
            outcome_.distrusted.push_back(task.object->name);
        }
    }
    if (distrusted.empty() || context_.request.full) {
        return {};
    }
    std::vector<Task> again;
    std::erase_if(tasks, [&](Task& task) {
        if (!distrusted.contains(task.object_index)) {
            return false;
        }
        again.push_back(
            {.object = task.object,
             .base = {},
             .object_index = task.object_index,
             .unit = task.unit,
             .summary = {}}
        );
        return true;
    });
    TRY(run_tasks(again, context_.request.jobs));
    std::ranges::move(again, std::back_inserter(tasks));
    return {};
}

void DatabaseBackup::sum_up(std::vector<Task>& tasks)
{
    std::ranges::sort(tasks, {}, [](const Task& task) {
        return std::pair(task.object_index, task.unit);
    });
    auto task = tasks.begin();
    for (std::size_t i = 0; i < objects_.size(); ++i) {
        const source::Object& object = *objects_[i];
        const ReuseBase base = bases_.of(object);
        repository::ManifestObject entry{
            .name = object.name,
            .kind = object.kind,
            .row_form = object.row_form,
            .columns = {},
            .rows = 0,
            .bytes = 0,
            .digest = {},
            .guard = object.guard,
            .facts = object.facts,
            .generation = base.generation,
            .segments = {}
        };
        for (const source::Column& column : object.columns) {
            entry.columns.emplace_back(column.name, column.type);
        }
        std::uint64_t changed = 0;
        for (; task != tasks.end() && task->object_index == i; ++task) {
            const UnitSummary& unit = task->summary;
            entry.rows += unit.rows;
            entry.bytes += unit.bytes;
            entry.digest += unit.digest;
            entry.segments.insert(entry.segments.end(), unit.segments.begin(), unit.segments.end());
            outcome_.bytes_read += unit.bytes_read;
            changed += unit.changed_leaves;
        }
        if (base.object != nullptr && changed == 0 && base.object->rows == entry.rows &&
            base.object->digest == entry.digest) {
            ++outcome_.reused_objects;
        }
        outcome_.rows += counted_rows(manifest_, entry);
        generation_ = std::max(generation_, base.generation);
        manifest_.objects.push_back(std::move(entry));
    }
}

Result<void> DatabaseBackup::end_view()
{
    TRY_LET(const source::ViewEnd end, reader_.finish());
    outcome_.trusted = end.trusted;
    const std::set<std::string> doubtful(end.doubtful.begin(), end.doubtful.end());
    for (repository::ManifestObject& object : manifest_.objects) {
        if (doubtful.contains(object.name)) {
            // Without a guard nothing is ever taken over from it, nor from an older point past it.
            object.guard = Json();
            outcome_.doubtful.push_back(object.name);
            manifest_.left_out.push_back(
                "certainty about " + object.name +
                ": its schema or a type of its columns changed while it was read, its rows may not "
                "fit its "
                "definition"
            );
        }
    }
    return {};
}

Result<void> DatabaseBackup::store_manifest()
{
    const std::unique_ptr<repository::Appender> appender = context_.session.appender();
    TRY_LET(
        const repository::Reference manifest,
        appender->add(
            repository::RecordType::Manifest, as_bytes(repository::encode_manifest(manifest_))
        )
    );
    TRY(appender->flush());
    packs_.insert({manifest.pack});
    outcome_.objects = manifest_.objects.size();
    outcome_.left_out = manifest_.left_out;
    outcome_.entry = {
        .name = reader_.database(),
        .manifest = manifest,
        .packs = packs_.take(),
        .generation = generation_
    };
    return {};
}

}  // namespace

ObjectChoice choose_objects(const source::DatabaseReader& reader, const Selection& selection)
{
    ObjectChoice choice;
    for (const source::Object& object : reader.objects()) {
        const bool is_chosen =
            selection.chosen(reader.database(), object.name, ancestors_of(object.facts));
        (is_chosen ? choice.chosen : choice.others).push_back(&object);
    }
    return choice;
}

Result<DatabaseOutcome> back_up_database(
    const DatabaseContext& context, source::DatabaseReader& reader, const ObjectChoice& objects
)
{
    return DatabaseBackup(context, reader, objects).run();
}

}  // namespace starkeep::engine
