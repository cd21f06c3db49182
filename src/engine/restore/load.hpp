// SPDX-License-Identifier: Apache-2.0
// The rows of a restore: every segment is one unit of the target's journal.
#pragma once

#include "base/result.hpp"
#include "engine/progress.hpp"
#include "engine/restore/plan.hpp"
#include "repository/repository.hpp"
#include "source/writer.hpp"

#include <set>
#include <stop_token>
#include <string>

namespace starkeep::engine {

struct LoadRequest {
    const DatabasePlan& plan;
    /// Objects (by their name in the backup) that are left as they are.
    std::set<std::string> skipped;
    unsigned jobs = 2;
    std::stop_token stop;
};

/// Errors: Corrupt when the rows are not those that the segment promises; those of the target; Cancelled.
Result<void> load_rows(
    const repository::Repository& repository,
    source::DatabaseWriter& writer,
    const LoadRequest& request,
    Progress& progress
);

}  // namespace starkeep::engine
