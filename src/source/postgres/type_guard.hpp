// SPDX-License-Identifier: Apache-2.0
// What the text of a value depends on besides its stored bytes: the definition of its type.
#pragma once

#include "base/result.hpp"
#include "source/postgres/connection.hpp"

#include <map>
#include <string>

namespace starkeep::source::postgres {

struct TypeGuard {
    std::string
        digest;  ///< of all types that a value can hold: labels, members, base types, output functions
    bool names_things =
        false;  ///< its text shows names of other objects (regclass, …), which may change at any time
};

/// Per type id, for the types of the columns of `relations` (an array literal of ids).
Result<std::map<std::string, TypeGuard>>
load_type_guards(ServerConnection& connection, const std::string& relations);

}  // namespace starkeep::source::postgres
