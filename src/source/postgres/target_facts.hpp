// SPDX-License-Identifier: Apache-2.0
// What a restore has to know of the target before it changes anything.
#pragma once

#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/script_lexer.hpp"

#include <map>
#include <set>
#include <string>

namespace starkeep::source::postgres {

struct TargetFacts {
    std::set<std::string> roles;
    std::set<std::string> tablespaces;
    std::set<std::string> access_methods;
    std::set<std::string> schemas;
    std::map<QualifiedName, std::string>
        relations;  ///< to pg_class.relkind; indexes and sequences too

    bool has(const QualifiedName& name) const { return relations.contains(name); }
    /// A table that holds rows of its own.
    bool has_table(const QualifiedName& name) const;

    static Result<TargetFacts> read(ServerConnection& connection);
};

}  // namespace starkeep::source::postgres
