// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/restore_selection.hpp"
#include "source/postgres/script_lexer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// All that can be made without some tables.
class Remainder {
public:
    explicit Remainder(const ArchiveMap& map) : map_(map) {}

    Selection
    run(const std::vector<QualifiedName>& excluded,
        const std::function<bool(const QualifiedName&)>& exists)
    {
        for (const QualifiedName& name : excluded) {
            if (const ArchiveEntry* table = map_.find_table(name); table != nullptr) {
                excluded_.insert(table->id);
            }
        }
        exclude_parents_without_partitions();
        take_back_what_tables_need();
        for (const std::uint64_t id : excluded_) {
            const ArchiveEntry* table = map_.find(id);
            if (table != nullptr && !exists({.schema = table->schema, .name = table->name})) {
                missing_.insert(id);
            }
        }
        std::size_t before = 0;
        do {
            before = excluded_.size() + missing_.size();
            for (const ArchiveEntry& entry : map_.entries()) {
                consider(entry);
            }
        } while (excluded_.size() + missing_.size() != before);
        Selection selection;
        for (const ArchiveEntry& entry : map_.entries()) {
            const bool is_left = !excluded_.contains(entry.id) && !missing_.contains(entry.id);
            if (is_left && !is_content(entry) && entry.kind != "DATABASE") {
                selection.chosen.insert(entry.id);
            }
        }
        selection.left_out = std::move(left_out_);
        return selection;
    }

private:
    bool is_excluded(const ArchiveEntry* entry) const
    {
        return entry != nullptr && excluded_.contains(entry->id);
    }

    /// A partitioned table stands for its partitions: without any of them it is excluded as well.
    void exclude_parents_without_partitions()
    {
        std::size_t before = 0;
        do {
            before = excluded_.size();
            std::set<std::uint64_t> with;
            std::set<std::uint64_t> without;
            for (const ArchiveEntry& entry : map_.entries()) {
                const auto [parent, child] = attached(entry);
                if (parent != nullptr && child != nullptr) {
                    (is_excluded(child) ? without : with).insert(parent->id);
                }
            }
            std::ranges::set_difference(without, with, std::inserter(excluded_, excluded_.end()));
        } while (excluded_.size() != before);
    }

    /// A table that inherits from an excluded one cannot be made without it.
    void take_back_what_tables_need()
    {
        std::size_t before = 0;
        do {
            before = excluded_.size();
            for (const ArchiveEntry& entry : map_.entries()) {
                if (!is_table(entry) || is_excluded(&entry)) {
                    continue;
                }
                for (const ArchiveEntry* need : map_.needs(entry)) {
                    if (is_table(*need) && excluded_.erase(need->id) > 0) {
                        left_out_.push_back(
                            "rows of " + describe(*need) + ": made without them, because " +
                            describe(entry) + " needs it"
                        );
                    }
                }
            }
        } while (excluded_.size() != before);
    }

    /// Parent and partition of an attachment.
    std::pair<const ArchiveEntry*, const ArchiveEntry*> attached(const ArchiveEntry& entry) const
    {
        if (entry.kind != "TABLE ATTACH") {
            return {nullptr, nullptr};
        }
        const std::vector<QualifiedName> names = names_in(entry);
        return names.size() < 2 ? std::pair<const ArchiveEntry*, const ArchiveEntry*>()
                                : std::pair(map_.find_table(names[0]), map_.find_table(names[1]));
    }

    void consider(const ArchiveEntry& entry)
    {
        if (is_content(entry) || excluded_.contains(entry.id) || missing_.contains(entry.id)) {
            return;
        }
        const auto needs = map_.needs(entry);
        const bool needs_excluded =
            std::ranges::any_of(needs, [&](const auto* need) { return is_excluded(need); });
        const bool is_of_excluded =
            is_excluded(map_.subject(entry)) || is_attachment_of_excluded(entry) ||
            (needs_excluded && (is_annotation(entry) || entry.kind == "INDEX ATTACH"));
        if (is_of_excluded) {
            excluded_.insert(entry.id);
            const auto* table = map_.subject(entry);
            if (table != nullptr && missing_.contains(table->id)) {
                missing_.insert(entry.id);
                if (entry.kind == "PUBLICATION TABLE") {
                    left_out_.push_back(
                        describe(entry) + ": " + describe(*table) + " is not restored"
                    );
                }
            }
            return;
        }
        const auto missing = std::ranges::find_if(needs, [&](const auto* need) {
            return missing_.contains(need->id);
        });
        if (missing == needs.end()) {
            return;
        }
        missing_.insert(entry.id);
        if (!is_annotation(entry)) {
            left_out_.push_back(
                describe(entry) + ": it needs " + describe(**missing) + ", which is not restored"
            );
        }
    }

    bool is_attachment_of_excluded(const ArchiveEntry& entry) const
    {
        if (entry.kind != "TABLE ATTACH") {
            return false;
        }
        const std::vector<QualifiedName> names = names_in(entry);
        return std::ranges::any_of(names, [&](const QualifiedName& name) {
            return is_excluded(map_.find_table(name));
        });
    }

    const ArchiveMap& map_;
    std::set<std::uint64_t> excluded_;  ///< the tables and what is part of them
    std::set<std::uint64_t> missing_;   ///< what nothing that is made may need
    std::vector<std::string> left_out_;
};

}  // namespace

Selection select_all_but(
    const ArchiveMap& map,
    const std::vector<QualifiedName>& excluded,
    const std::function<bool(const QualifiedName&)>& exists
)
{
    return Remainder(map).run(excluded, exists);
}

}  // namespace starkeep::source::postgres
