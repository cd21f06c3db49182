// SPDX-License-Identifier: Apache-2.0
// The rights that a restore needs at its target, asked for before anything is changed there.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/writer.hpp"

#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Tables (of the target, by their placements) and what will be done to them.
struct TouchedTables {
    std::vector<Placement> created;
    std::vector<Placement> replaced;
    std::vector<Placement> merged;
    bool has_large_objects = false;  ///< loaded beside them
};

/// One refusal per missing right, with all tables that lack it.
/// Errors: those of the session.
Result<std::vector<Error>>
find_missing_rights(ServerConnection& connection, const TouchedTables& tables);

/// Whether a role that may not make databases is to make one.
Result<std::vector<Error>>
find_missing_rights_to_create(ServerConnection& connection, const std::string& database);

}  // namespace starkeep::source::postgres
