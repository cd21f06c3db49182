// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/finisher.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/annotations.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/derived_contents.hpp"
#include "source/postgres/existing_objects.hpp"
#include "source/postgres/journal.hpp"
#include "source/postgres/later_definitions.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/sequence_values.hpp"
#include "source/postgres/step_runner.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

Result<std::unique_ptr<Finisher>> Finisher::open(const RestoreContext& context, const Tell& tell)
{
    TRY_LET(std::unique_ptr<StepRunner> steps, StepRunner::open(context, tell));
    return std::unique_ptr<Finisher>(new Finisher(context, std::move(steps)));
}

Result<void> Finisher::run()
{
    TRY(set_sequences(context_, *steps_));
    TRY_LET(std::vector<ParallelStep> analysis, analysis_steps(context_, *steps_));
    TRY(LaterDefinitions(context_, *steps_).run(std::move(analysis)));
    TRY(resume_suspended());
    TRY(annotate_objects(context_, *steps_));
    TRY(refresh_views(context_, *steps_));
    return annotate_database(context_, *steps_);
}

Result<LeftOut> Finisher::conclude()
{
    ServerConnection& connection = steps_->connection();
    TRY(connection.query("begin"));
    TRY_LET(LeftOut left_out, noted());
    // Event triggers fire on all other steps, and may forbid them; they do not fire on those that make event triggers.
    TRY(journal::drop(connection));
    TRY(make_event_triggers(left_out));
    TRY(connection.query("commit"));
    return left_out;
}

Result<LeftOut> Finisher::noted()
{
    LeftOut all = context_.plan.left_out;
    name_differing(context_, all);
    TRY_LET(const std::vector<Json> notes, journal::notes(steps_->connection()));
    for (const Json& note : notes) {
        TRY_LET(const LeftOut one, LeftOut::from_json(note));
        all.merge(one);
    }
    return all;
}

Result<void> Finisher::resume_suspended()
{
    TRY_LET(const std::vector<journal::Suspended> list, journal::suspended(steps_->connection()));
    for (const journal::Suspended& one : list) {
        TRY(steps_->run(
            {.key = one.step,
             .label = one.what,
             .act = [&one](ServerConnection& connection, LeftOut& left_out) -> Result<void> {
                 const Result<void> done = attempt(connection, one.resume);
                 // The backup had the key as well, and it is back already.
                 if (done.ok() || done.error().code() == ErrorCode::Exists) {
                     return {};
                 }
                 if (!is_refusal(done.error())) {
                     return Error(done.error());
                 }
                 const bool is_weaker =
                     !one.fallback.empty() && attempt(connection, one.fallback).ok();
                 left_out.add(
                     one.what + (is_weaker ? ": made NOT VALID, since rows break it: " : ": ") +
                     done.error().message()
                 );
                 return {};
             }}
        ));
    }
    return {};
}

Result<void> Finisher::make_event_triggers(LeftOut& left_out)
{
    ServerConnection& connection = steps_->connection();
    const LaterDefinitions definitions(context_, *steps_);
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if (!definitions.is_wanted(entry)) {
            continue;
        }
        if (entry.kind == "EVENT TRIGGER") {
            steps_->tell(describe(entry));
            TRY(definitions.make(connection, entry, left_out));
        } else if (is_annotation(entry) && is_about_event_trigger(context_.map, entry)) {
            TRY(Definer(connection, context_.target, context_.plan.renames)
                    .annotate(entry, entry.definition, left_out));
        }
    }
    return {};
}

}  // namespace starkeep::source::postgres
