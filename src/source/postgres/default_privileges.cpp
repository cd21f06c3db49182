// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/default_privileges.hpp"

#include "base/result.hpp"
#include "source/postgres/connection.hpp"

#include <string>

namespace starkeep::source::postgres {

namespace {

/// Two scripts. Defaults of one schema only add to what the server begins with; the others stand in its place, so that
/// what the server begins with must be granted again. The server forgets defaults that are equal to its own. Grants keep
/// their order.
constexpr const char* kScripts = R"sql(
with held as (
    select 'ALTER DEFAULT PRIVILEGES' ||
            coalesce((select ' IN SCHEMA ' || pg_catalog.quote_ident(n.nspname)
                from pg_catalog.pg_namespace n where n.oid = d.defaclnamespace), '') as head,
        case d.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS'
            when 'T' then 'TYPES' when 'n' then 'SCHEMAS' when 'L' then 'LARGE OBJECTS' end as things,
        d.defaclacl as own,
        case when d.defaclnamespace = 0 then pg_catalog.acldefault(
            case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole) end as first
    from pg_catalog.pg_default_acl d
    where d.defaclrole = (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user)
), statement as (
    select way, phase, n, head || case phase
            when 1 then ' REVOKE ALL ON ' || things || ' FROM ' || who
            else ' GRANT ' || a.privilege_type || ' ON ' || things || ' TO ' || who ||
                case when a.is_grantable then ' WITH GRANT OPTION' else '' end end as sql
    from held, (values ('aside', 1), ('aside', 2), ('back', 1), ('back', 2)) as part(way, phase),
        pg_catalog.aclexplode(case when (way = 'aside') = (phase = 1) then own else first end)
            with ordinality as a(grantor, grantee, privilege_type, is_grantable, n),
        lateral (select case a.grantee when 0 then 'PUBLIC'
            else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) end as who) as grantee
)
select coalesce(pg_catalog.string_agg(sql, '; ' order by phase, n) filter (where way = 'aside'), ''),
    coalesce(pg_catalog.string_agg(sql, '; ' order by phase, n) filter (where way = 'back'), '')
from (select way, phase, sql, min(n) as n from statement group by way, phase, sql) as once
)sql";

}  // namespace

Result<std::string> set_default_privileges_aside(ServerConnection& connection)
{
    TRY_LET(const Rows scripts, connection.query(kScripts));
    TRY(connection.query(std::string(scripts.text(0, 0))));
    return std::string(scripts.text(0, 1));
}

}  // namespace starkeep::source::postgres
