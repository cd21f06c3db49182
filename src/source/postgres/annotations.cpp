// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/annotations.hpp"

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/large_objects.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/step_runner.hpp"

#include <algorithm>

namespace starkeep::source::postgres {

bool is_about_event_trigger(const ArchiveMap& map, const ArchiveEntry& entry)
{
    const auto needs = map.needs(entry);
    return std::ranges::any_of(needs, [](const ArchiveEntry* need) {
        return need->kind == "EVENT TRIGGER";
    });
}

Result<void> annotate_objects(const RestoreContext& context, StepRunner& steps)
{
    for (const ArchiveEntry& entry : context.map.entries()) {
        if ((!is_annotation(entry) && entry.kind != "DEFAULT ACL") || is_about_database(entry) ||
            is_about_event_trigger(context.map, entry) || !context.plan.chosen.contains(entry.id)) {
            continue;
        }
        const auto needs = context.map.needs(entry);
        const bool is_of_kept = std::ranges::any_of(needs, [&](const ArchiveEntry* need) {
            return context.plan.kept.contains(need->id) &&
                   !(context.request.whole_database && need->kind == "SCHEMA");
        });
        if (is_of_kept) {
            continue;
        }
        TRY(steps.run(
            {.key = entry_key(entry),
             .label = describe(entry),
             .act =
                 [&](ServerConnection& connection, LeftOut& left_out) {
                     return Definer(connection, context.target, context.plan.renames)
                         .annotate(entry, context.plan.renames.definition(entry), left_out);
                 }}
        ));
    }
    return steps.run(
        {.key = "large objects",
         .label = "rights of large objects",
         .act =
             [&](ServerConnection& connection, LeftOut& left_out) {
                 return annotate_large_objects(connection, context, left_out);
             }}
    );
}

Result<void> annotate_database(const RestoreContext& context, StepRunner& steps)
{
    if (!context.request.whole_database) {
        return {};
    }
    for (const ArchiveEntry& entry : context.map.entries()) {
        if (!is_about_database(entry) || entry.kind == "DATABASE") {
            continue;
        }
        TRY(steps.run(
            {.key = entry_key(entry),
             .label = describe(entry),
             .act =
                 [&](ServerConnection& connection, LeftOut& left_out) {
                     return Definer(connection, context.target, context.plan.renames)
                         .annotate(
                             entry,
                             with_database_renamed(
                                 entry.definition, context.archive.database, context.server.database
                             ),
                             left_out
                         );
                 }}
        ));
    }
    return {};
}

}  // namespace starkeep::source::postgres
