// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/restore_selection.hpp"

#include "source/postgres/archive.hpp"
#include "source/postgres/script_lexer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

bool is_one_of(std::string_view kind, std::span<const std::string_view> kinds)
{
    return std::ranges::find(kinds, kind) != kinds.end();
}

/// Kinds that are parts of a table.
bool is_part(const ArchiveEntry& entry)
{
    static constexpr std::array<std::string_view, 14> kKinds{
        "DEFAULT",
        "INDEX",
        "CONSTRAINT",
        "FK CONSTRAINT",
        "CHECK CONSTRAINT",
        "TRIGGER",
        "RULE",
        "POLICY",
        "ROW SECURITY",
        "STATISTICS",
        "SEQUENCE OWNED BY",
        "TABLE ATTACH",
        "SEQUENCE",
        "PUBLICATION TABLE"
    };
    return is_one_of(entry.kind, kKinds);
}

/// The second half of a view that pg_dump had to take apart: it was made as a dummy and is filled in later.
bool is_view_rule(const ArchiveEntry& entry)
{
    return entry.kind == "RULE" && entry.definition.starts_with("CREATE OR REPLACE VIEW ");
}

/// Every `schema.name` in the definition, in order.
std::vector<QualifiedName> names_in(const ArchiveEntry& entry)
{
    const std::vector<Token> tokens = lex_significant(entry.definition);
    std::vector<QualifiedName> names;
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        if (tokens[i].is_identifier() && tokens[i + 1].is_symbol('.') &&
            tokens[i + 2].is_identifier()) {
            names.push_back(
                {.schema = identifier_value(tokens[i]), .name = identifier_value(tokens[i + 2])}
            );
            i += 2;
        }
    }
    return names;
}

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

ArchiveMap::ArchiveMap(const Archive& archive) : archive_(archive)
{
    for (const ArchiveEntry& entry : archive.entries) {
        by_id_.emplace(entry.id, &entry);
        if (is_table(entry)) {
            tables_.emplace(QualifiedName{.schema = entry.schema, .name = entry.name}, &entry);
        }
    }
    for (const ArchiveEntry& entry : archive.entries) {
        if (!is_part(entry) || is_view_rule(entry)) {
            continue;
        }
        for (const QualifiedName& name : names_in(entry)) {
            const ArchiveEntry* table = find_table(name);
            // These two do not tell that they need it, or need it in any case.
            const bool is_certain =
                entry.kind == "SEQUENCE OWNED BY" || entry.kind == "TABLE ATTACH";
            if (table != nullptr &&
                (is_certain || std::ranges::find(entry.needs, table->id) != entry.needs.end())) {
                subjects_.emplace(entry.id, table);
                break;
            }
        }
    }
}

const ArchiveEntry* ArchiveMap::find(std::uint64_t id) const
{
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const ArchiveEntry* ArchiveMap::find_table(const QualifiedName& name) const
{
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : found->second;
}

const ArchiveEntry* ArchiveMap::subject(const ArchiveEntry& entry) const
{
    const auto found = subjects_.find(entry.id);
    return found == subjects_.end() ? nullptr : found->second;
}

std::vector<const ArchiveEntry*> ArchiveMap::needs(const ArchiveEntry& entry) const
{
    std::vector<const ArchiveEntry*> out;
    for (const std::uint64_t id : entry.needs) {
        if (const ArchiveEntry* need = find(id); need != nullptr) {
            out.push_back(need);
        }
    }
    return out;
}

bool is_table(const ArchiveEntry& entry)
{
    return entry.kind == "TABLE" || entry.kind == "FOREIGN TABLE";
}

bool is_partitioned(const ArchiveEntry& entry)
{
    return entry.definition.find("\nPARTITION BY ") != std::string::npos;
}

bool is_annotation(const ArchiveEntry& entry)
{
    return entry.kind == "COMMENT" || entry.kind == "ACL" || entry.kind == "SECURITY LABEL";
}

bool is_about_database(const ArchiveEntry& entry)
{
    return entry.kind == "DATABASE" || entry.kind == "DATABASE PROPERTIES" ||
           (is_annotation(entry) && entry.name.starts_with("DATABASE "));
}

bool is_content(const ArchiveEntry& entry)
{
    static constexpr std::array<std::string_view, 11> kKinds{
        "TABLE DATA",
        "SEQUENCE SET",
        "BLOB",
        "BLOBS",
        "BLOB METADATA",
        "MATERIALIZED VIEW DATA",
        "ENCODING",
        "STDSTRINGS",
        "SEARCHPATH",
        "STATISTICS DATA",
        "BLOB COMMENTS"
    };
    return is_one_of(entry.kind, kKinds) ||
           (is_annotation(entry) && entry.name.starts_with("LARGE OBJECT"));
}

std::string describe(const ArchiveEntry& entry)
{
    std::string out;
    for (const char c : entry.kind) {
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    out += ' ';
    if (!entry.schema.empty()) {
        out += entry.schema + ".";
    }
    return out + entry.name;
}

Selection select_all_but(
    const ArchiveMap& map,
    const std::vector<QualifiedName>& excluded,
    const std::function<bool(const QualifiedName&)>& exists
)
{
    return Remainder(map).run(excluded, exists);
}

Selection select_tables(
    const ArchiveMap& map,
    const std::vector<ChosenTable>& tables,
    const std::function<bool(const QualifiedName&)>& exists
)
{
    return Selector(map, exists).run(tables);
}

}  // namespace starkeep::source::postgres
