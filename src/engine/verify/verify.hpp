// SPDX-License-Identifier: Apache-2.0
// Proving a restore point: every byte read and authenticated, or a real restore into a scratch database.
#pragma once

#include "base/result.hpp"
#include "engine/progress.hpp"
#include "engine/restore/restore.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::engine {

struct VerifyRequest {
    unsigned jobs = 2;
    std::stop_token stop;
};

struct VerifyReport {
    std::uint64_t objects = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    double duration_s = 0;
    std::vector<std::string> damages;  ///< one sentence each, naming database, object and pack
};

/// Reads all that the point needs, as a restore would, and recomputes every row count and digest. Damage is a finding, not
/// an Error.
Result<VerifyReport> verify(
    const repository::Repository& repository,
    const repository::Point& point,
    const VerifyRequest& request,
    Progress& progress
);

struct RehearsalReport {
    std::vector<RestoreReport> restores;  ///< one per database
    double recovery_s = 0;  ///< creating, loading and finishing, without the comparison
    bool equal = false;
};

/// Restores every database of the point into a scratch one of its own at `target`, reads it back, compares, and drops it
/// again, also after a failure.
Result<RehearsalReport> rehearse(
    const repository::Repository& repository,
    const repository::Point& point,
    const std::string& target,
    const VerifyRequest& request,
    Progress& progress
);

}  // namespace starkeep::engine
