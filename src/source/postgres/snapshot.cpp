// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/snapshot.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/catalog.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/server_facts.hpp"
#include "source/reader.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// The oldest whose catalogs have all that is asked for.
constexpr int kOldestServer = 120000;
constexpr std::chrono::milliseconds kFlushPoll{50};
constexpr int kFlushPolls = 100;
/// After so many polls the server is made to flush.
constexpr int kPatience = 10;

constexpr int kComparisons = 3;
constexpr std::chrono::milliseconds kComparisonPause{500};

constexpr const char* kBegin = "begin isolation level repeatable read read only";

Error cannot_join(const std::string& reason)
{
    return {
        ErrorCode::Conflict,
        "the shared view cannot be joined: " + reason,
        "Either its first session ended, or a pooler or balancer sends sessions to different "
        "servers: connect to the server itself (port 5432, not a pooler's 6432)."
    };
}

}  // namespace

Result<Snapshot>
Snapshot::open(const std::string& url, const std::string& database, std::stop_token stop)
{
    TRY_LET(ServerConnection holder, ServerConnection::open(url, database, std::move(stop)));
    if (holder.server_version() < kOldestServer) {
        return Error{
            ErrorCode::Unsupported,
            "PostgreSQL " + std::to_string(holder.server_version() / 10000) + " is too old",
            "Versions from 12 on can be read."
        };
    }
    Snapshot snapshot(std::move(holder), url);
    TRY_LET(const Rows begun, snapshot.holder_.query(kBegin));
    TRY(snapshot.holder_.settle());
    TRY_LET(const Rows exported, snapshot.holder_.query("select pg_catalog.pg_export_snapshot()"));
    snapshot.id_ = exported.text(0, 0);
    TRY_LET(snapshot.history_, load_history(snapshot.holder_));
    TRY_LET(snapshot.catalog_, load_catalog(snapshot.holder_, snapshot.history_));
    TRY(snapshot.lock_tables());
    return snapshot;
}

Result<void> Snapshot::lock_tables()
{
    constexpr std::size_t kBatch = 500;
    std::string names;
    std::string oids;
    std::size_t count = 0;
    const auto lock = [&]() -> Result<void> {
        Result<Rows> locked = holder_.query("lock table " + names + " in access share mode");
        names.clear();
        if (!locked.ok() && locked.error().code() == ErrorCode::NotFound) {
            return Error(
                ErrorCode::Conflict,
                locked.error().message(),
                "A table was removed while the view was made; run again."
            );
        }
        return locked.ok() ? Result<void>() : std::move(locked).error();
    };
    for (const Table& table : catalog_.tables) {
        if (table.oid == 0) {
            continue;
        }
        names += (names.empty() ? "only " : ", only ") + table.object.name;
        oids += (oids.empty() ? "" : ",") + std::to_string(table.oid);
        if (++count % kBatch == 0) {
            TRY(lock());
        }
    }
    if (!names.empty()) {
        TRY(lock());
    }
    // pg_class is read in the view; pg_relation_filenode() and the text of a regclass are as it is now. A table emptied
    // or rewritten in between would look empty in the view: rewriting does not keep what older views see. One that got
    // another name would not be the one that is read: names in statements are looked up as they are now.
    TRY_LET(
        const Rows changed,
        holder_.query(
            "select pg_catalog.format('%I.%I', n.nspname, c.relname)\n"
            "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
            "where c.oid = any('{" +
            oids +
            "}'::oid[])\n"
            "    and (pg_catalog.pg_relation_filenode(c.oid) is distinct from c.relfilenode\n"
            "        or c.oid::pg_catalog.regclass::text <> pg_catalog.format('%I.%I', n.nspname, "
            "c.relname))\n"
            "limit 1"
        )
    );
    if (changed.size() > 0) {
        return Error{
            ErrorCode::Conflict,
            "table " + std::string(changed.text(0, 0)) +
                " was rewritten or renamed while the view was made",
            "Run the backup again."
        };
    }
    return {};
}

Result<ServerConnection> Snapshot::join(std::stop_token stop) const
{
    TRY_LET(ServerConnection connection, holder_.open_beside(url_, std::move(stop)));
    TRY_LET(const Rows begun, connection.query(kBegin));
    const Result<Rows> joined = connection.query("set transaction snapshot " + quoted_literal(id_));
    if (!joined.ok()) {
        // Older servers call an unknown snapshot an invalid parameter, newer ones an object that is not there.
        const ErrorCode code = joined.error().code();
        return code == ErrorCode::Rejected || code == ErrorCode::NotFound
                   ? cannot_join(joined.error().message())
                   : joined.error();
    }
    TRY(connection.settle());
    TRY_LET(const Json history, load_history(connection));
    if (!same_server(history_, history)) {
        return cannot_join("another server answers, where another view bears the same name");
    }
    return connection;
}

Result<void> Snapshot::check_alive()
{
    const Result<Rows> alive = holder_.query("select 1");
    if (alive.ok() || alive.error().code() == ErrorCode::Cancelled) {
        return alive.ok() ? Result<void>() : alive.error();
    }
    return Error{
        ErrorCode::Conflict,
        "the view was lost before all was read: " + alive.error().message(),
        "Run the backup again."
    };
}

Result<bool> Snapshot::is_flushed()
{
    TRY_LET(
        const Rows rows,
        holder_.query("select pg_catalog.pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
    );
    TRY_LET(const std::uint64_t flushed, rows.number(0, 0));
    return flushed >= history_.value("lsn", std::uint64_t{0});
}

Result<bool> Snapshot::is_durable()
{
    if (history_.value("recovery", true)) {
        return false;
    }
    for (int i = 0; i < kFlushPolls; ++i) {
        TRY_LET(const bool flushed, is_flushed());
        if (flushed) {
            return true;
        }
        if (i == kPatience) {
            // An idle server may leave the last, unfinished page of its log unwritten for good. A commit of our own
            // flushes all before it; where we may not write, waiting goes on.
            Result<ServerConnection> writer = holder_.open_beside(url_, holder_.stop());
            if (writer.ok()) {
                static_cast<void>(writer->query(
                    "begin; set local synchronous_commit = local;\n"
                    "select pg_catalog.pg_logical_emit_message(true, 'starkeep', ''); commit"
                ));
            }
        }
        if (!sys::wait_for(holder_.stop(), kFlushPoll)) {
            return Error{ErrorCode::Cancelled, "stopped on request"};
        }
    }
    return false;
}

Result<ViewEnd> Snapshot::compare_guards_now()
{
    TRY_LET(ServerConnection fresh, holder_.open_beside(url_, holder_.stop()));
    TRY_LET(const Rows begun, fresh.query(kBegin));
    TRY(fresh.settle());
    TRY_LET(const Json history, load_history(fresh));
    TRY_LET(const auto now, load_guards(fresh, catalog_.tables));
    ViewEnd end;
    for (const Table& table : catalog_.tables) {
        // Its lock keeps a table's own definition as it is, but neither the types of its columns nor its schema: while a
        // schema bears another name, statements find other tables under the old one. Large objects are no table.
        const auto found = now.find(table.oid);
        const TableGuard then{.guard = table.object.guard, .schema_version = table.schema_version};
        if (table.oid != 0 && (found == now.end() || found->second != then)) {
            end.doubtful.push_back(table.object.name);
        }
    }
    end.trusted = same_history(history_, history);
    return end;
}

Result<ViewEnd> Snapshot::compare_guards()
{
    for (int i = 0; i < kComparisons; ++i) {
        // The server may be short of connections for a moment, or the catalog be changing just now.
        if (i > 0 && !sys::wait_for(holder_.stop(), kComparisonPause * i)) {
            return Error{ErrorCode::Cancelled, "stopped on request"};
        }
        Result<ViewEnd> end = compare_guards_now();
        if (end.ok() || end.error().code() == ErrorCode::Cancelled) {
            return end;
        }
    }
    // What was read is right; it cannot be told that it may be built upon.
    return ViewEnd{};
}

}  // namespace starkeep::source::postgres
