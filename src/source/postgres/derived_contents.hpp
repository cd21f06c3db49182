// SPDX-License-Identifier: Apache-2.0
// What the server computes from the rows: contents of materialized views, statistics for its planner.
#pragma once

#include "base/result.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/step_runner.hpp"

#include <vector>

namespace starkeep::source::postgres {

/// Fills the views that were filled in the backup. Errors: Corrupt when the backup's facts cannot be read.
Result<void> refresh_views(const RestoreContext& context, StepRunner& steps);
/// Steps that gather the planner's statistics of all tables that got rows. They wait for nothing: each locks its own
/// table only, and not against readers and writers.
Result<std::vector<ParallelStep>> analysis_steps(const RestoreContext& context, StepRunner& steps);

}  // namespace starkeep::source::postgres
