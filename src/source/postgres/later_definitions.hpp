// SPDX-License-Identifier: Apache-2.0
// Definitions that are made when the rows are in: indexes, constraints, triggers, rules, policies, publications.
#pragma once

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/step_runner.hpp"
#include "source/postgres/table_weights.hpp"

#include <vector>

namespace starkeep::source::postgres {

/// Thread: one.
class LaterDefinitions {
public:
    /// Both must outlive this.
    LaterDefinitions(const RestoreContext& context, StepRunner& steps)
        : context_(context), steps_(steps)
    {
    }

    /// All but event triggers. What takes long (indexes, keys, `analysis`) is done side by side, the longest chain first;
    /// what is quick follows, one after the other.
    /// Errors: InvalidInput for a placement whose name is none.
    Result<void> run(std::vector<ParallelStep> analysis);

    /// Whether this restore makes `entry`, as far as what the target had decides that.
    bool is_wanted(const ArchiveEntry& entry) const;
    /// Inside the caller's transaction. What the server refuses is left out.
    Result<void>
    make(ServerConnection& connection, const ArchiveEntry& entry, LeftOut& left_out) const;

private:
    struct Stages;
    Stages stages() const;
    bool is_deferred_attachment(const ArchiveEntry& entry) const;
    bool needs_kept(const ArchiveEntry& entry) const;
    Result<void> run_one_by_one(const std::vector<const ArchiveEntry*>& entries);
    std::vector<ParallelStep> parallel_steps(
        const std::vector<const ArchiveEntry*>& entries,
        const TableWeights& weights,
        std::vector<ParallelStep> analysis
    );
    ParallelStep parallel_step(const ArchiveEntry& entry, const TableWeights& weights);
    Step entry_step(const ArchiveEntry& entry);
    Result<bool>
    has_primary_key_already(ServerConnection& connection, const ArchiveEntry& entry) const;

    const RestoreContext& context_;
    StepRunner& steps_;
};

}  // namespace starkeep::source::postgres
