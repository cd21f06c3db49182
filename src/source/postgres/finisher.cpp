// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/finisher.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/journal.hpp"
#include "source/postgres/large_objects.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/object_creator.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/restore_selection.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/writer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

constexpr unsigned kMostConnections = 64;
constexpr int kTries = 4;

/// Steps of these kinds may run beside each other; all others keep the archive's order.
bool is_index(const ArchiveEntry& entry)
{
    return entry.kind == "INDEX" || entry.kind == "CONSTRAINT";
}

bool is_foreign_key(const ArchiveEntry& entry)
{
    return entry.kind == "FK CONSTRAINT";
}

std::string entry_key(const ArchiveEntry& entry)
{
    return "entry " + std::to_string(entry.id);
}

/// The same foreign key, without a look at the rows.
std::string not_validated(const std::string& definition)
{
    const std::vector<std::string_view> statements = split_statements(definition);
    return statements.empty() ? definition : std::string(statements.front()) + " NOT VALID";
}

struct SequenceValue {
    std::string last;  ///< SQL
    bool is_called = false;
};

/// For "select setval(…)": only where sequence `name` has not come as far as `value`, in its own direction.
std::string where_behind(const std::string& name, const SequenceValue& value)
{
    const std::string has_not_given_it =
        value.is_called ? " or (s.last_value = " + value.last + " and not s.is_called)" : "";
    return " from " + name +
           " s, pg_catalog.pg_sequence q where q.seqrelid = " + quoted_literal(name) +
           "::regclass and (case when q.seqincrement > 0 then s.last_value < " + value.last +
           " else s.last_value > " + value.last + " end" + has_not_given_it + ")";
}

/// Consecutive entries that may share a batch: of one class, none needing another.
class Batcher {
public:
    bool fits(const ArchiveEntry& entry) const
    {
        const bool is_same_class = batch_.empty() ||
                                   (is_index(entry) && is_index(*batch_.front())) ||
                                   (is_foreign_key(entry) && is_foreign_key(*batch_.front()));
        const bool needs_batch = std::ranges::any_of(entry.needs, [&](std::uint64_t id) {
            return std::ranges::any_of(batch_, [&](const auto* one) { return one->id == id; });
        });
        return is_same_class && !needs_batch;
    }
    void add(const ArchiveEntry& entry) { batch_.push_back(&entry); }
    std::vector<const ArchiveEntry*> take() { return std::exchange(batch_, {}); }

private:
    std::vector<const ArchiveEntry*> batch_;
};

}  // namespace

Result<std::unique_ptr<Finisher>> Finisher::open(const RestoreContext& context, const Tell& tell)
{
    std::unique_ptr<Finisher> finisher(new Finisher(context, tell));
    const unsigned count = std::clamp(context.request.jobs, 1U, kMostConnections);
    for (unsigned i = 0; i < count; ++i) {
        TRY_LET(
            ServerConnection connection,
            ServerConnection::open(
                context.server.url, context.server.database, context.request.stop
            )
        );
        TRY(prepare_for_definitions(connection));
        finisher->connections_.push_back(std::move(connection));
    }
    return finisher;
}

Result<void> Finisher::run()
{
    TRY(set_sequences());
    TRY(make_after_rows());
    TRY(resume_suspended());
    TRY(annotate());
    TRY(refresh_views());
    TRY(analyze());
    return annotate_database();
}

Result<LeftOut> Finisher::conclude()
{
    ServerConnection& connection = connections_.front();
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
    TRY_LET(const std::vector<Json> notes, journal::notes(connections_.front()));
    for (const Json& note : notes) {
        TRY_LET(const LeftOut one, LeftOut::from_json(note));
        all.merge(one);
    }
    return all;
}

void Finisher::tell(const std::string& label)
{
    const MutexLock lock(tell_mutex_);
    tell_(label);
}

Result<void> Finisher::run_step(ServerConnection& connection, const Step& step)
{
    for (int i = 1;; ++i) {
        TRY(connection.query("begin"));
        TRY_LET(const bool is_new, journal::claim_step(connection, step.key));
        if (!is_new) {
            TRY(connection.query("rollback"));
            return {};
        }
        tell(step.label);
        LeftOut note;
        Result<void> done = step.act(connection, note);
        if (done.ok()) {
            if (!note.is_empty()) {
                TRY(journal::annotate_step(connection, step.key, note.to_json()));
            }
            TRY(connection.query("commit"));
            return {};
        }
        // A deadlock, with a step beside or with somebody else's work: the loser may try again.
        if (done.error().code() != ErrorCode::Conflict || i == kTries) {
            return std::move(done).error().during(step.label);
        }
        TRY(connection.query("rollback"));
    }
}

/// "set", "raise" or "keep".
std::string Finisher::sequence_policy(const QualifiedName& name) const
{
    const RestorePlan& plan = context_.plan;
    std::string policy = "keep";
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if ((entry.kind != "SEQUENCE" && entry.kind != "SEQUENCE OWNED BY") ||
            entry.schema != name.schema || entry.name != name.name ||
            !plan.chosen.contains(entry.id)) {
            continue;
        }
        if (!plan.kept.contains(entry.id)) {
            return "set";
        }
        const ArchiveEntry* table = context_.map.subject(entry);
        std::string act = "keep";
        if (table != nullptr) {
            act = plan.act_of(context_.object_name({.schema = table->schema, .name = table->name}));
        } else if (context_.request.if_exists == IfExists::Replace) {
            act = "replace";
        } else if (context_.request.if_exists == IfExists::Merge) {
            act = "merge";
        }
        if (act == "replace" || act == "merge") {
            policy = act == "replace" ? "set" : "raise";
        }
    }
    return policy;
}

Result<void> Finisher::set_sequences()
{
    const Json& facts = context_.request.facts;
    if (!facts.is_object() || !facts.contains("sequences")) {
        return {};
    }
    TRY_LET(const Json list, json::get_array(facts, "sequences"));
    for (const Json& one : list) {
        TRY_LET(const std::string text, json::get_string(one, "name"));
        TRY_LET(const QualifiedName name, parse_qualified_name(text));
        TRY_LET(const bool is_called, json::get_bool(one, "is_called"));
        const auto last = one.find("last_value");
        if (last == one.end() || !last->is_number_integer()) {
            return Error{ErrorCode::Corrupt, "facts: sequence " + text + " has no last value"};
        }
        const std::string policy = sequence_policy(name);
        if (policy == "keep") {
            continue;
        }
        const std::string target = context_.plan.renames(name).sql();
        const SequenceValue value{
            .last = quoted_literal(std::to_string(last->get<std::int64_t>())) + "::bigint",
            .is_called = is_called
        };
        const std::string set = "select pg_catalog.setval(" + quoted_literal(target) +
                                "::regclass, " + value.last + ", " +
                                (is_called ? "true" : "false") + ")" +
                                (policy == "raise" ? where_behind(target, value) : std::string());
        TRY(run_alone(
            {.key = "sequence " + text,
             .label = "sequence " + text,
             .act = [&](ServerConnection& connection, LeftOut& left_out) -> Result<void> {
                 const Result<void> done = attempt(connection, set);
                 if (!done.ok() && !is_refusal(done.error())) {
                     return Error(done.error());
                 }
                 if (!done.ok()) {
                     left_out.add("value of sequence " + text + ": " + done.error().message());
                 }
                 return {};
             }}
        ));
    }
    return {};
}

bool Finisher::needs_kept(const ArchiveEntry& entry) const
{
    return std::ranges::any_of(entry.needs, [&](std::uint64_t id) {
        return context_.was_there(id);
    });
}

bool Finisher::is_wanted(const ArchiveEntry& entry) const
{
    if (!context_.plan.chosen.contains(entry.id)) {
        return false;
    }
    const ArchiveEntry* table = context_.map.subject(entry);
    if (table == nullptr || !context_.was_there(table->id)) {
        return true;
    }
    // Of a table that the target had: all, when its rows were replaced; a key to a table that came back; otherwise
    // nothing, as only its rows were asked for.
    const std::string act =
        context_.plan.act_of(context_.object_name({.schema = table->schema, .name = table->name}));
    return act == "replace" || (is_foreign_key(entry) && !context_.request.whole_database);
}

/// A new partition of a parent that the target had.
bool Finisher::is_deferred_attachment(const ArchiveEntry& entry) const
{
    if (entry.kind != "TABLE ATTACH" || !context_.plan.kept.contains(entry.id)) {
        return false;
    }
    const ArchiveEntry* parent = context_.map.subject(entry);
    const auto needs = context_.map.needs(entry);
    return std::ranges::any_of(needs, [&](const ArchiveEntry* need) {
        return is_table(*need) && need != parent && !context_.was_there(need->id);
    });
}

std::vector<const ArchiveEntry*> Finisher::entries_after_rows() const
{
    std::vector<const ArchiveEntry*> indexes;
    std::vector<const ArchiveEntry*> attachments;
    std::vector<const ArchiveEntry*> others;
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if (is_deferred_attachment(entry)) {
            attachments.push_back(&entry);
        }
        const bool is_later = is_annotation(entry) || is_about_database(entry) ||
                              entry.kind == "DEFAULT ACL" || entry.kind == "EVENT TRIGGER";
        if (is_made_before_rows(entry) || is_later || !is_wanted(entry)) {
            continue;
        }
        (others.empty() && is_index(entry) ? indexes : others).push_back(&entry);
    }
    indexes.insert(indexes.end(), attachments.begin(), attachments.end());
    indexes.insert(indexes.end(), others.begin(), others.end());
    return indexes;
}

Result<void> Finisher::make_after_rows()
{
    Batcher batcher;
    const auto run_batch = [&]() -> Result<void> {
        std::vector<ParallelStep> steps;
        for (const ArchiveEntry* entry : batcher.take()) {
            steps.push_back(parallel_step(*entry));
        }
        return run_in_parallel(connections_, steps);
    };
    for (const ArchiveEntry* entry : entries_after_rows()) {
        if (!batcher.fits(*entry)) {
            TRY(run_batch());
        }
        if (is_index(*entry) || is_foreign_key(*entry)) {
            batcher.add(*entry);
        } else {
            TRY(run_batch());
            TRY(run_alone(entry_step(*entry)));
        }
    }
    return run_batch();
}

ParallelStep Finisher::parallel_step(const ArchiveEntry& entry)
{
    // "*" stands for all tables: foreign keys of partitioned ones lock every partition.
    ParallelStep step{.alone = {}, .shared = {"*"}, .run = {}};
    for (const ArchiveEntry* need : context_.map.needs(entry)) {
        if (!is_table(*need) && need->kind != "MATERIALIZED VIEW") {
            continue;
        }
        const std::string name = need->schema + "." + need->name;
        if (entry.kind == "INDEX") {
            step.shared.insert(name);
        } else {
            step.alone.insert(is_foreign_key(entry) && is_partitioned(*need) ? "*" : name);
        }
    }
    if (step.alone.contains("*")) {
        step.shared.clear();
    }
    step.run = [this, one = entry_step(entry)](ServerConnection& connection) {
        return run_step(connection, one);
    };
    return step;
}

Finisher::Step Finisher::entry_step(const ArchiveEntry& entry)
{
    return {
        .key = entry_key(entry),
        .label = describe(entry),
        .act =
            [this, &entry](ServerConnection& connection, LeftOut& left_out) {
                return make_entry(connection, entry, left_out);
            }
    };
}

Result<void> Finisher::make_entry(
    ServerConnection& connection, const ArchiveEntry& entry, LeftOut& left_out
) const
{
    Definer definer(connection, context_.target, context_.plan.renames);
    if (definer.lacks_role(entry, left_out)) {
        return {};
    }
    TRY_LET(const bool has_key, has_primary_key_already(connection, entry));
    if (has_key) {
        return {};
    }
    Result<void> made = definer.make(entry, left_out);
    if (made.ok() || !is_refusal(made.error())) {
        return made;
    }
    if (made.error().code() == ErrorCode::Exists && needs_kept(entry)) {
        return {};
    }
    if (is_foreign_key(entry)) {
        const Result<void> weaker =
            attempt(connection, not_validated(context_.plan.renames.definition(entry)));
        if (weaker.ok()) {
            left_out.add(
                describe(entry) + ": made NOT VALID, since rows break it: " + made.error().message()
            );
            return {};
        }
    }
    left_out.add(describe(entry) + ": " + made.error().message());
    return {};
}

/// The server answers a second primary key with the error of a wrong definition, not with that of one that exists.
Result<bool>
Finisher::has_primary_key_already(ServerConnection& connection, const ArchiveEntry& entry) const
{
    const ArchiveEntry* table = context_.map.subject(entry);
    if (entry.kind != "CONSTRAINT" || table == nullptr || !context_.was_there(table->id) ||
        entry.definition.find(" PRIMARY KEY ") == std::string::npos) {
        return false;
    }
    const QualifiedName name =
        context_.plan.renames({.schema = table->schema, .name = table->name});
    TRY_LET(
        const Rows keys,
        connection.query(
            "select 1 from pg_catalog.pg_constraint where conrelid = $1::regclass and contype = "
            "'p'",
            std::array{name.sql()}
        )
    );
    return keys.size() > 0;
}

Result<void> Finisher::resume_suspended()
{
    TRY_LET(const std::vector<journal::Suspended> list, journal::suspended(connections_.front()));
    for (const journal::Suspended& one : list) {
        TRY(run_alone(
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

Result<void> Finisher::annotate()
{
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if ((!is_annotation(entry) && entry.kind != "DEFAULT ACL") || is_about_database(entry) ||
            is_about_event_trigger(entry) || !context_.plan.chosen.contains(entry.id)) {
            continue;
        }
        const auto needs = context_.map.needs(entry);
        const bool is_of_kept = std::ranges::any_of(needs, [&](const ArchiveEntry* need) {
            return context_.plan.kept.contains(need->id) &&
                   !(context_.request.whole_database && need->kind == "SCHEMA");
        });
        if (is_of_kept) {
            continue;
        }
        TRY(run_alone(
            {.key = entry_key(entry),
             .label = describe(entry),
             .act =
                 [&](ServerConnection& connection, LeftOut& left_out) {
                     return Definer(connection, context_.target, context_.plan.renames)
                         .annotate(entry, context_.plan.renames.definition(entry), left_out);
                 }}
        ));
    }
    return run_alone(
        {.key = "large objects",
         .label = "rights of large objects",
         .act =
             [&](ServerConnection& connection, LeftOut& left_out) {
                 return annotate_large_objects(connection, context_, left_out);
             }}
    );
}

Result<void> Finisher::annotate_database()
{
    if (!context_.request.whole_database) {
        return {};
    }
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if (!is_about_database(entry) || entry.kind == "DATABASE") {
            continue;
        }
        TRY(run_alone(
            {.key = entry_key(entry),
             .label = describe(entry),
             .act =
                 [&](ServerConnection& connection, LeftOut& left_out) {
                     return Definer(connection, context_.target, context_.plan.renames)
                         .annotate(
                             entry,
                             with_database_renamed(
                                 entry.definition,
                                 context_.archive.database,
                                 context_.server.database
                             ),
                             left_out
                         );
                 }}
        ));
    }
    return {};
}

Result<std::set<QualifiedName>> Finisher::unpopulated_views() const
{
    std::set<QualifiedName> names;
    const Json& facts = context_.request.facts;
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

Result<void> Finisher::refresh_views()
{
    TRY_LET(const std::set<QualifiedName> unpopulated, unpopulated_views());
    for (const ArchiveEntry& entry : context_.map.entries()) {
        const QualifiedName original{.schema = entry.schema, .name = entry.name};
        if (entry.kind != "MATERIALIZED VIEW" || !context_.plan.chosen.contains(entry.id) ||
            unpopulated.contains(original)) {
            continue;
        }
        const QualifiedName name = context_.plan.renames(original);
        TRY(run_alone(
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

Result<void> Finisher::analyze()
{
    std::vector<ParallelStep> steps;
    for (const Placement& placement : context_.request.placements) {
        if (placement.object.kind != "table" ||
            context_.plan.act_of(placement.object.name) == "skip") {
            continue;
        }
        TRY_LET(const QualifiedName name, parse_qualified_name(placement.target));
        const Step step{
            .key = "analyze " + name.sql(),
            .label = "analyze " + name.schema + "." + name.name,
            .act = [name](ServerConnection& connection, LeftOut&) -> Result<void> {
                Result<void> done = attempt(connection, "ANALYZE " + name.sql());
                // Statistics are a convenience; the server gathers them by itself sooner or later.
                return done.ok() || is_refusal(done.error()) ? Result<void>() : std::move(done);
            }
        };
        steps.push_back(
            {.alone = {},
             .shared = {},
             .run =
                 [this, step](ServerConnection& connection) {
                     return run_step(connection, step);
                 }}
        );
    }
    return run_in_parallel(connections_, steps);
}

bool Finisher::is_about_event_trigger(const ArchiveEntry& entry) const
{
    const auto needs = context_.map.needs(entry);
    return std::ranges::any_of(needs, [](const ArchiveEntry* need) {
        return need->kind == "EVENT TRIGGER";
    });
}

Result<void> Finisher::make_event_triggers(LeftOut& left_out)
{
    ServerConnection& connection = connections_.front();
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if (!is_wanted(entry)) {
            continue;
        }
        if (entry.kind == "EVENT TRIGGER") {
            tell(describe(entry));
            TRY(make_entry(connection, entry, left_out));
        } else if (is_annotation(entry) && is_about_event_trigger(entry)) {
            TRY(Definer(connection, context_.target, context_.plan.renames)
                    .annotate(entry, entry.definition, left_out));
        }
    }
    return {};
}

}  // namespace starkeep::source::postgres
