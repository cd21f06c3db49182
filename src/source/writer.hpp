// SPDX-License-Identifier: Apache-2.0
// Writing one database back, exactly once, whatever crashes on the way.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/model.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::source {

enum class IfExists { Fail, Skip, Replace, Merge };

/// One object to restore and where it goes.
struct Placement {
    Object object;       ///< as stored
    std::string target;  ///< its name at the target; equal to object.name unless renamed
};

struct WriteRequest {
    std::string restore_key;  ///< names this restore in the target's journal: point and options
    std::vector<Placement> placements;
    bool whole_database = true;         ///< false: only the placements and what belongs to them
    std::vector<std::string> excluded;  ///< objects that a whole database comes without
    IfExists if_exists = IfExists::Fail;
    Json facts;                    ///< DatabaseReader::facts() of the backup
    std::string definitions_path;  ///< the pg_dump archive as a file
    unsigned jobs = 2;
    std::stop_token stop;
};

/// What will happen to one object. `act`: "create", "replace", "merge", "skip", "conflict", "resume".
struct PlannedAct {
    std::string object;
    std::string target;
    std::string act;
};

/// What a restore would do, and why it will not begin, as far as both are known without beginning.
struct WritePlan {
    std::vector<PlannedAct> acts;
    std::vector<Error> refusals;  ///< each names what is in the way and says what helps
};

/// One connection that loads rows. Thread: one.
class Loader {
public:
    Loader() = default;
    virtual ~Loader() = default;
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    /// False: the journal says that this unit is loaded already; call neither write() nor end().
    virtual Result<bool> begin(const Placement& placement, const std::string& unit) = 0;
    /// Whole rows in the object's row form, cut anywhere.
    virtual Result<void> write(ByteView rows) = 0;
    /// Commits rows and journal entry together. `rows`: how many must have arrived; otherwise Conflict.
    virtual Result<void> end(std::uint64_t rows) = 0;
};

/// Order: plan (no effect) → create → load by loaders → finish.
class DatabaseWriter {
public:
    DatabaseWriter() = default;
    virtual ~DatabaseWriter() = default;
    DatabaseWriter(const DatabaseWriter&) = delete;
    DatabaseWriter& operator=(const DatabaseWriter&) = delete;

    virtual Result<WritePlan> plan() = 0;
    /// Schemas, types, functions, tables: all before the data. Changes nothing when plan() would tell refusals.
    /// Errors: those refusals, combined().
    virtual Result<void> create() = 0;
    /// Errors: Cancelled once `stop` is requested while the loader waits.
    virtual Result<std::unique_ptr<Loader>> connect(std::stop_token stop) = 0;
    /// Indexes and constraints in parallel, triggers, sequences, owners, grants, materialized views; removes the journal.
    /// `step` is told what is being done.
    virtual Result<void> finish(const std::function<void(const std::string&)>& step) = 0;
    /// What could not be brought back (missing roles, extensions, …), each with its reason; complete after finish().
    virtual const std::vector<std::string>& left_out() const = 0;
};

}  // namespace starkeep::source
