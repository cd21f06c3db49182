// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/journal.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/connection.hpp"

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

}  // namespace

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
        connection.query("select restore_key, plan from starkeep_restore.restore limit 1")
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
    return {};
}

Result<void> save_plan(ServerConnection& connection, const Json& plan)
{
    TRY(connection.query(
        "update starkeep_restore.restore set plan = $1", std::array{json::format(plan)}
    ));
    return {};
}

Result<bool>
claim_unit(ServerConnection& connection, const std::string& object, const std::string& unit)
{
    TRY_LET(
        const Rows claimed,
        connection.query(
            "insert into starkeep_restore.unit (object, unit) values ($1, $2) on conflict do "
            "nothing",
            std::array{object, unit}
        )
    );
    return claimed.touched() == 1;
}

Result<bool> claim_step(ServerConnection& connection, const std::string& step)
{
    TRY_LET(
        const Rows claimed,
        connection.query(
            "insert into starkeep_restore.step (step) values ($1) on conflict do nothing",
            std::array{step}
        )
    );
    return claimed.touched() == 1;
}

Result<void> annotate_step(ServerConnection& connection, const std::string& step, const Json& note)
{
    TRY(connection.query(
        "update starkeep_restore.step set note = $2 where step = $1",
        std::array{step, json::format(note)}
    ));
    return {};
}

Result<std::vector<Json>> notes(ServerConnection& connection)
{
    TRY_LET(
        const Rows rows,
        connection.query(
            "select note from starkeep_restore.step where note is not null order by step"
        )
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
    TRY(connection.query(
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
        connection.query(
            "select step, what, resume, fallback from starkeep_restore.suspended order by n"
        )
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
    TRY(connection.query("set synchronous_commit = on; drop schema starkeep_restore cascade"));
    return {};
}

}  // namespace starkeep::source::postgres::journal
