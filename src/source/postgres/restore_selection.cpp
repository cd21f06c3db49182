// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/restore_selection.hpp"

#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/script_lexer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

class Selector {
public:
    Selector(const ArchiveMap& map, const std::function<bool(const QualifiedName&)>& exists)
        : map_(map), exists_(exists)
    {
    }

    Selection run(const std::vector<ChosenTable>& tables)
    {
        for (const ChosenTable& wanted : tables) {
            if (const ArchiveEntry* table = map_.find_table(wanted.name); table != nullptr) {
                placed_.insert(table->id);
                if (wanted.is_renamed) {
                    renamed_.insert(table->id);
                }
                choose(*table);
            }
        }
        std::size_t before = 0;
        do {
            before = selection_.chosen.size();
            for (const ArchiveEntry& entry : map_.entries()) {
                consider(entry);
            }
        } while (selection_.chosen.size() != before);
        name_refused();
        return std::move(selection_);
    }

private:
    bool is_chosen(const ArchiveEntry& entry) const { return selection_.chosen.contains(entry.id); }
    bool is_there(const ArchiveEntry& entry) const
    {
        return is_chosen(entry) || exists_({.schema = entry.schema, .name = entry.name});
    }

    void choose(const ArchiveEntry& entry)
    {
        if (is_content(entry) || !selection_.chosen.insert(entry.id).second) {
            return;
        }
        for (const ArchiveEntry* need : map_.needs(entry)) {
            const bool is_relation =
                is_table(*need) || need->kind == "VIEW" || need->kind == "MATERIALIZED VIEW";
            if (!is_relation || !is_there(*need)) {
                choose(*need);
            }
        }
    }

    void consider(const ArchiveEntry& entry)
    {
        if (is_chosen(entry) || is_content(entry) || entry.kind == "PUBLICATION TABLE") {
            return;
        }
        if (is_annotation(entry) || entry.kind == "INDEX ATTACH") {
            consider_annotation(entry);
        } else if (entry.kind == "FK CONSTRAINT") {
            consider_foreign_key(entry);
        } else if (is_view_rule(entry)) {
            consider_view_rule(entry);
        } else if (is_part(entry)) {
            consider_part(entry);
        }
    }

    void consider_annotation(const ArchiveEntry& entry)
    {
        const auto needs = map_.needs(entry);
        if (!needs.empty() &&
            std::ranges::all_of(needs, [&](const auto* need) { return is_chosen(*need); })) {
            selection_.chosen.insert(entry.id);
        }
    }

    void consider_view_rule(const ArchiveEntry& entry)
    {
        const std::vector<QualifiedName> names = names_in(entry);
        for (const ArchiveEntry* need : map_.needs(entry)) {
            const bool is_its_view = !names.empty() && need->kind == "VIEW" &&
                                     need->schema == names.front().schema &&
                                     need->name == names.front().name;
            if (is_its_view && is_chosen(*need)) {
                choose(entry);
            }
        }
    }

    /// Either end may be a chosen table; the other must be there then. So a key that pointed to a table and was lost
    /// with it comes back with it, unless the table comes back as a copy beside.
    void consider_foreign_key(const ArchiveEntry& entry)
    {
        const ArchiveEntry* from = map_.subject(entry);
        const ArchiveEntry* to = referenced_table(entry);
        if (from == nullptr || to == nullptr || (!is_chosen(*from) && !is_chosen(*to))) {
            return;
        }
        const bool is_to_copy = !is_chosen(*from) && renamed_.contains(to->id);
        if (is_there(*from) && is_there(*to) && !is_to_copy) {
            selection_.chosen.insert(entry.id);
        }
    }

    const ArchiveEntry* referenced_table(const ArchiveEntry& entry) const
    {
        const std::vector<QualifiedName> names = names_in(entry);
        return names.size() < 2 ? nullptr : map_.find_table(names[1]);
    }

    void consider_part(const ArchiveEntry& entry)
    {
        if (entry.kind == "TABLE ATTACH") {
            consider_attachment(entry);
            return;
        }
        const ArchiveEntry* table = map_.subject(entry);
        if (table == nullptr || !is_chosen(*table)) {
            return;
        }
        const auto needs = map_.needs(entry);
        const bool all_there = std::ranges::all_of(needs, [&](const auto* need) {
            return !is_table(*need) || is_there(*need);
        });
        if (all_there) {
            choose(entry);
        }
    }

    void consider_attachment(const ArchiveEntry& entry)
    {
        const std::vector<QualifiedName> names = names_in(entry);
        if (names.size() < 2) {
            return;
        }
        const ArchiveEntry* child = map_.find_table(names[1]);
        if (child != nullptr && is_chosen(*child)) {
            choose(entry);
        }
    }

    void name_refused()
    {
        for (const ArchiveEntry& entry : map_.entries()) {
            const ArchiveEntry* table = map_.subject(entry);
            const bool is_lost_part = is_part(entry) && !is_chosen(entry) && table != nullptr &&
                                      is_chosen(*table) && entry.kind != "TABLE ATTACH";
            if (is_lost_part && entry.kind == "PUBLICATION TABLE") {
                // A table that is there is a member still, or was taken out; a copy under another name never was one.
                if (!exists_({.schema = table->schema, .name = table->name}) &&
                    !renamed_.contains(table->id)) {
                    selection_.left_out.push_back(
                        describe(entry) + ": publications do not come with single tables"
                    );
                }
            } else if (is_lost_part) {
                selection_.left_out.push_back(
                    describe(entry) + ": a table that it needs is neither chosen nor at the target"
                );
            }
            if (is_table(entry) && is_chosen(entry) && !placed_.contains(entry.id) &&
                !is_partitioned(entry)) {
                selection_.left_out.push_back(
                    describe(entry) + ": made without rows, because a chosen table needs it"
                );
            }
        }
    }

    const ArchiveMap& map_;
    const std::function<bool(const QualifiedName&)>& exists_;
    Selection selection_;
    std::set<std::uint64_t> placed_;
    std::set<std::uint64_t> renamed_;
};

}  // namespace

Selection select_tables(
    const ArchiveMap& map,
    const std::vector<ChosenTable>& tables,
    const std::function<bool(const QualifiedName&)>& exists
)
{
    return Selector(map, exists).run(tables);
}

}  // namespace starkeep::source::postgres
