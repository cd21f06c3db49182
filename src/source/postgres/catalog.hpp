// SPDX-License-Identifier: Apache-2.0
// The objects of a database that hold rows, and what is left out, in the transaction at hand.
//
// By kind: ordinary tables and leaf partitions are objects, unlogged ones too; partitioned tables, views, sequences, indexes and
// materialized views are definitions only; foreign tables as well, and named, since their rows live elsewhere; temporary tables do
// not exist for us. Tables of extensions come with CREATE EXTENSION, unless the extension marks them as configuration.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "source/model.hpp"
#include "source/postgres/connection.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

inline constexpr const char* kLargeObjectsName = "pg_catalog.pg_largeobject";
/// To be raised whenever the settings of a session or the form of a fingerprint change.
inline constexpr int kRowFormVersion = 2;

struct Table {
    std::uint64_t oid = 0;  ///< 0: the large objects
    Object object;
    std::string condition;  ///< "WHERE …" that an extension sets, or empty
    std::string
        schema_version;  ///< another one after any change of the schema's own definition, its name included
};

struct Catalog {
    std::vector<Table> tables;
    std::vector<std::string> left_out;
};

/// `history` is that of server_facts.hpp; a standby has other tables to read.
/// Errors: Denied naming a table that may not be read; Unsupported naming a relation of an unknown kind.
Result<Catalog> load_catalog(ServerConnection& connection, const Json& history);

/// What may change of a table while it is locked.
struct TableGuard {
    Json guard;  ///< as in its Object
    std::string schema_version;

    bool operator==(const TableGuard&) const = default;
};

/// Of the tables with these ids that there are, by id.
/// Errors: Conflict when the catalog changes meanwhile.
Result<std::map<std::uint64_t, TableGuard>>
load_guards(ServerConnection& connection, const std::vector<Table>& tables);

}  // namespace starkeep::source::postgres
