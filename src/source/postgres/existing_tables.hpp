// SPDX-License-Identifier: Apache-2.0
// Tables that the target has already and whose rows are replaced or merged: emptied, their keys and triggers set
// out of force until the rows are in.
#pragma once

#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/writer.hpp"

#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// The tables' names as an array of type regclass.
std::string names_literal(const std::vector<Placement>& placements);

/// A query for what suspend() drops: table, name, definition, comment, and what it is.
std::string suspended_constraints_sql(const std::vector<Placement>& placements);

/// A query for the OIDs of all relations that suspend() and suspend_identities() alter.
std::string altered_relations_sql(
    const std::vector<Placement>& placements, const std::vector<Placement>& merged
);

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
