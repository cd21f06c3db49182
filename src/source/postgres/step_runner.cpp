// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/step_runner.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/journal.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/restore_context.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

constexpr unsigned kMostConnections = 64;
constexpr int kTries = 4;

}  // namespace

std::string entry_key(const ArchiveEntry& entry)
{
    return "entry " + std::to_string(entry.id);
}

Result<std::unique_ptr<StepRunner>>
StepRunner::open(const RestoreContext& context, const Tell& tell)
{
    std::unique_ptr<StepRunner> runner(new StepRunner(tell));
    const unsigned count = std::clamp(context.request.jobs, 1U, kMostConnections);
    for (unsigned i = 0; i < count; ++i) {
        TRY_LET(
            ServerConnection connection,
            ServerConnection::open(
                context.server.url, context.server.database, context.request.stop
            )
        );
        TRY(prepare_for_definitions(connection));
        runner->connections_.push_back(std::move(connection));
    }
    return runner;
}

void StepRunner::tell(const std::string& label)
{
    const MutexLock lock(tell_mutex_);
    tell_(label);
}

Result<void> StepRunner::run_on(ServerConnection& connection, const Step& step)
{
    for (int i = 1;; ++i) {
        TRY(connection.query("begin"));
        TRY_LET(const bool is_new, journal::claim_step(connection, step.key));
        if (!is_new) {
            TRY(connection.query("rollback"));
            return {};
        }
        tell(step.label);
        LeftOut note;
        Result<void> done = step.act(connection, note);
        if (done.ok()) {
            if (!note.is_empty()) {
                TRY(journal::annotate_step(connection, step.key, note.to_json()));
            }
            TRY(connection.query("commit"));
            return {};
        }
        // A deadlock, with a step beside or with somebody else's work: the loser may try again.
        if (done.error().code() != ErrorCode::Conflict || i == kTries) {
            return std::move(done).error().during(step.label);
        }
        TRY(connection.query("rollback"));
    }
}

ParallelStep
StepRunner::parallel(Step step, std::set<std::string> alone, std::set<std::string> shared)
{
    return {
        .alone = std::move(alone),
        .shared = std::move(shared),
        .after = {},
        .run =
            [this, own = std::move(step)](ServerConnection& connection) {
                return run_on(connection, own);
            }
    };
}

Result<void> StepRunner::run_all(const std::vector<ParallelStep>& steps)
{
    return run_in_parallel(connections_, steps);
}

}  // namespace starkeep::source::postgres
