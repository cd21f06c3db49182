// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/postgres_writer.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/default_privileges.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/existing_objects.hpp"
#include "source/postgres/existing_tables.hpp"
#include "source/postgres/finisher.hpp"
#include "source/postgres/journal.hpp"
#include "source/postgres/large_objects.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/object_creator.hpp"
#include "source/postgres/open_writer.hpp"
#include "source/postgres/refusals.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/restore_plan.hpp"
#include "source/postgres/row_loader.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/target_database.hpp"
#include "source/postgres/target_definitions.hpp"
#include "source/postgres/target_facts.hpp"
#include "source/writer.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// Definitions hold no rows; what is larger is not ours.
constexpr std::uint64_t kLargestArchive = 1024UL * 1024 * 1024;

Error other_restore(const journal::State& journal)
{
    // Its first line is the point, the database and the mode; objects follow.
    const std::string key = journal.restore_key.substr(0, journal.restore_key.find('\n'));
    return {
        ErrorCode::Conflict,
        "the target database holds another restore that is not finished: " + key,
        "Run that restore again to its end, or give it up with " + std::string(journal::kAbandon) +
            " in the target database, which puts foreign keys and triggers back and leaves the "
            "rows as they are."
    };
}

}  // namespace

Result<std::unique_ptr<DatabaseWriter>>
open_postgres_writer(const std::string& url, const std::string& database, WriteRequest request)
{
    TRY_LET(const Bytes bytes, sys::read_file(request.definitions_path, kLargestArchive));
    TRY_LET(Archive archive, parse_archive(bytes));
    TargetServer server{.url = url, .database = database, .stop = request.stop};
    return std::unique_ptr<DatabaseWriter>(std::make_unique<PostgresWriter>(
        std::make_unique<RestoreContext>(std::move(server), std::move(request), std::move(archive))
    ));
}

Result<WritePlan> PostgresWriter::plan()
{
    WritePlan plan;
    TRY_LET(const bool exists, database_exists(context_->server));
    if (!exists) {
        TRY_LET(plan.acts, plan_acts(context_->request, TargetFacts()));
        TRY_LET(plan.refusals, find_refusals_to_create(context_->server));
        return plan;
    }
    TRY_LET(
        ServerConnection connection,
        ServerConnection::open(
            context_->server.url, context_->server.database, context_->request.stop
        )
    );
    TRY_LET(const std::optional<journal::State> journal, journal::find(connection));
    if (!journal || journal->restore_key != context_->request.restore_key) {
        TRY_LET(plan, plan_with_existing(connection));
        if (journal) {
            plan.refusals.insert(plan.refusals.begin(), other_restore(*journal));
        }
        return plan;
    }
    TRY_LET(const TargetFacts target, TargetFacts::read(connection));
    TRY_LET(plan.acts, plan_acts(context_->request, target));
    TRY_LET(const RestorePlan begun, RestorePlan::from_json(journal->plan));
    for (PlannedAct& act : plan.acts) {
        act.act = begun.act_of(act.object) == "skip" ? "skip" : "resume";
    }
    return plan;
}

Result<WritePlan> PostgresWriter::plan_with_existing(ServerConnection& connection)
{
    WritePlan plan;
    TRY_LET(context_->existing, TargetDefinitions::read(connection));
    TRY_LET(context_->target, TargetFacts::read(connection));
    TRY_LET(plan.acts, plan_acts(context_->request, context_->target));
    TRY_LET(context_->plan, plan_restore(context_->request, context_->map, context_->target));
    TRY_LET(plan.refusals, find_refusals(connection, *context_));
    return plan;
}

/// True when the journal at the target is this restore's; its plan is then ours.
Result<bool> PostgresWriter::resume(ServerConnection& connection)
{
    TRY_LET(const std::optional<journal::State> journal, journal::find(connection));
    if (!journal) {
        return false;
    }
    if (journal->restore_key != context_->request.restore_key) {
        return other_restore(*journal);
    }
    TRY_LET(context_->plan, RestorePlan::from_json(journal->plan));
    return true;
}

Result<void> PostgresWriter::create()
{
    Result<void> created = create_or_resume();
    return created.ok() ? std::move(created) : with_event_triggers(std::move(created).error());
}

Result<void> PostgresWriter::create_or_resume()
{
    LeftOut of_database;
    TRY_LET(const bool exists, database_exists(context_->server));
    if (!exists) {
        TRY(create_database(context_->server, context_->archive, of_database));
    }
    TRY_LET(
        ServerConnection connection,
        ServerConnection::open(
            context_->server.url, context_->server.database, context_->request.stop
        )
    );
    TRY(prepare_for_definitions(connection));
    TRY_LET(const std::optional<journal::State> journal, journal::find(connection));
    if (exists && !journal && !context_->existing) {
        // Before the transaction, whose locks pg_dump would wait for.
        TRY_LET(context_->existing, TargetDefinitions::read(connection));
    }
    TRY(connection.query("begin"));
    TRY(journal::lock(connection));
    TRY_LET(context_->target, TargetFacts::read(connection));
    TRY_LET(const bool is_resumed, resume(connection));
    if (is_resumed) {
        if (!context_->plan.differing.empty() && !context_->existing) {
            TRY_LET(context_->existing, TargetDefinitions::read(connection));
        }
        forget_adapted(*context_);
        return {};
    }
    TRY_LET(context_->plan, plan_restore(context_->request, context_->map, context_->target));
    context_->plan.left_out.merge(of_database);
    TRY_LET(std::vector<Error> refusals, find_refusals(connection, *context_));
    if (!refusals.empty()) {
        return combined(std::move(refusals));
    }
    note_existing(*context_);
    TRY(journal::create(connection, context_->request.restore_key));
    return make_everything(connection);
}

/// What an event trigger refuses reads like any refusal; whoever gets one should know of them.
Error PostgresWriter::with_event_triggers(Error error) const
{
    if (error.code() != ErrorCode::Rejected && error.code() != ErrorCode::Denied) {
        return error;
    }
    Result<ServerConnection> connection = ServerConnection::open(
        context_->server.url, context_->server.database, context_->request.stop
    );
    if (!connection.ok()) {
        return error;
    }
    const Result<Rows> names = connection->query(
        "select pg_catalog.string_agg(pg_catalog.quote_ident(evtname), ', ' order by evtname) "
        "from pg_catalog.pg_event_trigger where evtenabled in ('O', 'A') and evtevent <> 'login'"
    );
    if (!names.ok() || names->is_null(0, 0)) {
        return error;
    }
    return std::move(error).with_hint(
        "The target database has event triggers, which run on what a restore does there; where one "
        "of them refused it, disable it until the restore is done: " +
        std::string(names->text(0, 0)) + "."
    );
}

Result<void> PostgresWriter::make_everything(ServerConnection& connection)
{
    TRY(prepare_existing(connection));
    TRY_LET(const std::string default_privileges, set_default_privileges_aside(connection));
    TRY(create_large_objects(connection, *context_));
    TRY(ObjectCreator(connection, *context_).run());
    TRY(require_tables(connection));
    TRY(connection.query(default_privileges));
    TRY(journal::save_plan(connection, context_->plan.to_json()));
    TRY(connection.query("set local synchronous_commit = on; commit"));
    return {};
}

/// A table of the definitions is there now; one whose rows an extension hands to dumps came with the extension.
Result<void> PostgresWriter::require_tables(ServerConnection& connection) const
{
    TRY_LET(const TargetFacts now, TargetFacts::read(connection));
    for (const Placement& placement : placed(*context_, "create")) {
        TRY_LET(const QualifiedName name, parse_qualified_name(placement.target));
        if (!now.has_table(name)) {
            return Error{
                ErrorCode::NotFound,
                "table " + placement.target +
                    " is neither in the definitions nor made by an extension"
            };
        }
    }
    return {};
}

Result<void> PostgresWriter::prepare_existing(ServerConnection& connection)
{
    const std::vector<Placement> replaced = placed(*context_, "replace");
    const std::vector<Placement> merged = placed(*context_, "merge");
    std::vector<Placement> both = replaced;
    both.insert(both.end(), merged.begin(), merged.end());
    TRY(suspend(connection, both));
    TRY(suspend_identities(connection, merged));
    return truncate(connection, replaced);
}

Result<std::unique_ptr<Loader>> PostgresWriter::connect(std::stop_token stop)
{
    return RowLoader::open(*context_, std::move(stop));
}

Result<void> PostgresWriter::finish(const std::function<void(const std::string&)>& step)
{
    Result<void> finished = run_finisher(step);
    return finished.ok() ? std::move(finished) : with_event_triggers(std::move(finished).error());
}

Result<void> PostgresWriter::run_finisher(const std::function<void(const std::string&)>& step)
{
    TRY_LET(const std::unique_ptr<Finisher> finisher, Finisher::open(*context_, step));
    TRY(finisher->run());
    TRY_LET(const LeftOut left_out, finisher->conclude());
    left_out_ = left_out.lines();
    return {};
}

}  // namespace starkeep::source::postgres
