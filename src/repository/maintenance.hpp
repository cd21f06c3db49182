// SPDX-License-Identifier: Apache-2.0
// Looking after a repository: check, prune, statistics.
#pragma once

#include "base/result.hpp"
#include "repository/log_state.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace starkeep::repository {

struct CheckOptions {
    unsigned read_data_percent = 0;  ///< 0: structure only; 100: every byte of every pack
};

/// Objects of the store by kind.
struct ObjectCounts {
    std::uint64_t key_slots = 0;
    std::uint64_t log_entries = 0;
    std::uint64_t data_packs = 0;
    std::uint64_t metadata_packs = 0;
    std::uint64_t indexes = 0;
    std::uint64_t heartbeats = 0;
};

struct CheckReport {
    std::vector<std::string>
        damages;                     ///< one sentence each, naming object and offset; empty: sound
    std::vector<std::string> notes;  ///< harmless: packs of dead writers, foreign files
    std::vector<PointId> damaged_points;  ///< points whose data cannot be read in full
    std::vector<LogGap> log_gaps;         ///< what of the log cannot be read; among the damages too
    ObjectCounts objects;
    std::uint64_t packs = 0;
    std::uint64_t points = 0;
    std::uint64_t bytes_read = 0;
};

struct PruneReport {
    std::uint64_t packs_removed = 0;
    std::uint64_t bytes_removed = 0;
    std::uint64_t packs_kept = 0;
    std::uint64_t bytes_kept = 0;
    std::uint64_t packs_waiting = 0;  ///< unused, but a writer is running
    std::uint64_t unused_bytes_in_kept_packs =
        0;  ///< no point refers to them; the packs' own directories are among them
};

struct RepairReport {
    std::vector<LogGap> given_up;    ///< empty: the log is whole
    std::uint64_t points = 0;        ///< that are still there
    std::uint64_t unused_packs = 0;  ///< that none of them uses: the next prune removes them
    std::uint64_t unused_bytes = 0;
};

struct Statistics {
    std::uint64_t points = 0;
    std::uint64_t packs = 0;
    std::uint64_t stored_bytes = 0;    ///< all objects
    std::uint64_t data_bytes = 0;      ///< data packs
    std::uint64_t metadata_bytes = 0;  ///< metadata packs, indexes, log
    std::uint64_t logical_bytes = 0;   ///< sum over points of their rows' bytes
};

class Maintenance {
public:
    explicit Maintenance(Repository& repository);

    /// Damage is a finding, not an Error. With read_data every object of the store is read and authenticated, key slots
    /// and packs that no point uses too.
    Result<CheckReport> check(
        const CheckOptions& options,
        const std::function<void(std::uint64_t done, std::uint64_t total)>& progress
    );

    /// Gives up the log entries that cannot be read, for good: nobody looks at them again, and writers may go on.
    /// Removes nothing. `dry_run`: reports what would be given up now.
    /// Errors: those of reading the log; Corrupt when no entry can follow.
    Result<RepairReport> repair(bool dry_run);

    /// Format section 8. `dry_run`: reports what would be removed now.
    /// Errors: Corrupt when the log cannot be read in full.
    Result<PruneReport> prune(bool dry_run);

    Result<Statistics> statistics();

private:
    Repository& repository_;
};

}  // namespace starkeep::repository
