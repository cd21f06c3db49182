// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/server_facts.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/connection.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep::source::postgres {

namespace {

constexpr const char* kDatabase = R"sql(
select pg_catalog.jsonb_build_object(
    'name', d.datname, 'owner', pg_catalog.pg_get_userbyid(d.datdba),
    'encoding', pg_catalog.pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
    'locale_provider', pg_catalog.to_jsonb(d) ->> 'datlocprovider',
    'locale', coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale'),
    'tablespace', (select s.spcname from pg_catalog.pg_tablespace s where s.oid = d.dattablespace),
    'connection_limit', d.datconnlimit, 'acl', d.datacl::text[],
    'comment', pg_catalog.shobj_description(d.oid, 'pg_database'))
from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()
)sql";

constexpr const char* kSettingsOfDatabase = R"sql(
select coalesce(pg_catalog.to_jsonb(s.setconfig), '[]')
from pg_catalog.pg_database d
left join pg_catalog.pg_db_role_setting s on s.setdatabase = d.oid and s.setrole = 0
where d.datname = pg_catalog.current_database()
)sql";

constexpr const char* kExtensions = R"sql(
select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'name', x.extname, 'version', x.extversion, 'schema', n.nspname) order by x.extname), '[]')
from pg_catalog.pg_extension x join pg_catalog.pg_namespace n on n.oid = x.extnamespace
)sql";

constexpr const char* kLargeObjects = R"sql(
select coalesce(pg_catalog.jsonb_agg(g.entry), '[]') from (
    select pg_catalog.jsonb_build_object('owner', pg_catalog.pg_get_userbyid(m.lomowner), 'acl', m.lomacl::text::text[],
        'oids', pg_catalog.jsonb_agg(m.oid::bigint order by m.oid),
        'comments', pg_catalog.jsonb_object_agg(m.oid, d.description) filter (where d.objoid is not null)) as entry
    from pg_catalog.pg_largeobject_metadata m left join pg_catalog.pg_description d
        on d.classoid = 'pg_catalog.pg_largeobject'::regclass and d.objoid = m.oid and d.objsubid = 0
    group by m.lomowner, m.lomacl::text
) as g
)sql";

/// Materialized views that nobody may read before a refresh; a restore leaves them so.
constexpr const char* kUnpopulated = R"sql(
select coalesce(pg_catalog.jsonb_agg(pg_catalog.format('%I.%I', n.nspname, c.relname) order by c.oid), '[]')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'm' and not c.relispopulated
)sql";

/// Sequences that the dump's schema makes: not those of extensions, unless marked as configuration.
constexpr const char* kSequences = R"sql(
select pg_catalog.format('%I.%I', n.nspname, c.relname),
    (select pg_catalog.format('%I.%I', tn.nspname, t.relname)
        from pg_catalog.pg_class t join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace where t.oid = o.refobjid),
    (select a.attname from pg_catalog.pg_attribute a where a.attrelid = o.refobjid and a.attnum = o.refobjsubid)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_depend o on o.classid = 'pg_catalog.pg_class'::regclass and o.objid = c.oid and o.objsubid = 0
    and o.refclassid = 'pg_catalog.pg_class'::regclass and o.refobjsubid > 0 and o.deptype in ('a', 'i')
where c.relkind = 'S' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and (not exists (select from pg_catalog.pg_depend d
            where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        or exists (select from pg_catalog.pg_extension x where c.oid = any(x.extconfig)))
order by 1
)sql";

constexpr const char* kHistory = R"sql(
select (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()),
    pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()),
    pg_catalog.pg_postmaster_start_time()::text,
    pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute'),
    pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot())
)sql";

/// The timeline is that of the insert position: the control file's lags behind after a promotion.
constexpr const char* kPosition = R"sql(
select ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(l.lsn), 1, 8))::bit(32)::bigint, l.lsn - '0/0'::pg_lsn
from (select pg_catalog.pg_current_wal_insert_lsn() as lsn) as l
)sql";

Result<Json> load_json(ServerConnection& connection, const char* sql)
{
    TRY_LET(const Rows rows, connection.query(sql));
    if (rows.size() != 1) {
        return Error{ErrorCode::NotFound, "the database is not in its own catalog"};
    }
    return json::parse(rows.text(0, 0));
}

/// A name for JSON, or null.
Json text_or_null(const Rows& rows, int row, int column)
{
    return rows.is_null(row, column) ? Json() : Json(rows.text(row, column));
}

Result<Json> load_sequences(ServerConnection& connection)
{
    TRY_LET(const Rows rows, connection.query(kSequences));
    Json sequences = Json::array();
    std::string sql;
    constexpr int kBatch = 200;
    for (int i = 0; i < rows.size(); ++i) {
        sql += sql.empty() ? "" : " union all ";
        sql += "select " + std::to_string(i) + ", last_value, is_called from " +
               std::string(rows.text(i, 0));
        sequences.push_back(
            {{"name", rows.text(i, 0)},
             {"last_value", nullptr},
             {"is_called", false},
             {"table", text_or_null(rows, i, 1)},
             {"column", text_or_null(rows, i, 2)}}
        );
        if (i + 1 < rows.size() && (i + 1) % kBatch != 0) {
            continue;
        }
        TRY_LET(const Rows values, connection.query(sql));
        sql.clear();
        for (int k = 0; k < values.size(); ++k) {
            TRY_LET(const std::uint64_t index, values.number(k, 0));
            TRY_LET(const Json value, json::parse(values.text(k, 1)));
            Json& sequence = sequences.at(index);
            sequence["last_value"] = value;
            sequence["is_called"] = values.is_true(k, 2);
        }
    }
    return sequences;
}

}  // namespace

Result<Json> load_history(ServerConnection& connection)
{
    TRY_LET(const Rows rows, connection.query(kHistory));
    TRY_LET(const std::uint64_t database, rows.number(0, 0));
    TRY_LET(const std::uint64_t next_xid, rows.number(0, 1));
    TRY_LET(const std::uint64_t oldest_xid, rows.number(0, 4));
    Json history{
        {"system", ""},
        {"timeline", 0},
        {"database", database},
        {"oldest_xid", oldest_xid},
        {"next_xid", next_xid},
        {"lsn", 0},
        {"recovery", true},
        {"started", rows.text(0, 2)}
    };
    if (rows.is_true(0, 3)) {
        TRY_LET(
            const Rows system,
            connection.query("select system_identifier from pg_catalog.pg_control_system()")
        );
        history["system"] = system.text(0, 0);
    }
    TRY_LET(const Rows recovery, connection.query("select pg_catalog.pg_is_in_recovery()"));
    if (!recovery.is_true(0, 0)) {
        TRY_LET(const Rows position, connection.query(kPosition));
        TRY_LET(const std::uint64_t timeline, position.number(0, 0));
        TRY_LET(const std::uint64_t lsn, position.number(0, 1));
        history["timeline"] = timeline;
        history["lsn"] = lsn;
        history["recovery"] = false;
    }
    return history;
}

Result<Json> load_facts(ServerConnection& connection)
{
    Json facts{{"server_version", connection.server_version()}};
    TRY_LET(const Rows block, connection.query("select pg_catalog.current_setting('block_size')"));
    TRY_LET(const std::uint64_t block_bytes, block.number(0, 0));
    facts["block_bytes"] = block_bytes;
    TRY_LET(facts["database"], load_json(connection, kDatabase));
    TRY_LET(facts["settings"], load_json(connection, kSettingsOfDatabase));
    TRY_LET(facts["extensions"], load_json(connection, kExtensions));
    TRY_LET(facts["sequences"], load_sequences(connection));
    TRY_LET(facts["large_objects"], load_json(connection, kLargeObjects));
    TRY_LET(facts["unpopulated"], load_json(connection, kUnpopulated));
    return facts;
}

bool same_server(const Json& one, const Json& other)
{
    return std::ranges::all_of(std::array{"system", "started", "database"}, [&](const char* key) {
        return one.value(key, Json()) == other.value(key, Json());
    });
}

bool same_history(const Json& earlier, const Json& now)
{
    const auto number = [](const Json& from, std::string_view key) {
        const Result<std::uint64_t> value = json::get_unsigned(from, key);
        return value.ok() ? *value : 0;
    };
    const auto equal = [&](std::string_view key) {
        return number(earlier, key) != 0 && number(earlier, key) == number(now, key);
    };
    return !now.value("system", "").empty() && same_server(earlier, now) && equal("timeline") &&
           number(earlier, "lsn") <= number(now, "lsn") &&
           number(earlier, "next_xid") <= number(now, "next_xid");
}

}  // namespace starkeep::source::postgres
