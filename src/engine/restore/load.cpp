// SPDX-License-Identifier: Apache-2.0
#include "engine/restore/load.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "engine/copy_text.hpp"
#include "engine/parallel.hpp"
#include "engine/point_reader.hpp"
#include "engine/progress.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

struct Task {
    std::size_t object = 0;
    std::size_t segment = 0;
    std::uint64_t estimated_bytes = 0;
    /// Of the same table, this segment and those after it.
    std::uint64_t bytes_left = 0;
};

std::vector<Task> plan_tasks(const LoadRequest& request)
{
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < request.plan.objects.size(); ++i) {
        const repository::ManifestObject& object = *request.plan.objects[i];
        if (request.skipped.contains(object.name)) {
            continue;
        }
        const std::size_t count = object.segments.size();
        for (std::size_t segment = 0; segment < count; ++segment) {
            const std::uint64_t estimated = object.bytes / count;
            tasks.push_back(
                {.object = i,
                 .segment = segment,
                 .estimated_bytes = estimated,
                 .bytes_left = estimated * (count - segment)}
            );
        }
    }
    // The table with the most left comes first, so that no worker begins a long one when the others are done; and two
    // of a size take turns, since connections that fill one table wait for each other at its end.
    std::ranges::sort(tasks, std::ranges::greater{}, [](const Task& task) {
        return std::tuple(task.bytes_left, task.object, task.segment);
    });
    return tasks;
}

Result<void> load_segment(
    const repository::Repository& repository,
    const repository::Segment& segment,
    source::Loader& loader,
    Progress& progress
)
{
    RowCounter counter;
    TRY(read_leaves(
        repository,
        segment,
        [&](const repository::Leaf&, ByteView piece) -> Result<void> {
            counter.add(piece);
            TRY(loader.write(piece));
            progress.bytes_done += piece.size();
            return {};
        }
    ));
    std::uint64_t rows = 0;
    codec::Digest digest;
    for (const repository::Leaf& leaf : segment.leaves) {
        rows += leaf.rows;
        digest += leaf.digest;
    }
    // Seen before the unit is committed at the target: nothing that differs from the backup gets in.
    if (counter.rows() != rows || counter.digest() != digest || !counter.whole()) {
        return Error{ErrorCode::Corrupt, "a segment's rows are not those that it promises"};
    }
    progress.rows += rows;
    return loader.end(rows);
}

Result<void> run_task(
    const repository::Repository& repository,
    const LoadRequest& request,
    const Task& task,
    source::Loader& loader,
    Progress& progress
)
{
    const source::Placement& placement = request.plan.placements[task.object];
    TRY_LET(
        const repository::Segment segment,
        read_segment(repository, request.plan.objects[task.object]->segments[task.segment])
    );
    if (segment.leaves.empty()) {
        return {};
    }
    TRY_LET(const bool wanted, loader.begin(placement, std::to_string(task.segment)));
    if (!wanted) {
        progress.bytes_done += task.estimated_bytes;
        return {};
    }
    return load_segment(repository, segment, loader, progress);
}

}  // namespace

Result<void> load_rows(
    const repository::Repository& repository,
    source::DatabaseWriter& writer,
    const LoadRequest& request,
    Progress& progress
)
{
    const std::vector<Task> tasks = plan_tasks(request);
    return run_workers(
        request.jobs,
        tasks.size(),
        request.stop,
        [&](const std::function<std::size_t()>& take, const std::stop_token& stop) -> Result<void> {
            TRY_LET(const std::unique_ptr<source::Loader> loader, writer.connect(stop));
            for (std::size_t next = take(); next < tasks.size(); next = take()) {
                if (Result<void> done =
                        run_task(repository, request, tasks[next], *loader, progress);
                    !done.ok()) {
                    return std::move(done).error().during(
                        "restoring " + request.plan.placements[tasks[next].object].target
                    );
                }
            }
            return {};
        }
    );
}

}  // namespace starkeep::engine
