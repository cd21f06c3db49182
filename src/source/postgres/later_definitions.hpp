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

#include <span>
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

    /// All but event triggers. Indexes are made beside each other, then the keys, `analysis` beside these: statistics of
    /// expressions need the indexes.
    Result<void> run(std::vector<ParallelStep> analysis);

    /// Whether this restore makes `entry`, as far as what the target had decides that.
    bool is_wanted(const ArchiveEntry& entry) const;
    /// Inside the caller's transaction. What the server refuses is left out.
    Result<void>
    make(ServerConnection& connection, const ArchiveEntry& entry, LeftOut& left_out) const;

private:
    std::vector<const ArchiveEntry*> entries() const;
    bool is_deferred_attachment(const ArchiveEntry& entry) const;
    bool needs_kept(const ArchiveEntry& entry) const;
    std::vector<ParallelStep> parallel_steps(std::span<const ArchiveEntry* const> batch);
    ParallelStep parallel_step(const ArchiveEntry& entry);
    Step entry_step(const ArchiveEntry& entry);
    Result<bool>
    has_primary_key_already(ServerConnection& connection, const ArchiveEntry& entry) const;

    const RestoreContext& context_;
    StepRunner& steps_;
};

}  // namespace starkeep::source::postgres
