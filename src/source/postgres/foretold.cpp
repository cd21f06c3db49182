// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/foretold.hpp"

#include "source/postgres/annotations.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/existing_objects.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"

namespace starkeep::source::postgres {

namespace {

bool will_be_made(const RestoreContext& context, const ArchiveEntry& entry)
{
    if (!context.plan.chosen.contains(entry.id) || context.plan.kept.contains(entry.id)) {
        return false;
    }
    if (is_annotation(entry)) {
        return is_wanted_annotation(context, entry);
    }
    const ArchiveEntry* table = context.map.subject(entry);
    return table == nullptr || !context.was_there(table->id);
}

}  // namespace

LeftOut foretell(RestoreContext& context)
{
    note_existing(context);
    LeftOut all = context.plan.left_out;
    name_differing(context, all);
    // In the order in which a restore comes upon them.
    for (const bool annotations : {false, true}) {
        for (const ArchiveEntry& entry : context.map.entries()) {
            if (is_annotation(entry) == annotations && will_be_made(context, entry)) {
                name_missing(entry, context.target, all);
            }
        }
    }
    return all;
}

}  // namespace starkeep::source::postgres
