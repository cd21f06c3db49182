// SPDX-License-Identifier: Apache-2.0
// What the definitions of an archive ask of the rows of a table: columns that must be given, checks, unique keys,
// the bound of a partition, the values of enums and domains. Foreign keys are none: a restore sets them aside.
#pragma once

#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/script_lexer.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

struct TableDemands {
    std::set<std::string> columns;
    /// By their text, without the names of constraints: the columns that each tells of.
    std::map<std::string, std::set<std::string>> demands;
};

/// What is asked there, compared text by text: two of these tell whether one is stricter than the other.
class RowDemands {
public:
    /// `map` must outlive this.
    explicit RowDemands(const ArchiveMap& map);

    /// Nothing for a table that the archive does not have.
    TableDemands of_table(const QualifiedName& table) const;
    /// Enums, domains and composite types that the values of `table` are made of, as far as the archive defines them.
    std::set<QualifiedName> types_of(const QualifiedName& table) const;
    /// Why type `name` there may not take a value that it takes here; empty when it does, or is unknown on one side.
    std::vector<std::string> obstacles(const RowDemands& there, const QualifiedName& name) const;

private:
    void add_definition(const ArchiveEntry& table, bool is_inherited, TableDemands& out) const;
    void add_bound(const QualifiedName& partition, TableDemands& out) const;
    const ArchiveEntry* type(const QualifiedName& name) const;
    TableDemands of_domain(const ArchiveEntry& domain) const;

    const ArchiveMap& map_;
    std::map<QualifiedName, const ArchiveEntry*> types_;
    std::map<QualifiedName, std::vector<const ArchiveEntry*>> domain_checks_;
    std::map<std::uint64_t, std::vector<const ArchiveEntry*>> keys_;  ///< by the table's entry
    std::map<QualifiedName, const ArchiveEntry*> attached_;           ///< by the partition
    std::map<QualifiedName, std::vector<const ArchiveEntry*>> attached_to_;  ///< by the parent
};

/// What `there` asks and `here` does not, as far as it tells of columns that both have: others are filled by the target.
std::vector<std::string> stricter(const TableDemands& here, const TableDemands& there);

}  // namespace starkeep::source::postgres
