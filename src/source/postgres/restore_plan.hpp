// SPDX-License-Identifier: Apache-2.0
// What one restore decided before its first change; kept in the journal, so that a resumed run decides the same.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/target_facts.hpp"
#include "source/writer.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace starkeep::source::postgres {

struct RestorePlan {
    std::set<std::uint64_t> chosen;  ///< entries that are made
    std::set<std::uint64_t> kept;    ///< of those, the ones that the target had already
    std::set<std::uint64_t>
        differing;  ///< of the kept ones, those that the target defines otherwise
    std::map<std::string, std::string>
        acts;  ///< object name to "create", "replace", "merge" or "skip"
    Renames renames;
    LeftOut left_out;

    /// "create" for what is no placement.
    std::string act_of(const std::string& object) const;

    Json to_json() const;
    /// Errors: Corrupt.
    static Result<RestorePlan> from_json(const Json& value);
};

/// "create", "replace", "merge", "skip" or "conflict" of every placement.
/// Errors: InvalidInput for a placement whose names cannot be read; Conflict when something else than a table has the name.
Result<std::vector<PlannedAct>> plan_acts(const WriteRequest& request, const TargetFacts& target);

/// Chooses entries and new names. Errors: as plan_acts().
Result<RestorePlan>
plan_restore(const WriteRequest& request, const ArchiveMap& map, const TargetFacts& target);

/// A name like `old_name` for something that belongs to `from`, now `to`: "orders_pkey" becomes "orders_copy_pkey".
/// At most 63 bytes, as the server allows.
std::string
derived_name(const std::string& old_name, const std::string& from, const std::string& to);

}  // namespace starkeep::source::postgres
