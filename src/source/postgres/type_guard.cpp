// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/type_guard.hpp"

#include "base/result.hpp"
#include "source/postgres/connection.hpp"

#include <array>
#include <map>
#include <string>

namespace starkeep::source::postgres {

namespace {

constexpr int kVersionWithMultiranges = 140000;

constexpr const char* kReach = R"sql(
with recursive reach(root, type) as (
    select distinct a.atttypid, a.atttypid from pg_catalog.pg_attribute a
    where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
  union
    select r.root, n.type
    from reach r join pg_catalog.pg_type t on t.oid = r.type
    cross join lateral (
        select t.typelem where t.typelem <> 0
        union all select t.typbasetype where t.typbasetype <> 0
        union all select a.atttypid from pg_catalog.pg_attribute a
            where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
        union all select g.rngsubtype from pg_catalog.pg_range g where g.rngtypid = t.oid
)sql";

constexpr const char* kReachMultiranges = "        union all select g.rngtypid from "
                                          "pg_catalog.pg_range g where g.rngmultitypid = t.oid\n";

/// The row of a type itself says nothing here: what of it decides about output cannot be altered.
/// The xmin of labels and output functions, and attributes that are dropped, tell of changes that were taken back:
/// between them rows may have been read.
constexpr const char* kDigest = R"sql(
    ) as n(type)
)
select r.root,
    pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(' ',
        t.oid,
        (select p.xmin from pg_catalog.pg_proc p where p.oid = t.typoutput),
        (select pg_catalog.string_agg(pg_catalog.format('%s %s %L', e.oid, e.xmin, e.enumlabel), ',' order by e.oid)
            from pg_catalog.pg_enum e where e.enumtypid = t.oid),
        (select pg_catalog.string_agg(pg_catalog.format('%s %s %s', a.attnum, a.atttypid, a.atttypmod), ','
                order by a.attnum)
            from pg_catalog.pg_attribute a
            where a.attrelid = t.typrelid and a.attnum > 0),
        (select x.extversion from pg_catalog.pg_depend d join pg_catalog.pg_extension x on x.oid = d.refobjid
            where d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
                and d.refclassid = 'pg_catalog.pg_extension'::regclass)
    ), '|' order by t.oid)),
    pg_catalog.bool_or(t.oid < 16384 and (t.typname like 'reg%' or t.typname = 'aclitem'))
from reach r join pg_catalog.pg_type t on t.oid = r.type
group by r.root
)sql";

}  // namespace

Result<std::map<std::string, TypeGuard>>
load_type_guards(ServerConnection& connection, const std::string& relations)
{
    std::string sql = kReach;
    if (connection.server_version() >= kVersionWithMultiranges) {
        sql += kReachMultiranges;
    }
    sql += kDigest;
    const std::array<std::string, 1> parameters{relations};
    TRY_LET(const Rows rows, connection.query(sql, parameters));
    std::map<std::string, TypeGuard> guards;
    for (int i = 0; i < rows.size(); ++i) {
        guards.emplace(
            rows.text(i, 0),
            TypeGuard{.digest = std::string(rows.text(i, 1)), .names_things = rows.is_true(i, 2)}
        );
    }
    return guards;
}

}  // namespace starkeep::source::postgres
