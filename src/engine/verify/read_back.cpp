// SPDX-License-Identifier: Apache-2.0
#include "engine/verify/read_back.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "engine/copy_text.hpp"
#include "engine/parallel.hpp"
#include "engine/progress.hpp"
#include "engine/typed_name.hpp"
#include "source/model.hpp"
#include "source/open.hpp"
#include "source/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

struct Task {
    std::size_t object = 0;
    source::KeyRange unit;
    RowTotals totals;
};

class CountingSink final : public source::RowSink {
public:
    CountingSink(RowTotals& totals, Progress& progress) : totals_(totals), progress_(progress) {}

    Result<void> piece(ByteView data, bool /*row_ends*/) override
    {
        counter_.add(data);
        totals_.bytes += data.size();
        progress_.bytes_done += data.size();
        return {};
    }

    void finish()
    {
        totals_.rows = counter_.rows();
        totals_.digest = counter_.digest();
    }

private:
    RowTotals& totals_;
    Progress& progress_;
    RowCounter counter_;
};

/// Servers differ in which words they put in quotes: another text may be the same name.
std::vector<source::Object>::const_iterator
find_object(const std::vector<source::Object>& objects, const std::string& name)
{
    const auto exact = std::ranges::find(objects, name, &source::Object::name);
    if (exact != objects.end()) {
        return exact;
    }
    return std::ranges::find_if(
        objects,
        [typed = parse_typed_name(name)](const source::Object& object) {
            return names_object(typed, object.name);
        }
    );
}

/// `objects` become those that are there, with the columns that were asked for.
Result<std::vector<Task>>
plan_tasks(const source::DatabaseReader& reader, std::vector<source::Object>& objects)
{
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const auto live = find_object(reader.objects(), objects[i].name);
        if (live == reader.objects().end()) {
            return Error{
                ErrorCode::NotFound,
                objects[i].name + " is not in database \"" + reader.database() + "\""
            };
        }
        // How it can be read is a matter of the object that is there.
        source::Object object = *live;
        object.columns = std::move(objects[i].columns);
        objects[i] = std::move(object);
        for (const source::KeyRange& unit : live->units) {
            tasks.push_back({.object = i, .unit = unit, .totals = {}});
        }
    }
    return tasks;
}

}  // namespace

Result<std::vector<RowTotals>> read_back(const ReadBackRequest& request, Progress& progress)
{
    TRY_LET(
        const std::unique_ptr<source::Source> source, source::open_source(request.url, request.stop)
    );
    TRY_LET(const std::vector<std::string> databases, source->databases());
    TRY_LET(const std::unique_ptr<source::DatabaseReader> reader, source->open(databases.front()));
    std::vector<source::Object> objects = request.objects;
    TRY_LET(std::vector<Task> tasks, plan_tasks(*reader, objects));
    TRY(run_workers(
        request.jobs,
        tasks.size(),
        request.stop,
        [&](const std::function<std::size_t()>& take, const std::stop_token& stop) -> Result<void> {
            TRY_LET(const std::unique_ptr<source::Connection> connection, reader->connect(stop));
            for (std::size_t next = take(); next < tasks.size(); next = take()) {
                Task& task = tasks[next];
                CountingSink sink(task.totals, progress);
                TRY(connection->read(objects[task.object], std::span(&task.unit, 1), sink));
                sink.finish();
            }
            return {};
        }
    ));
    std::vector<RowTotals> totals(objects.size());
    for (const Task& task : tasks) {
        RowTotals& sum = totals[task.object];
        sum.rows += task.totals.rows;
        sum.bytes += task.totals.bytes;
        sum.digest += task.totals.digest;
    }
    return totals;
}

}  // namespace starkeep::engine
