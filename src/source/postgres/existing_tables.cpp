// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/existing_tables.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/journal.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/writer.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {

namespace {

std::string triggers_sql(const std::vector<Placement>& placements)
{
    return R"sql(
select tgrelid::regclass::text, tgname, tgenabled from pg_catalog.pg_trigger
where not tgisinternal and tgenabled <> 'D' and tgrelid = any()sql" +
           names_literal(placements) + ") order by 1, 2";
}

/// Identity columns outside the primary key that take no value of a statement's. From version 17 on those of a partition
/// are its root's, which alone can be altered: `climb` goes there.
std::string fixed_identities_sql(const std::vector<Placement>& placements)
{
    return R"sql(
with recursive climb as (
    select a.attrelid as relation, a.attname from pg_catalog.pg_attribute a
    where a.attidentity = 'a' and not a.attisdropped and not exists (
            select from pg_catalog.pg_index i where i.indrelid = a.attrelid and i.indisprimary
                and a.attnum = any((i.indkey::int2[])[0:i.indnkeyatts - 1]))
        and a.attrelid = any()sql" +
           names_literal(placements) + R"sql()
    union
    select i.inhparent, climb.attname
    from climb join pg_catalog.pg_class c on c.oid = climb.relation and c.relispartition
    join pg_catalog.pg_inherits i on i.inhrelid = climb.relation
    where pg_catalog.current_setting('server_version_num')::integer >= 170000
)
select relation::regclass::text, attname from climb
where not exists (
    select from pg_catalog.pg_inherits i
    join climb up on up.relation = i.inhparent and up.attname = climb.attname where i.inhrelid = climb.relation)
order by 1, 2
)sql";
}

std::string_view enabling(std::string_view state)
{
    if (state == "R") {
        return " ENABLE REPLICA TRIGGER ";
    }
    return state == "A" ? " ENABLE ALWAYS TRIGGER " : " ENABLE TRIGGER ";
}

Result<void>
suspend_constraints(ServerConnection& connection, const std::vector<Placement>& placements)
{
    TRY_LET(const Rows keys, connection.query(suspended_constraints_sql(placements)));
    for (int i = 0; i < keys.size(); ++i) {
        const std::string table(keys.text(i, 0));
        const std::string name = quoted_identifier(keys.text(i, 1));
        const std::string add =
            "ALTER TABLE " + table + " ADD CONSTRAINT " + name + " " + std::string(keys.text(i, 2));
        const std::string what =
            std::string(keys.text(i, 4)) + table + "." + std::string(keys.text(i, 1));
        const bool is_weak = keys.text(i, 2).ends_with(" NOT VALID");
        TRY(journal::add_suspended(
            connection,
            {.step = "key " + table + " " + name,
             .what = what,
             .resume = add,
             .fallback = is_weak ? std::string() : add + " NOT VALID"}
        ));
        if (!keys.is_null(i, 3)) {
            TRY(journal::add_suspended(
                connection,
                {.step = "comment on key " + table + " " + name,
                 .what = "comment on " + what,
                 .resume = "COMMENT ON CONSTRAINT " + name + " ON " + table + " IS " +
                           quoted_literal(keys.text(i, 3)),
                 .fallback = {}}
            ));
        }
        TRY(connection.query("ALTER TABLE " + table + " DROP CONSTRAINT " + name));
    }
    return {};
}

Result<void>
suspend_triggers(ServerConnection& connection, const std::vector<Placement>& placements)
{
    TRY_LET(const Rows triggers, connection.query(triggers_sql(placements)));
    for (int i = 0; i < triggers.size(); ++i) {
        const std::string table(triggers.text(i, 0));
        const std::string name = quoted_identifier(triggers.text(i, 1));
        std::string enable = "ALTER TABLE " + table;
        enable += enabling(triggers.text(i, 2));
        TRY(journal::add_suspended(
            connection,
            {.step = "trigger " + table + " " + name,
             .what = "trigger " + table + "." + std::string(triggers.text(i, 1)),
             .resume = enable + name,
             .fallback = {}}
        ));
        TRY(connection.query("ALTER TABLE " + table + " DISABLE TRIGGER " + name));
    }
    return {};
}

}  // namespace

std::string names_literal(const std::vector<Placement>& placements)
{
    std::string list = "array[";
    for (const Placement& placement : placements) {
        list += (list.back() == '[' ? "" : ",") + quoted_literal(placement.target);
    }
    return list + "]::regclass[]";
}

/// Foreign keys, and checks that rows written before them may break (NOT VALID). What a partition has from its parent can
/// only be dropped there: `keys` and `checks` climb.
std::string suspended_constraints_sql(const std::vector<Placement>& placements)
{
    return R"sql(
with recursive keys as (
    select oid, conparentid from pg_catalog.pg_constraint
    where contype = 'f' and (conrelid = any()sql" +
           names_literal(placements) + ") or confrelid = any(" + names_literal(placements) +
           R"sql())
    union
    select parent.oid, parent.conparentid from pg_catalog.pg_constraint parent join keys on parent.oid = keys.conparentid
), checks as (
    select oid, conrelid, conname from pg_catalog.pg_constraint
    where contype = 'c' and not convalidated and conrelid = any()sql" +
           names_literal(placements) + R"sql()
    union
    select parent.oid, parent.conrelid, parent.conname from checks
    join pg_catalog.pg_inherits i on i.inhrelid = checks.conrelid
    join pg_catalog.pg_constraint parent
        on parent.conrelid = i.inhparent and parent.conname = checks.conname and parent.contype = 'c'
)
select c.conrelid::regclass::text, c.conname, pg_catalog.pg_get_constraintdef(c.oid),
    pg_catalog.obj_description(c.oid, 'pg_constraint'),
    case c.contype when 'f' then 'foreign key ' else 'check ' end
from pg_catalog.pg_constraint c
where c.oid in (select oid from keys where conparentid = 0) or (c.oid in (select oid from checks) and c.coninhcount = 0)
order by 1, 2
)sql";
}

std::string altered_relations_sql(
    const std::vector<Placement>& placements, const std::vector<Placement>& merged
)
{
    return "select k.relation::regclass::oid from (" + suspended_constraints_sql(placements) +
           ") as k (relation) union select t.relation::regclass::oid from (" +
           triggers_sql(placements) +
           ") as t (relation) union select i.relation::regclass::oid from (" +
           fixed_identities_sql(merged) + ") as i (relation)";
}

Result<std::vector<std::string>>
primary_key(ServerConnection& connection, const Placement& placement)
{
    TRY_LET(
        const Rows rows,
        connection.query(
            "select a.attname, i.indimmediate from pg_catalog.pg_index i "
            "cross join lateral pg_catalog.unnest(i.indkey) with ordinality as k(attnum, n) "
            "join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum "
            "where i.indrelid = $1::regclass and i.indisprimary and k.n <= i.indnkeyatts order by "
            "k.n",
            std::array{placement.target}
        )
    );
    if (rows.size() == 0) {
        return Error{
            ErrorCode::InvalidInput,
            "table " + placement.target + " has no primary key, so its rows cannot be merged",
            "Use --if-exists replace for this table, or restore it under another name."
        };
    }
    if (!rows.is_true(0, 1)) {
        return Error{
            ErrorCode::InvalidInput,
            "the primary key of table " + placement.target +
                " is deferrable, so its rows cannot be merged",
            "Use --if-exists replace for this table, or restore it under another name."
        };
    }
    std::vector<std::string> columns;
    for (int i = 0; i < rows.size(); ++i) {
        columns.emplace_back(rows.text(i, 0));
    }
    return columns;
}

Result<void>
suspend_identities(ServerConnection& connection, const std::vector<Placement>& placements)
{
    if (placements.empty()) {
        return {};
    }
    TRY_LET(const Rows columns, connection.query(fixed_identities_sql(placements)));
    for (int i = 0; i < columns.size(); ++i) {
        const std::string table(columns.text(i, 0));
        const std::string name = quoted_identifier(columns.text(i, 1));
        const std::string alter = "ALTER TABLE " + table + " ALTER COLUMN " + name;
        TRY(journal::add_suspended(
            connection,
            {.step = "identity " + table + " " + name,
             .what = "identity column " + table + "." + std::string(columns.text(i, 1)),
             .resume = alter + " SET GENERATED ALWAYS",
             .fallback = {}}
        ));
        TRY(connection.query(alter + " SET GENERATED BY DEFAULT"));
    }
    return {};
}

Result<void> suspend(ServerConnection& connection, const std::vector<Placement>& placements)
{
    if (placements.empty()) {
        return {};
    }
    TRY(suspend_constraints(connection, placements));
    return suspend_triggers(connection, placements);
}

Result<void> truncate(ServerConnection& connection, const std::vector<Placement>& placements)
{
    std::string list;
    for (const Placement& placement : placements) {
        TRY_LET(const QualifiedName name, parse_qualified_name(placement.target));
        list += (list.empty() ? "ONLY " : ", ONLY ") + name.sql();
    }
    if (!list.empty()) {
        TRY(connection.query("TRUNCATE " + list));
    }
    return {};
}

}  // namespace starkeep::source::postgres
