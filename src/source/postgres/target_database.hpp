// SPDX-License-Identifier: Apache-2.0
// The database that a restore writes to: whether it is there, and its making.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/left_out.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

struct TargetServer {
    std::string url;
    std::string database;
    std::stop_token stop;
};

/// Also when sessions are open in it. Succeeds when there is no such database.
Result<void> drop_database(const TargetServer& server);

Result<bool> database_exists(const TargetServer& server);

/// Why the database cannot be made here. Errors: those of the server.
Result<std::vector<Error>> find_refusals_to_create(const TargetServer& server);

/// An empty database with encoding, locale and owner of the one in `archive`, as far as the server has them. Somebody
/// else may make it at the same time.
Result<void> create_database(const TargetServer& server, const Archive& archive, LeftOut& left_out);

}  // namespace starkeep::source::postgres
