// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/refusals.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/model.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/existing_tables.hpp"
#include "source/postgres/large_objects.hpp"
#include "source/postgres/object_creator.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/row_demands.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/target_definitions.hpp"
#include "source/postgres/target_rights.hpp"
#include "source/writer.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

std::string joined(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names) {
        out += (out.empty() ? "" : ", ") + name;
    }
    return out;
}

/// What a whole database would be made with and the target has: nothing of it may be there when tables may not either.
std::vector<std::string> definitions_in_the_way(const RestoreContext& context)
{
    std::vector<std::string> names;
    if (!context.request.whole_database || context.request.if_exists != IfExists::Fail ||
        !context.existing) {
        return names;
    }
    for (const ArchiveEntry& entry : context.map.entries()) {
        const bool is_made_in_any_case = entry.kind == "SCHEMA" || entry.kind == "EXTENSION" ||
                                         entry.definition.starts_with("CREATE OR REPLACE ");
        const QualifiedName name{.schema = entry.schema, .name = entry.name};
        if (is_made_before_rows(entry) && context.plan.chosen.contains(entry.id) &&
            !is_made_in_any_case && context.map.subject(entry) == nullptr &&
            context.object_name(name).empty() && context.plan.renames(name) == name &&
            context.existing->match(entry) != TargetDefinitions::Match::Absent) {
            names.push_back(describe(entry));
        }
    }
    return names;
}

void refuse_conflicts(const RestoreContext& context, std::vector<Error>& refusals)
{
    std::vector<std::string> names;
    std::vector<std::string> others;
    for (const Placement& placement : context.request.placements) {
        if (context.plan.act_of(placement.object.name) != "conflict") {
            continue;
        }
        const auto target = parse_qualified_name(placement.target);
        const bool is_table = target.ok() && context.target.has_table(*target);
        (is_table ? names : others).push_back(placement.target);
    }
    for (std::string& name : definitions_in_the_way(context)) {
        names.push_back(std::move(name));
    }
    if (!names.empty()) {
        refusals.emplace_back(
            ErrorCode::Exists,
            "the target has already " + joined(names),
            "Choose --if-exists skip, replace or merge, another name with --rename, or another "
            "database."
        );
    }
    if (!others.empty()) {
        refusals.emplace_back(
            ErrorCode::Exists,
            "the target has something else than a table named " + joined(others),
            "Rename or drop it at the target, or choose another name with --rename."
        );
    }
}

/// Whether the rows of `placement` fit the table at the target: the columns that are missing or of another type, or must
/// be given and are not in the backup.
Result<std::optional<Error>>
find_difference(ServerConnection& connection, const Placement& placement)
{
    TRY_LET(
        const Rows rows,
        connection.query(
            "select attname, pg_catalog.format_type(atttypid, atttypmod), "
            "attnotnull and not atthasdef and attidentity = '' from pg_catalog.pg_attribute "
            "where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = "
            "''",
            std::array{placement.target}
        )
    );
    std::map<std::string, std::string> there;
    std::vector<std::string> differences;
    for (int i = 0; i < rows.size(); ++i) {
        const std::string name(rows.text(i, 0));
        there.emplace(name, rows.text(i, 1));
        if (rows.is_true(i, 2) &&
            std::ranges::find(placement.object.columns, name, &Column::name) ==
                placement.object.columns.end()) {
            differences.push_back("column " + name + " is required and not in the backup");
        }
    }
    for (const Column& column : placement.object.columns) {
        const auto found = there.find(column.name);
        if (found == there.end()) {
            differences.push_back("column " + column.name + " is missing");
        } else if (found->second != column.type) {
            differences.push_back(
                "column " + column.name + " is " + found->second + ", not " + column.type
            );
        }
    }
    if (differences.empty()) {
        return std::optional<Error>();
    }
    return std::optional<Error>(
        std::in_place,
        ErrorCode::Conflict,
        "table " + placement.target +
            " at the target has another structure: " + joined(differences),
        "Rename or drop that table, or restore under another name with --rename."
    );
}

Result<void> refuse_unlike_tables(
    ServerConnection& connection, const TouchedTables& tables, std::vector<Error>& refusals
)
{
    for (const auto* list : {&tables.replaced, &tables.merged}) {
        for (const Placement& placement : *list) {
            TRY_LET(std::optional<Error> differs, find_difference(connection, placement));
            if (differs) {
                refusals.push_back(std::move(*differs));
            }
        }
    }
    for (const Placement& placement : tables.merged) {
        Result<std::vector<std::string>> key = primary_key(connection, placement);
        if (!key.ok() && key.error().code() != ErrorCode::InvalidInput) {
            return std::move(key).error();
        }
        if (!key.ok()) {
            refusals.push_back(std::move(key).error());
        }
    }
    return {};
}

/// Rows that the backup's definitions allow and the target's do not.
void refuse_stricter_target(
    const RestoreContext& context, const TouchedTables& tables, std::vector<Error>& refusals
)
{
    if (!context.existing) {
        return;
    }
    const ArchiveMap target(context.existing->archive());
    const RowDemands here(context.map);
    const RowDemands there(target);
    std::map<QualifiedName, std::vector<std::string>> users;
    for (const auto* list : {&tables.created, &tables.replaced, &tables.merged}) {
        for (const Placement& placement : *list) {
            const Result<QualifiedName> from = parse_qualified_name(placement.object.name);
            const Result<QualifiedName> to = parse_qualified_name(placement.target);
            if (!from.ok() || !to.ok()) {
                continue;
            }
            for (const QualifiedName& type : here.types_of(*from)) {
                users[type].push_back(placement.target);
            }
            const std::vector<std::string> demands =
                stricter(here.of_table(*from), there.of_table(*to));
            if (list != &tables.created && !demands.empty()) {
                refusals.emplace_back(
                    ErrorCode::Conflict,
                    "table " + placement.target +
                        " at the target asks of its rows what the backup's does not: " +
                        joined(demands),
                    "Drop that at the target, or restore the table under another name with "
                    "--rename, or choose other tables with --include or --exclude."
                );
            }
        }
    }
    for (const auto& [type, names] : users) {
        const std::vector<std::string> obstacles = here.obstacles(there, type);
        if (!obstacles.empty()) {
            refusals.emplace_back(
                ErrorCode::Conflict,
                "type " + type.schema + "." + type.name +
                    " at the target does not take all values of the backup's (it has " +
                    joined(obstacles) + "), and rows of " + joined(names) + " are made of them",
                "Change the type at the target, or restore into another database, or choose other "
                "tables with --include or --exclude."
            );
        }
    }
}

Result<void> refuse_standby(ServerConnection& connection, std::vector<Error>& refusals)
{
    TRY_LET(const Rows rows, connection.query("select pg_catalog.pg_is_in_recovery()"));
    if (rows.is_true(0, 0)) {
        refusals.emplace_back(
            ErrorCode::Rejected,
            "the target is a standby, which takes no changes",
            "Restore to its primary server."
        );
    }
    return {};
}

}  // namespace

Result<std::vector<Error>>
find_refusals(ServerConnection& connection, const RestoreContext& context)
{
    std::vector<Error> refusals;
    TRY(refuse_standby(connection, refusals));
    refuse_conflicts(context, refusals);
    TRY_LET(std::vector<Error> of_large_objects, find_large_object_refusals(connection, context));
    std::ranges::move(of_large_objects, std::back_inserter(refusals));
    const TouchedTables tables{
        .created = placed(context, "create"),
        .replaced = placed(context, "replace"),
        .merged = placed(context, "merge"),
        .has_large_objects = std::ranges::any_of(
            context.request.placements,
            [](const Placement& placement) { return placement.object.kind == "large_objects"; }
        )
    };
    TRY(refuse_unlike_tables(connection, tables, refusals));
    refuse_stricter_target(context, tables, refusals);
    TRY_LET(std::vector<Error> of_rights, find_missing_rights(connection, tables));
    std::ranges::move(of_rights, std::back_inserter(refusals));
    return refusals;
}

std::vector<Placement> placed(const RestoreContext& context, const std::string& act)
{
    std::vector<Placement> out;
    for (const Placement& placement : context.request.placements) {
        if (placement.object.kind == "table" && context.plan.act_of(placement.object.name) == act) {
            out.push_back(placement);
        }
    }
    return out;
}

}  // namespace starkeep::source::postgres
