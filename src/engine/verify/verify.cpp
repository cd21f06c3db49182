// SPDX-License-Identifier: Apache-2.0
#include "engine/verify/verify.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "engine/copy_text.hpp"
#include "engine/parallel.hpp"
#include "engine/point_reader.hpp"
#include "engine/progress.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "sys/clock.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

class Findings {
public:
    /// Keeps damage as a finding; any other failure stays one.
    Result<void> note(Result<void> outcome, const std::string& what)
    {
        if (outcome.ok() || outcome.error().code() != ErrorCode::Corrupt) {
            return outcome;
        }
        add(std::move(outcome).error().during(what).text());
        return {};
    }
    void add(std::string damage)
    {
        const MutexLock lock(mutex_);
        damages_.push_back(std::move(damage));
    }
    std::vector<std::string> take()
    {
        const MutexLock lock(mutex_);
        return std::exchange(damages_, {});
    }

private:
    Mutex mutex_;
    std::vector<std::string> damages_ GUARDED_BY(mutex_);
};

/// What one segment really holds.
struct SegmentTotals {
    std::uint64_t rows = 0;
    codec::Digest digest;
};

struct Task {
    std::size_t object = 0;
    repository::Reference segment;
    SegmentTotals totals;
};

Result<void> check_leaf(const repository::Leaf& leaf, const RowCounter& counter)
{
    if (counter.rows() != leaf.rows || counter.digest() != leaf.digest || !counter.whole()) {
        return Error{
            ErrorCode::Corrupt,
            repository::leaf_name(leaf) + " holds " + std::to_string(counter.rows()) + " rows of " +
                std::to_string(leaf.rows) + ", or others than were backed up"
        };
    }
    return {};
}

Result<void>
read_segment_rows(const repository::Repository& repository, Task& task, Progress& progress)
{
    TRY_LET(const repository::Segment segment, read_segment(repository, task.segment));
    const repository::Leaf* current = nullptr;
    RowCounter counter;
    TRY(read_leaves(
        repository,
        segment,
        [&](const repository::Leaf& leaf, ByteView piece) -> Result<void> {
            if (&leaf != current && current != nullptr) {
                TRY(check_leaf(*current, counter));
            }
            if (&leaf != current) {
                counter = RowCounter();
                current = &leaf;
            }
            counter.add(piece);
            progress.bytes_done += piece.size();
            return {};
        }
    ));
    if (current != nullptr) {
        TRY(check_leaf(*current, counter));
    }
    for (const repository::Leaf& leaf : segment.leaves) {
        task.totals.rows += leaf.rows;
        task.totals.digest += leaf.digest;
    }
    progress.rows += task.totals.rows;
    return {};
}

class DatabaseVerification {
public:
    DatabaseVerification(
        const repository::Repository& repository, const VerifyRequest& request, Progress& progress
    )
        : repository_(repository), request_(request), progress_(progress)
    {
    }

    Result<void> run(const repository::PointDatabase& database, VerifyReport& report)
    {
        progress_.begin_phase("reading " + database.name);
        Result<repository::Manifest> manifest = read_manifest(repository_, database);
        if (!manifest.ok()) {
            return findings_.note(std::move(manifest).error(), database.name);
        }
        TRY(findings_.note(
            read_definitions(repository_, *manifest, [](ByteView) { return Result<void>(); }),
            database.name + ", definitions"
        ));
        return read_objects(*manifest, report);
    }

    std::vector<std::string> take_findings() { return findings_.take(); }

private:
    Result<void> read_objects(const repository::Manifest& manifest, VerifyReport& report)
    {
        std::vector<Task> tasks;
        for (std::size_t i = 0; i < manifest.objects.size(); ++i) {
            const repository::ManifestObject& object = manifest.objects[i];
            report.rows += counted_rows(manifest, object);
            report.bytes += object.bytes;
            ++report.objects;
            progress_.bytes_total += object.bytes;
            for (const repository::Reference& segment : object.segments) {
                tasks.push_back({.object = i, .segment = segment, .totals = {}});
            }
        }
        std::vector<std::atomic<bool>> damaged(manifest.objects.size());
        TRY(run_workers(
            request_.jobs,
            tasks.size(),
            request_.stop,
            [&](const std::function<std::size_t()>& take, const std::stop_token&) -> Result<void> {
                for (std::size_t next = take(); next < tasks.size(); next = take()) {
                    Task& task = tasks[next];
                    Result<void> read = read_segment_rows(repository_, task, progress_);
                    damaged[task.object] = damaged[task.object] || !read.ok();
                    TRY(findings_.note(
                        std::move(read),
                        manifest.database + "/" + manifest.objects[task.object].name
                    ));
                }
                return {};
            }
        ));
        std::vector<SegmentTotals> totals(manifest.objects.size());
        for (const Task& task : tasks) {
            totals[task.object].rows += task.totals.rows;
            totals[task.object].digest += task.totals.digest;
        }
        for (std::size_t i = 0; i < totals.size(); ++i) {
            const repository::ManifestObject& object = manifest.objects[i];
            if (!damaged[i] &&
                (totals[i].rows != object.rows || totals[i].digest != object.digest)) {
                findings_.add(
                    manifest.database + "/" + object.name +
                    ": its segments are not those that its manifest promises"
                );
            }
        }
        return {};
    }

    const repository::Repository& repository_;
    const VerifyRequest& request_;
    Progress& progress_;
    Findings findings_;
};

}  // namespace

Result<VerifyReport> verify(
    const repository::Repository& repository,
    const repository::Point& point,
    const VerifyRequest& request,
    Progress& progress
)
{
    const sys::Stopwatch total;
    VerifyReport report;
    DatabaseVerification verification(repository, request, progress);
    for (const repository::PointDatabase& database : point.databases) {
        TRY(verification.run(database, report));
    }
    report.damages = verification.take_findings();
    report.duration_s = total.seconds();
    return report;
}

}  // namespace starkeep::engine
