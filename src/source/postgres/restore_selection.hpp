// SPDX-License-Identifier: Apache-2.0
// Which entries of an archive a restore makes: all, or some tables with what belongs to them.
#pragma once

#include "source/postgres/archive.hpp"
#include "source/postgres/script_lexer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {

/// Finds one's way in an archive, which must outlive this.
class ArchiveMap {
public:
    explicit ArchiveMap(const Archive& archive);

    const std::vector<ArchiveEntry>& entries() const { return archive_.entries; }
    const ArchiveEntry* find(std::uint64_t id) const;
    /// The table (no view, no sequence) of that name.
    const ArchiveEntry* find_table(const QualifiedName& name) const;
    /// The table that `entry` is a part of: an index', constraint's, default's, trigger's, …; of a partition's
    /// attachment, the parent. Nullptr when it is no part of a table.
    const ArchiveEntry* subject(const ArchiveEntry& entry) const;
    /// What `entry` needs, as far as the archive has it.
    std::vector<const ArchiveEntry*> needs(const ArchiveEntry& entry) const;

private:
    const Archive& archive_;
    std::map<std::uint64_t, const ArchiveEntry*> by_id_;
    std::map<QualifiedName, const ArchiveEntry*> tables_;
    std::map<std::uint64_t, const ArchiveEntry*> subjects_;
};

bool is_table(const ArchiveEntry& entry);
bool is_partitioned(const ArchiveEntry& entry);
/// Comments, grants and labels: they hang on one other entry.
bool is_annotation(const ArchiveEntry& entry);
/// Of the database as a whole, not of anything in it.
bool is_about_database(const ArchiveEntry& entry);
/// Rows, large objects and settings of the dump itself, which are not made from definitions.
bool is_content(const ArchiveEntry& entry);
/// "index public.orders_customer_idx"
std::string describe(const ArchiveEntry& entry);

struct Selection {
    std::set<std::uint64_t> chosen;
    std::vector<std::string>
        left_out;  ///< what one would expect to come back and cannot, with the reason
};

/// A table to bring back.
struct ChosenTable {
    QualifiedName name;  ///< as stored
    bool is_renamed = false;
};

/// All but the tables `excluded`, and but what needs one of them that `exists` denies.
Selection select_all_but(
    const ArchiveMap& map,
    const std::vector<QualifiedName>& excluded,
    const std::function<bool(const QualifiedName&)>& exists
);
/// `exists` says whether the target has a relation of that name already.
Selection select_tables(
    const ArchiveMap& map,
    const std::vector<ChosenTable>& tables,
    const std::function<bool(const QualifiedName&)>& exists
);

}  // namespace starkeep::source::postgres
