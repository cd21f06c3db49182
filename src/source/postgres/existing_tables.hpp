// SPDX-License-Identifier: Apache-2.0
// Tables that the target has already and whose rows are replaced or merged: checked, emptied, their keys and triggers set
// out of force until the rows are in.
#pragma once

#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/writer.hpp"

#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Whether the rows of `placement` fit the table at the target.
/// Errors: Conflict naming the columns that are missing or of another type, or must be given and are not in the backup.
Result<void> check_columns(ServerConnection& connection, const Placement& placement);

/// Columns of the primary key, in its order.
/// Errors: InvalidInput when there is none, or one that is checked late only: rows cannot be told apart then.
Result<std::vector<std::string>>
primary_key(ServerConnection& connection, const Placement& placement);

/// Inside the caller's transaction, which has the journal: foreign keys of and to the tables, and checks that are NOT VALID,
/// are dropped, enabled triggers disabled; the journal knows how to bring them back.
Result<void> suspend(ServerConnection& connection, const std::vector<Placement>& placements);

/// As suspend(), for tables that are merged: columns GENERATED ALWAYS AS IDENTITY take stored values for the time being.
Result<void>
suspend_identities(ServerConnection& connection, const std::vector<Placement>& placements);

/// Empties the tables.
Result<void> truncate(ServerConnection& connection, const std::vector<Placement>& placements);

}  // namespace starkeep::source::postgres
