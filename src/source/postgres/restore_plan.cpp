// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/restore_plan.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/restore_selection.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/target_facts.hpp"
#include "source/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

constexpr std::size_t kLongestName = 63;

std::string clipped(std::string name, std::size_t length)
{
    if (name.size() <= length) {
        return name;
    }
    while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) {
        --length;  // not inside a UTF-8 character
    }
    name.resize(length);
    return name;
}

std::string_view act_on_existing(IfExists mode)
{
    switch (mode) {
    case IfExists::Fail:
        return "conflict";
    case IfExists::Skip:
        return "skip";
    case IfExists::Replace:
        return "replace";
    case IfExists::Merge:
        break;
    }
    return "merge";
}

Result<std::set<std::uint64_t>> ids(const Json& list)
{
    std::set<std::uint64_t> out;
    for (const Json& id : list) {
        if (!id.is_number_unsigned()) {
            return Error{ErrorCode::Corrupt, "journal: an entry's number is none"};
        }
        out.insert(id.get<std::uint64_t>());
    }
    return out;
}

/// Gives a renamed table's own indexes, sequences and statistics names that are free.
class PartRenamer {
public:
    PartRenamer(const ArchiveMap& map, const TargetFacts& target, RestorePlan& plan)
        : map_(map), target_(target), plan_(plan)
    {
    }

    void rename(const QualifiedName& from, const QualifiedName& to)
    {
        plan_.renames.add(from, to);
        taken_.insert(to);
        const ArchiveEntry* table = map_.find_table(from);
        if (table == nullptr) {
            return;
        }
        for (const ArchiveEntry& entry : map_.entries()) {
            if (map_.subject(entry) != table || !plan_.chosen.contains(entry.id)) {
                continue;
            }
            if (const std::string part = relation_of(entry); !part.empty()) {
                rename_part(part, from, to);
            }
        }
    }

private:
    /// The relation that a part of a table is, beside the table itself.
    static std::string relation_of(const ArchiveEntry& entry)
    {
        if (entry.kind == "INDEX" || entry.kind == "STATISTICS" || entry.kind == "SEQUENCE" ||
            entry.kind == "SEQUENCE OWNED BY") {
            return entry.name;
        }
        if (entry.kind != "CONSTRAINT") {
            return {};
        }
        const std::vector<Token> tokens = lex_significant(entry.definition);
        const auto word = std::ranges::find_if(tokens, [](const Token& token) {
            return token.is_word("CONSTRAINT");
        });
        return word == tokens.end() || word + 1 == tokens.end() ? std::string()
                                                                : identifier_value(*(word + 1));
    }

    void rename_part(const std::string& part, const QualifiedName& from, const QualifiedName& to)
    {
        QualifiedName fresh{.schema = to.schema, .name = part};
        const bool is_free = !target_.has(fresh) && to.schema != from.schema;
        const std::string base = derived_name(part, from.name, to.name);
        for (unsigned n = 0; !is_free && (n == 0 || is_taken(fresh)); ++n) {
            const std::string ending = n == 0 ? std::string() : "_" + std::to_string(n);
            fresh.name = clipped(base, kLongestName - ending.size()) + ending;
        }
        taken_.insert(fresh);
        plan_.renames.add({.schema = from.schema, .name = part}, fresh);
    }

    bool is_taken(const QualifiedName& name) const
    {
        return target_.has(name) || taken_.contains(name);
    }

    const ArchiveMap& map_;
    const TargetFacts& target_;
    RestorePlan& plan_;
    std::set<QualifiedName> taken_;
};

bool is_row_table(const Placement& placement)
{
    return placement.object.kind == "table";
}

/// A point of chosen tables has the definitions of all; a restore of the whole makes the others too, empty.
void name_tables_without_rows(
    const ArchiveMap& map,
    const std::vector<ChosenTable>& tables,
    const TargetFacts& target,
    RestorePlan& plan
)
{
    std::set<QualifiedName> with_rows;
    for (const ChosenTable& table : tables) {
        with_rows.insert(table.name);
    }
    for (const ArchiveEntry& entry : map.entries()) {
        const QualifiedName name{.schema = entry.schema, .name = entry.name};
        if (entry.kind == "TABLE" && !is_partitioned(entry) && plan.chosen.contains(entry.id) &&
            !with_rows.contains(name) && !target.has(name)) {
            plan.left_out.add(
                "rows of " + describe(entry) + ": the restore point has only its definition"
            );
        }
    }
}

}  // namespace

std::string RestorePlan::act_of(const std::string& object) const
{
    const auto found = acts.find(object);
    return found == acts.end() ? "create" : found->second;
}

Json RestorePlan::to_json() const
{
    Json list = Json::array();
    for (const auto& [from, to] : renames.names()) {
        list.push_back(Json::array({from.schema, from.name, to.schema, to.name}));
    }
    Json out = Json::object();
    out["chosen"] = chosen;
    out["kept"] = kept;
    out["differing"] = differing;
    out["acts"] = Json::object();
    for (const auto& [object, act] : acts) {
        out["acts"][object] = act;
    }
    out["renames"] = std::move(list);
    out["left_out"] = left_out.to_json();
    return out;
}

Result<RestorePlan> RestorePlan::from_json(const Json& value)
{
    RestorePlan plan;
    TRY_LET(const Json chosen, json::get_array(value, "chosen"));
    TRY_LET(plan.chosen, ids(chosen));
    TRY_LET(const Json kept, json::get_array(value, "kept"));
    TRY_LET(plan.kept, ids(kept));
    TRY_LET(const Json differing, json::get_array(value, "differing"));
    TRY_LET(plan.differing, ids(differing));
    TRY_LET(const Json acts, json::get_object(value, "acts"));
    for (const auto& [object, act] : acts.items()) {
        TRY_LET(plan.acts[object], json::get_string(acts, object));
    }
    TRY_LET(const Json renames, json::get_array(value, "renames"));
    for (const Json& one : renames) {
        const bool is_four_texts =
            one.is_array() && one.size() == 4 &&
            std::ranges::all_of(one, [](const Json& text) { return text.is_string(); });
        if (!is_four_texts) {
            return Error{ErrorCode::Corrupt, "journal: a new name cannot be read"};
        }
        plan.renames.add(
            {.schema = one[0].get<std::string>(), .name = one[1].get<std::string>()},
            {.schema = one[2].get<std::string>(), .name = one[3].get<std::string>()}
        );
    }
    TRY_LET(const Json left_out, json::get_object(value, "left_out"));
    TRY_LET(plan.left_out, LeftOut::from_json(left_out));
    return plan;
}

std::string
derived_name(const std::string& old_name, const std::string& from, const std::string& to)
{
    std::string out =
        old_name.starts_with(from) ? to + old_name.substr(from.size()) : to + "_" + old_name;
    if (out.size() > kLongestName) {
        // The end tells what it is ("_pkey", "_idx"); the table's part gives way.
        const std::string ending =
            old_name.starts_with(from) ? old_name.substr(from.size()) : "_" + old_name;
        if (ending.size() < kLongestName) {
            out = clipped(to, kLongestName - ending.size()) + ending;
        }
    }
    return clipped(std::move(out), kLongestName);
}

Result<std::vector<PlannedAct>> plan_acts(const WriteRequest& request, const TargetFacts& target)
{
    std::vector<PlannedAct> acts;
    for (const Placement& placement : request.placements) {
        PlannedAct act{
            .object = placement.object.name, .target = placement.target, .act = "create"
        };
        if (is_row_table(placement)) {
            TRY_LET(const QualifiedName name, parse_qualified_name(placement.target));
            if (target.has_table(name)) {
                act.act = act_on_existing(request.if_exists);
            } else if (target.has(name)) {
                act.act = request.if_exists == IfExists::Skip ? "skip" : "conflict";
            }
        }
        acts.push_back(std::move(act));
    }
    return acts;
}

Result<RestorePlan>
plan_restore(const WriteRequest& request, const ArchiveMap& map, const TargetFacts& target)
{
    RestorePlan plan;
    TRY_LET(const std::vector<PlannedAct> acts, plan_acts(request, target));
    std::vector<ChosenTable> tables;
    std::vector<std::pair<QualifiedName, QualifiedName>> renamed;
    for (std::size_t i = 0; i < acts.size(); ++i) {
        plan.acts[acts[i].object] = acts[i].act;
        if (!is_row_table(request.placements[i])) {
            continue;
        }
        TRY_LET(const QualifiedName name, parse_qualified_name(acts[i].object));
        TRY_LET(const QualifiedName to, parse_qualified_name(acts[i].target));
        tables.push_back({.name = name, .is_renamed = name != to});
        if (name != to) {
            renamed.emplace_back(name, to);
        }
    }
    std::vector<QualifiedName> excluded;
    for (const std::string& object : request.excluded) {
        // Other objects than tables (large objects) have names of another form.
        if (const auto name = parse_qualified_name(object); name.ok()) {
            excluded.push_back(*name);
        }
    }
    const auto exists = [&](const QualifiedName& name) {
        return target.has(name);
    };
    Selection selection = request.whole_database ? select_all_but(map, excluded, exists)
                                                 : select_tables(map, tables, exists);
    plan.chosen = std::move(selection.chosen);
    if (request.whole_database) {
        name_tables_without_rows(map, tables, target, plan);
    }
    for (std::string& line : selection.left_out) {
        plan.left_out.add(std::move(line));
    }
    PartRenamer renamer(map, target, plan);
    for (const auto& [from, to] : renamed) {
        renamer.rename(from, to);
    }
    return plan;
}

}  // namespace starkeep::source::postgres
