// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/journal.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres::journal {

namespace {

constexpr const char* kTables = R"sql(
create schema starkeep_restore;
create table starkeep_restore.restore (restore_key text primary key, plan text not null, started timestamptz default now());
create table starkeep_restore.unit (object text, unit text, primary key (object, unit));
create table starkeep_restore.step (step text primary key, note text);
create table starkeep_restore.suspended
    (n serial primary key, step text not null, what text not null, resume text not null, fallback text not null);
)sql";

/// What cannot be put back any more is told with the statement that would do it; it does not keep the rest from being put
/// back.
constexpr const char* kAbandonProcedure = R"sql(
create procedure starkeep_restore.abandon() language plpgsql set search_path = pg_catalog, pg_temp as $body$
declare
    one record;
begin
    for one in
        select s.what, s.resume, s.fallback from starkeep_restore.suspended s
        where not exists (select from starkeep_restore.step t where t.step = s.step) order by s.n
    loop
        begin
            execute one.resume;
        exception
            when duplicate_object then
                null;
            when others then
                raise warning '% cannot be put back: %', one.what, sqlerrm using hint = one.resume;
                if one.fallback <> '' then
                    begin
                        execute one.fallback;
                        raise warning '% is put back NOT VALID', one.what;
                    exception
                        when others then
                            raise warning '% is lost: %', one.what, sqlerrm;
                    end;
                end if;
        end;
    end loop;
    drop schema starkeep_restore cascade;
end
$body$;
comment on schema starkeep_restore is
    'an unfinished restore: run it again to its end, or give it up with CALL starkeep_restore.abandon()';
)sql";

/// Whoever works by the journal has seen it; when it is not found, it went in between.
Error while_it_goes(const Error& error)
{
    if (error.code() != ErrorCode::NotFound) {
        return error;
    }
    return {
        ErrorCode::Conflict,
        "the journal of this restore is gone from the target: another run of the same restore came "
        "to its end, or "
        "somebody gave it up",
        "Look at how the other run ended: when it is done, nothing is left to do; when it was "
        "given "
        "up, run this restore again with --if-exists replace."
    };
}

template <typename... Parameters>
Result<Rows>
ask(ServerConnection& connection, const std::string& sql, const Parameters&... parameters)
{
    Result<Rows> rows = connection.query(sql, parameters...);
    return rows.ok() ? std::move(rows) : Result<Rows>(while_it_goes(rows.error()));
}

}  // namespace

Result<void> lock(ServerConnection& connection)
{
    TRY(connection.query("select pg_catalog.pg_advisory_xact_lock("
                         "pg_catalog.hashtextextended('starkeep_restore', 0))"));
    return {};
}

Result<std::optional<State>> find(ServerConnection& connection)
{
    TRY_LET(
        const Rows there,
        connection.query("select pg_catalog.to_regclass('starkeep_restore.restore') is not null, "
                         "pg_catalog.to_regnamespace('starkeep_restore') is not null")
    );
    if (!there.is_true(0, 0)) {
        if (there.is_true(0, 1)) {
            return Error{
                ErrorCode::Conflict,
                "the target has a schema starkeep_restore that is not of this program",
                "Rename that schema at the target."
            };
        }
        return std::optional<State>();
    }
    TRY_LET(
        const Rows rows,
        ask(connection, "select restore_key, plan from starkeep_restore.restore limit 1")
    );
    if (rows.size() != 1) {
        return Error{ErrorCode::Corrupt, "the journal starkeep_restore at the target is empty"};
    }
    TRY_LET(Json plan, json::parse(rows.text(0, 1)));
    return std::optional<State>(
        State{.restore_key = std::string(rows.text(0, 0)), .plan = std::move(plan)}
    );
}

Result<void> create(ServerConnection& connection, const std::string& restore_key)
{
    TRY(connection.query(kTables));
    TRY(connection.query(
        "insert into starkeep_restore.restore (restore_key, plan) values ($1, '{}')",
        std::array{restore_key}
    ));
    const Result<void> abandonable = attempt(connection, kAbandonProcedure);
    // Not every database has PL/pgSQL, or lets everybody use it; a restore does not need it.
    return abandonable.ok() || is_refusal(abandonable.error()) ? Result<void>()
                                                               : Result<void>(abandonable);
}

Result<void> save_plan(ServerConnection& connection, const Json& plan)
{
    TRY(ask(
        connection, "update starkeep_restore.restore set plan = $1", std::array{json::format(plan)}
    ));
    return {};
}

Result<bool>
claim_unit(ServerConnection& connection, const std::string& object, const std::string& unit)
{
    TRY_LET(
        const Rows claimed,
        ask(connection,
            "insert into starkeep_restore.unit (object, unit) values ($1, $2) on conflict do "
            "nothing",
            std::array{object, unit})
    );
    return claimed.touched() == 1;
}

Result<bool> claim_step(ServerConnection& connection, const std::string& step)
{
    TRY_LET(
        const Rows claimed,
        ask(connection,
            "insert into starkeep_restore.step (step) values ($1) on conflict do nothing",
            std::array{step})
    );
    return claimed.touched() == 1;
}

Result<void> annotate_step(ServerConnection& connection, const std::string& step, const Json& note)
{
    TRY(
        ask(connection,
            "update starkeep_restore.step set note = $2 where step = $1",
            std::array{step, json::format(note)})
    );
    return {};
}

Result<std::vector<Json>> notes(ServerConnection& connection)
{
    TRY_LET(
        const Rows rows,
        ask(connection,
            "select note from starkeep_restore.step where note is not null order by step")
    );
    std::vector<Json> out;
    for (int i = 0; i < rows.size(); ++i) {
        TRY_LET(Json note, json::parse(rows.text(i, 0)));
        out.push_back(std::move(note));
    }
    return out;
}

Result<void> add_suspended(ServerConnection& connection, const Suspended& suspended)
{
    TRY(ask(
        connection,
        "insert into starkeep_restore.suspended (step, what, resume, fallback) values ($1, $2, $3, "
        "$4)",
        std::array{suspended.step, suspended.what, suspended.resume, suspended.fallback}
    ));
    return {};
}

Result<std::vector<Suspended>> suspended(ServerConnection& connection)
{
    TRY_LET(
        const Rows rows,
        ask(connection,
            "select step, what, resume, fallback from starkeep_restore.suspended order by n")
    );
    std::vector<Suspended> out;
    for (int i = 0; i < rows.size(); ++i) {
        out.push_back(
            {.step = std::string(rows.text(i, 0)),
             .what = std::string(rows.text(i, 1)),
             .resume = std::string(rows.text(i, 2)),
             .fallback = std::string(rows.text(i, 3))}
        );
    }
    return out;
}

Result<void> drop(ServerConnection& connection)
{
    TRY(ask(connection, "set local synchronous_commit = on; drop schema starkeep_restore cascade"));
    return {};
}

}  // namespace starkeep::source::postgres::journal
