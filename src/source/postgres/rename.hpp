// SPDX-License-Identifier: Apache-2.0
// Definitions under new names: tables, their sequences and indexes, wherever SQL (not a function's text) names them.
#pragma once

#include "source/postgres/archive.hpp"
#include "source/postgres/script_lexer.hpp"

#include <map>
#include <string>
#include <string_view>

namespace starkeep::source::postgres {

/// Old name to new name, of relations (tables, sequences, indexes, …).
class Renames {
public:
    void add(const QualifiedName& from, const QualifiedName& to) { names_[from] = to; }
    bool is_empty() const { return names_.empty(); }
    const std::map<QualifiedName, QualifiedName>& names() const { return names_; }
    /// The new name, or `name` itself.
    QualifiedName operator()(const QualifiedName& name) const;

    /// The definition of `entry` under the new names. Where a query named the table without an alias, the old name
    /// becomes its alias, so that its columns are still found.
    std::string definition(const ArchiveEntry& entry) const;
    /// Qualified names in `sql` under their new names.
    std::string apply(std::string_view sql) const;

private:
    std::map<QualifiedName, QualifiedName> names_;
};

/// `sql`, a statement about database `from`, speaking of `to` instead.
std::string with_database_renamed(std::string_view sql, std::string_view from, std::string_view to);

}  // namespace starkeep::source::postgres
