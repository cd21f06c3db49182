// SPDX-License-Identifier: Apache-2.0
// The restore's memory at the target: what is done is recorded in the transaction that does it.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres::journal {

inline constexpr std::string_view kSchema = "starkeep_restore";

struct State {
    std::string restore_key;
    Json plan;
};

/// A foreign key, check or trigger of a table at the target that is out of force until the rows are in.
struct Suspended {
    std::string step;      ///< names it in the journal
    std::string what;      ///< for people
    std::string resume;    ///< SQL that brings it back
    std::string fallback;  ///< SQL for when that fails; may be empty
};

/// What a person can run at the target to end an unfinished restore there: suspended things are put back, then the
/// journal goes.
inline constexpr std::string_view kAbandon = "CALL starkeep_restore.abandon()";

/// Waits until no other restore into this database is making its journal; lasts for the caller's transaction.
Result<void> lock(ServerConnection& connection);

/// Nothing when the target has no journal. Errors: Corrupt when it has one that cannot be read.
Result<std::optional<State>> find(ServerConnection& connection);

/// Inside the caller's transaction, as all below. Errors of those: Conflict when the journal is gone meanwhile, since
/// another run of the same restore came to its end first or somebody gave it up.
Result<void> create(ServerConnection& connection, const std::string& restore_key);
Result<void> save_plan(ServerConnection& connection, const Json& plan);

/// Records the unit as loaded; false when it is already. Waits for whoever is at it.
Result<bool>
claim_unit(ServerConnection& connection, const std::string& object, const std::string& unit);
Result<bool> claim_step(ServerConnection& connection, const std::string& step);
/// What a step that is claimed has to tell for left_out().
Result<void> annotate_step(ServerConnection& connection, const std::string& step, const Json& note);
Result<std::vector<Json>> notes(ServerConnection& connection);

Result<void> add_suspended(ServerConnection& connection, const Suspended& suspended);
Result<std::vector<Suspended>> suspended(ServerConnection& connection);

Result<void> drop(ServerConnection& connection);

}  // namespace starkeep::source::postgres::journal
