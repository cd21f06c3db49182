// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/catalog.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/model.hpp"
#include "source/postgres/block_range.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/type_guard.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// Below, there is no TID Range Scan: a leaf's plan would read the whole table each time.
constexpr int kVersionWithTidRanges = 140000;

constexpr const char* kRelations = R"sql(
select c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind, c.relpersistence,
    coalesce(am.amname, 'heap'), coalesce(pg_catalog.pg_relation_filenode(c.oid), 0),
    pg_catalog.has_table_privilege(c.oid, 'select') and pg_catalog.has_schema_privilege(n.oid, 'usage'),
    case when c.relkind = 'r' then coalesce(pg_catalog.pg_table_size(c.oid), 0) else 0 end,
    case when c.relkind = 'r' then coalesce(pg_catalog.pg_relation_size(c.oid), 0) else 0 end
        / pg_catalog.current_setting('block_size')::bigint,
    (with recursive above(oid, distance) as (
            select i.inhparent, 1 from pg_catalog.pg_inherits i where i.inhrelid = c.oid and c.relispartition
            union all
            select i.inhparent, above.distance + 1 from above
                join pg_catalog.pg_class p on p.oid = above.oid and p.relispartition
                join pg_catalog.pg_inherits i on i.inhrelid = above.oid)
        select coalesce(pg_catalog.json_agg(pg_catalog.format('%I.%I', pn.nspname, p.relname)
            order by above.distance), '[]')
        from above join pg_catalog.pg_class p on p.oid = above.oid
        join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace),
    coalesce(x.condition, ''), n.xmin
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_am am on am.oid = c.relam
left join lateral (
    select e.extcondition[pg_catalog.array_position(e.extconfig, c.oid)] as condition
    from pg_catalog.pg_extension e where c.oid = any(e.extconfig)
) as x on true
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and c.relkind not in ('i', 'I', 'S', 't', 'v', 'c', 'p', 'm') and c.relpersistence <> 't'
    and (x.condition is not null or not exists (
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
order by 2
)sql";

constexpr const char* kColumns = R"sql(
select a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid,
    pg_catalog.concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod),
)sql";

/// What a domain or an array holds in the end, for exports.
constexpr const char* kValueType = R"sql(
    case when o.typtype = 'd' or o.typelem <> 0 then (
        with recursive inner_type(oid, mod, dims) as (
            select a.atttypid, a.atttypmod, ''
            union all
            select case when t.typtype = 'd' then t.typbasetype else t.typelem end,
                case when t.typtype = 'd' then t.typtypmod else i.mod end,
                case when t.typtype = 'd' then i.dims else i.dims || '[]' end
            from inner_type i join pg_catalog.pg_type t on t.oid = i.oid
            where t.typtype = 'd' or t.typdelim = ',' and exists (
                select from pg_catalog.pg_type e where e.oid = t.typelem and e.typarray = t.oid))
        select pg_catalog.format_type(i.oid, i.mod) || i.dims
        from inner_type i join pg_catalog.pg_type t on t.oid = i.oid
        where i.oid <> a.atttypid and t.typtype <> 'd' and not exists (
            select from pg_catalog.pg_type e where e.oid = t.typelem and e.typarray = t.oid)) end
)sql";

constexpr const char* kOfColumns = R"sql(
from pg_catalog.pg_attribute a join pg_catalog.pg_type o on o.oid = a.atttypid
where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
order by a.attrelid, a.attnum
)sql";

constexpr const char* kGuards = R"sql(
select c.oid, coalesce(pg_catalog.pg_relation_filenode(c.oid), 0), n.xmin
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid = any($1::oid[])
)sql";

/// One row of kRelations.
struct Relation {
    std::uint64_t oid = 0;
    std::string name;
    char kind = ' ';
    std::string persistence;
    std::string access_method;
    std::uint64_t filenode = 0;
    bool readable = false;
    bool gone = false;  ///< the view shows it still, the server has it no more
    std::uint64_t bytes = 0;
    std::uint64_t blocks = 0;
    Json ancestors;  ///< the partitioned tables that it is a part of, nearest first
    std::string condition;
    std::string schema_version;
};

Result<Relation> parse_relation(const Rows& rows, int row)
{
    Relation out;
    TRY_LET(out.oid, rows.number(row, 0));
    out.name = rows.text(row, 1);
    out.kind = rows.text(row, 2).empty() ? ' ' : rows.text(row, 2).front();
    out.persistence = rows.text(row, 3);
    out.access_method = rows.text(row, 4);
    TRY_LET(out.filenode, rows.number(row, 5));
    out.readable = rows.is_true(row, 6);
    out.gone = rows.is_null(row, 6);
    TRY_LET(out.bytes, rows.number(row, 7));
    TRY_LET(out.blocks, rows.number(row, 8));
    TRY_LET(out.ancestors, json::parse(rows.text(row, 9)));
    out.condition = rows.text(row, 10);
    out.schema_version = rows.text(row, 11);
    return out;
}

/// Columns add theirs to it.
Json first_guard(std::uint64_t relation, std::uint64_t filenode)
{
    return {
        {"relation", relation},
        {"filenode", filenode},
        {"settings", kRowFormVersion},
        {"columns", Json::array()},
        {"types", Json::array()}
    };
}

Table make_table(const Relation& relation, int server_version)
{
    Table table{
        .oid = relation.oid,
        .object = {},
        .condition = relation.condition,
        .schema_version = relation.schema_version
    };
    Object& object = table.object;
    object.name = relation.name;
    object.kind = "table";
    object.row_form = "copy-text";
    object.estimated_bytes = relation.bytes;
    object.has_leaf_plan = relation.access_method == "heap" && relation.condition.empty() &&
                           server_version >= kVersionWithTidRanges;
    object.units = block_units(object.has_leaf_plan ? relation.blocks : 0);
    object.facts = {
        {"relkind", std::string(1, relation.kind)},
        {"persistence", relation.persistence},
        {"access_method", relation.access_method},
        {"partition_of", relation.ancestors}
    };
    object.guard = first_guard(relation.oid, relation.filenode);
    return table;
}

std::string oid_array(const std::vector<Table>& tables)
{
    std::string out = "{";
    for (const Table& table : tables) {
        out += (out.size() > 1 ? "," : "") + std::to_string(table.oid);
    }
    return out + "}";
}

/// Adds columns and the guards that come of them. `value_type` is kValueType or a null.
Result<void> load_columns(
    ServerConnection& connection, std::vector<Table>& tables, const std::string& value_type
)
{
    const std::array<std::string, 1> oids{oid_array(tables)};
    TRY_LET(const auto types, load_type_guards(connection, oids[0]));
    TRY_LET(const Rows rows, connection.query(kColumns + value_type + kOfColumns, oids));
    std::map<std::uint64_t, Table*> by_oid;
    for (Table& table : tables) {
        by_oid.emplace(table.oid, &table);
    }
    for (int i = 0; i < rows.size(); ++i) {
        TRY_LET(const std::uint64_t oid, rows.number(i, 0));
        const auto table = by_oid.find(oid);
        const auto type = types.find(std::string(rows.text(i, 3)));
        if (table == by_oid.end() || type == types.end()) {
            return Error{ErrorCode::Conflict, "the catalog changed while it was read"};
        }
        Object& object = table->second->object;
        object.columns.push_back(
            {.name = std::string(rows.text(i, 1)), .type = std::string(rows.text(i, 2))}
        );
        if (!rows.is_null(i, 5)) {
            object.facts["value_types"][object.columns.back().name] = rows.text(i, 5);
        }
        if (type->second.names_things || object.guard.is_null()) {
            object.guard = Json();
            continue;
        }
        object.guard["columns"].push_back(rows.text(i, 4));
        object.guard["types"].push_back(type->second.digest);
    }
    return {};
}

Result<void> add_large_objects(ServerConnection& connection, Catalog& catalog)
{
    TRY_LET(
        const Rows rows,
        connection.query("select pg_catalog.pg_table_size('pg_catalog.pg_largeobject')\n"
                         "where exists (select from pg_catalog.pg_largeobject_metadata)")
    );
    if (rows.size() == 0) {
        return {};
    }
    Table table;
    TRY_LET(table.object.estimated_bytes, rows.number(0, 0));
    table.object.name = kLargeObjectsName;
    table.object.kind = "large_objects";
    table.object.row_form = "copy-text";
    table.object.columns = {
        {.name = "loid", .type = "oid"},
        {.name = "pageno", .type = "bigint"},
        {.name = "data", .type = "bytea"}
    };
    table.object.units = block_units(0);
    catalog.tables.push_back(std::move(table));
    return {};
}

Result<void> add_what_is_left_out(ServerConnection& connection, Catalog& catalog)
{
    catalog.left_out.emplace_back(
        "roles and passwords: they belong to the server, not to a database"
    );
    catalog.left_out.emplace_back("settings of the server and of roles: they belong to the server");
    TRY_LET(
        const Rows spaces,
        connection.query("select distinct s.spcname from pg_catalog.pg_tablespace s\n"
                         "join pg_catalog.pg_class c on c.reltablespace = s.oid\n"
                         "where s.spcname not in ('pg_default', 'pg_global') order by 1")
    );
    for (int i = 0; i < spaces.size(); ++i) {
        catalog.left_out.push_back(
            "tablespace " + std::string(spaces.text(i, 0)) + ": its directory belongs to the server"
        );
    }
    return {};
}

}  // namespace

Result<Catalog> load_catalog(ServerConnection& connection, const Json& history)
{
    Catalog catalog;
    TRY(add_what_is_left_out(connection, catalog));
    TRY_LET(const Rows rows, connection.query(kRelations));
    const bool recovery = history.value("recovery", false);
    for (int i = 0; i < rows.size(); ++i) {
        TRY_LET(const Relation relation, parse_relation(rows, i));
        if (relation.kind == 'f') {
            catalog.left_out.push_back(
                "rows of foreign table " + relation.name + ": they live elsewhere"
            );
            continue;
        }
        if (relation.kind != 'r') {
            return Error{
                ErrorCode::Unsupported,
                "relation " + relation.name + " is of the unknown kind '" + relation.kind + "'"
            };
        }
        if (recovery && relation.persistence == "u") {
            catalog.left_out.push_back(
                "rows of unlogged table " + relation.name + ": a standby does not have them"
            );
            continue;
        }
        if (relation.gone) {
            return Error{
                ErrorCode::Conflict,
                "table " + relation.name + " was removed while the view was made",
                "Run the backup again."
            };
        }
        if (!relation.readable) {
            return Error{
                ErrorCode::Denied,
                "table " + relation.name + " may not be read",
                "Grant SELECT on it, and USAGE on its schema; pg_dump needs that even for its "
                "definition."
            };
        }
        catalog.tables.push_back(make_table(relation, connection.server_version()));
    }
    TRY(load_columns(connection, catalog.tables, kValueType));
    TRY(add_large_objects(connection, catalog));
    return catalog;
}

Result<std::map<std::uint64_t, TableGuard>>
load_guards(ServerConnection& connection, const std::vector<Table>& tables)
{
    const std::array<std::string, 1> oids{oid_array(tables)};
    TRY_LET(const Rows rows, connection.query(kGuards, oids));
    std::vector<Table> found;
    for (int i = 0; i < rows.size(); ++i) {
        Table table;
        TRY_LET(table.oid, rows.number(i, 0));
        TRY_LET(const std::uint64_t filenode, rows.number(i, 1));
        table.object.guard = first_guard(table.oid, filenode);
        table.schema_version = rows.text(i, 2);
        found.push_back(std::move(table));
    }
    TRY(load_columns(connection, found, "null"));
    std::map<std::uint64_t, TableGuard> guards;
    for (Table& table : found) {
        guards.emplace(
            table.oid,
            TableGuard{
                .guard = std::move(table.object.guard),
                .schema_version = std::move(table.schema_version)
            }
        );
    }
    return guards;
}

}  // namespace starkeep::source::postgres
