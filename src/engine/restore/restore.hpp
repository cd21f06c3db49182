// SPDX-License-Identifier: Apache-2.0
// One restore: what a point holds, or the chosen part of it, into a target server.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "engine/progress.hpp"
#include "engine/selection.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/writer.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::engine {

struct RestoreRequest {
    std::string target;  ///< URL; a database in it takes the place of the only one that is restored
    Selection selection{{}, {}};
    std::vector<Rename> renames;
    source::IfExists if_exists = source::IfExists::Fail;
    unsigned jobs = 2;
    bool dry_run = false;
    bool verify = false;  ///< read the target back and compare counts and digests
    std::stop_token stop;
};

/// One object as it was found in the target after the restore.
struct ComparedObject {
    std::string name;
    std::string target;
    std::uint64_t rows = 0;
    codec::Digest digest;
    std::uint64_t expected_rows = 0;
    codec::Digest expected_digest;

    bool equal() const { return rows == expected_rows && digest == expected_digest; }
};

struct RestoredDatabase {
    std::string name;
    std::string target;
    std::vector<source::PlannedAct> acts;
    std::vector<Error> refusals;           ///< with `dry_run`: why a real run would not begin
    std::vector<ComparedObject> compared;  ///< with `verify`
    std::vector<source::PlannedAct>
        not_compared;  ///< with `verify`: merged or skipped, so not what was backed up
    std::optional<Error>
        unread;  ///< with `verify`: why the target cannot be read back; `compared` is empty then
};

struct RestoreReport {
    std::vector<RestoredDatabase> databases;
    std::uint64_t objects = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    double duration_s = 0;
    double load_s = 0;    ///< rows
    double finish_s = 0;  ///< indexes, constraints and what follows
    double verify_s = 0;
    std::vector<std::string> left_out;

    /// All reasons why a real run would not begin, each naming its database.
    std::vector<Error> refusals() const;
    /// Why the target could not be read back, naming the database: the first of those that are so.
    std::optional<Error> verify_failure() const;
    /// That nothing which was compared differs.
    bool verified_equal() const;
    /// Whether `verify` compared every object, none merged or skipped.
    bool compared_all() const;
};

/// Changes nothing anywhere when one of the databases cannot be restored, as far as that is known before; then the Error
/// has all reasons. With `dry_run` they are in the report.
/// Safe to repeat after any crash: the journal at the target tells what is done.
/// Errors: NotFound for a selection or rename that names nothing; InvalidInput for a target that cannot be meant; Exists
/// naming the objects in the way; those of repository and target; Cancelled. Not that the target cannot be read back: see verify_failure().
Result<RestoreReport> restore(
    const repository::Repository& repository,
    const repository::Point& point,
    const RestoreRequest& request,
    Progress& progress
);

}  // namespace starkeep::engine
