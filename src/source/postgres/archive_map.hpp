// SPDX-License-Identifier: Apache-2.0
// One's way in an archive: which entry belongs to which, and what an entry is.
#pragma once

#include "source/postgres/archive.hpp"
#include "source/postgres/script_lexer.hpp"

#include <cstdint>
#include <map>
#include <string>
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
/// Of a kind that is part of a table.
bool is_part(const ArchiveEntry& entry);
/// The second half of a view that pg_dump had to take apart: it was made as a dummy and is filled in later.
bool is_view_rule(const ArchiveEntry& entry);
/// Of the database as a whole, not of anything in it.
bool is_about_database(const ArchiveEntry& entry);
/// Rows, large objects and settings of the dump itself, which are not made from definitions.
bool is_content(const ArchiveEntry& entry);
/// Every `schema.name` in the definition, in order.
std::vector<QualifiedName> names_in(const ArchiveEntry& entry);
/// "index public.orders_customer_idx"
std::string describe(const ArchiveEntry& entry);

}  // namespace starkeep::source::postgres
