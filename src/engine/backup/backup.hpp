// SPDX-License-Identifier: Apache-2.0
// One backup: every database of a source into one restore point.
#pragma once

#include "base/result.hpp"
#include "engine/progress.hpp"
#include "engine/selection.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/reader.hpp"

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::engine {

struct BackupRequest {
    unsigned jobs = 2;
    Selection selection{{}, {}};
    bool full = false;  ///< read everything, compare with what fingerprints would have reused
    std::map<std::string, std::string> labels;
    std::stop_token stop;
};

struct BackupReport {
    repository::Point point;
    double duration_s = 0;
    double fixed_s =
        0;  ///< connecting and the definitions; the caller adds what it spent on opening the repository
    std::uint64_t reused_objects = 0;  ///< of which not one row was read anew, the audit's aside
    std::vector<std::string> left_out;
    /// Objects whose rows may not fit their definitions: their schema or a type of their columns changed while
    /// they were read.
    std::vector<std::string> doubtful;
    /// Objects whose fingerprints promised equal rows that were not equal; they were read in full. Never seen in
    /// health: somebody should be told.
    std::vector<std::string> distrusted;
};

/// Errors: those of source and repository; Cancelled; NotFound when an include pattern names nothing.
Result<BackupReport> back_up(
    source::Source& source,
    repository::Repository& repository,
    const BackupRequest& request,
    Progress& progress
);

}  // namespace starkeep::engine
