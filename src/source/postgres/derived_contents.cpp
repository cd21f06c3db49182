// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/derived_contents.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/step_runner.hpp"
#include "source/writer.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

Result<std::set<QualifiedName>> unpopulated_views(const RestoreContext& context)
{
    std::set<QualifiedName> names;
    const Json& facts = context.request.facts;
    if (!facts.is_object() || !facts.contains("unpopulated")) {
        return names;
    }
    TRY_LET(const Json list, json::get_array(facts, "unpopulated"));
    for (const Json& one : list) {
        if (!one.is_string()) {
            return Error{ErrorCode::Corrupt, "facts: a view's name is no text"};
        }
        TRY_LET(const QualifiedName name, parse_qualified_name(one.get<std::string>()));
        names.insert(name);
    }
    return names;
}

}  // namespace

Result<void> refresh_views(const RestoreContext& context, StepRunner& steps)
{
    TRY_LET(const std::set<QualifiedName> unpopulated, unpopulated_views(context));
    for (const ArchiveEntry& entry : context.map.entries()) {
        const QualifiedName original{.schema = entry.schema, .name = entry.name};
        if (entry.kind != "MATERIALIZED VIEW" || !context.plan.chosen.contains(entry.id) ||
            unpopulated.contains(original)) {
            continue;
        }
        const QualifiedName name = context.plan.renames(original);
        TRY(steps.run(
            {.key = "refresh " + std::to_string(entry.id),
             .label = "refresh " + describe(entry),
             .act = [&](ServerConnection& connection, LeftOut& left_out) -> Result<void> {
                 const Result<void> done =
                     attempt(connection, "REFRESH MATERIALIZED VIEW " + name.sql());
                 if (!done.ok() && !is_refusal(done.error())) {
                     return Error(done.error());
                 }
                 if (!done.ok()) {
                     left_out.add("rows of " + describe(entry) + ": " + done.error().message());
                 }
                 return {};
             }}
        ));
    }
    return {};
}

Result<std::vector<ParallelStep>> analysis_steps(const RestoreContext& context, StepRunner& steps)
{
    std::vector<ParallelStep> all;
    for (const Placement& placement : context.request.placements) {
        if (placement.object.kind != "table" ||
            context.plan.act_of(placement.object.name) == "skip") {
            continue;
        }
        TRY_LET(const QualifiedName name, parse_qualified_name(placement.target));
        all.push_back(steps.parallel(
            {.key = "analyze " + name.sql(),
             .label = "analyze " + name.schema + "." + name.name,
             .act = [name](ServerConnection& connection, LeftOut&) -> Result<void> {
                 Result<void> done = attempt(connection, "ANALYZE " + name.sql());
                 // Statistics are a convenience; the server gathers them by itself sooner or later.
                 return done.ok() || is_refusal(done.error()) ? Result<void>() : std::move(done);
             }},
            {},
            {}
        ));
    }
    return all;
}

}  // namespace starkeep::source::postgres
