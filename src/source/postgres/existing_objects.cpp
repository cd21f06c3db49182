// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/existing_objects.hpp"

#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/target_definitions.hpp"
#include "source/writer.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace starkeep::source::postgres {

namespace {

using Match = TargetDefinitions::Match;

/// What becomes of the table that `entry` is, or is a part of. Empty when it belongs to none that the target has.
std::string act_on_table(const RestoreContext& context, const ArchiveEntry& entry)
{
    const ArchiveEntry* table = is_table(entry) ? &entry : context.map.subject(entry);
    if (table == nullptr) {
        return {};
    }
    const QualifiedName name{.schema = table->schema, .name = table->name};
    if (!context.target.has(context.plan.renames(name))) {
        return {};
    }
    const std::string object = context.object_name(name);
    if (!object.empty()) {
        return context.plan.act_of(object);
    }
    // Partitioned ones are no placements, having no rows of their own.
    switch (context.request.if_exists) {
    case IfExists::Skip:
        return "skip";
    case IfExists::Merge:
        return "merge";
    default:
        return "replace";
    }
}

/// Whether a restore would make `entry`, if the target had nothing of the kind, and does so nowhere else.
bool is_looked_at(const RestoreContext& context, const ArchiveEntry& entry)
{
    // Keys and checks that are NOT VALID are set aside while rows are loaded, and made anew after.
    const bool is_set_aside = entry.kind == "FK CONSTRAINT" || entry.kind == "CHECK CONSTRAINT";
    const bool is_made = !is_annotation(entry) && !is_about_database(entry) && !is_content(entry) &&
                         entry.kind != "DEFAULT ACL" && entry.kind != "SCHEMA" &&
                         entry.kind != "EXTENSION";
    if (!is_made || is_set_aside || !context.plan.chosen.contains(entry.id)) {
        return false;
    }
    const ArchiveEntry* table = context.map.subject(entry);
    const ArchiveEntry& thing = table == nullptr ? entry : *table;
    const QualifiedName name{.schema = thing.schema, .name = thing.name};
    // Under another name it is another thing, which the target has not.
    return context.plan.renames(name) == name &&
           context.plan.renames.definition(entry) == entry.definition;
}

}  // namespace

void note_existing(RestoreContext& context)
{
    if (!context.existing) {
        return;
    }
    for (const ArchiveEntry& entry : context.map.entries()) {
        if (!is_looked_at(context, entry)) {
            continue;
        }
        const Match match = context.existing->match(entry);
        if (match == Match::Absent) {
            continue;
        }
        const std::string act = act_on_table(context, entry);
        const bool is_asked_to_stay = act == "skip" || (act == "merge" && !is_table(entry));
        context.plan.kept.insert(entry.id);
        if (match == Match::Different && !is_asked_to_stay) {
            context.plan.differing.insert(entry.id);
        }
    }
}

void forget_adapted(RestoreContext& context)
{
    std::erase_if(context.plan.differing, [&](std::uint64_t id) {
        const ArchiveEntry* entry = context.map.find(id);
        return entry != nullptr && context.existing &&
               context.existing->match(*entry) == Match::Same;
    });
}

void name_differing(const RestoreContext& context, LeftOut& left_out)
{
    for (const ArchiveEntry& entry : context.map.entries()) {
        if (context.plan.differing.contains(entry.id)) {
            left_out.add(
                describe(entry) + ": the target has it with another definition, which stays"
            );
        }
    }
}

}  // namespace starkeep::source::postgres
