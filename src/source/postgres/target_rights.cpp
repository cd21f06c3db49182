// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/target_rights.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/existing_tables.hpp"
#include "source/writer.hpp"

#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// A right, the tables that lack it, and what helps. `query` answers with the names of things without the right, in one
/// column.
struct Requirement {
    std::string query;
    std::string before;  ///< the names come between both
    std::string after;
    std::string hint;
};

class RightsCheck {
public:
    RightsCheck(ServerConnection& connection, std::string role)
        : connection_(connection), role_(std::move(role))
    {
    }

    Result<void> require(const Requirement& what)
    {
        TRY_LET(const Rows rows, connection_.query(what.query));
        std::string names;
        for (int i = 0; i < rows.size(); ++i) {
            names += (names.empty() ? "" : ", ") + std::string(rows.text(i, 0));
        }
        if (!names.empty()) {
            refusals_.emplace_back(
                ErrorCode::Denied,
                "role " + role_ + " " + what.before + names + what.after,
                what.hint
            );
        }
        return {};
    }

    std::vector<Error> take() { return std::move(refusals_); }

private:
    ServerConnection& connection_;
    std::string role_;
    std::vector<Error> refusals_;
};

std::string tables_where(const std::vector<Placement>& placements, const std::string& condition)
{
    return "select c.oid::regclass::text from pg_catalog.pg_class c where c.oid = any(" +
           names_literal(placements) + ") and " + condition + " order by 1";
}

/// The right on the table as a whole, or on each column that a COPY of all would fill.
/// `changed` narrows it to some of the columns, which have to be there.
std::string lacks_on_columns(const std::string& privilege, const std::string& changed = "true")
{
    return "not pg_catalog.has_table_privilege(c.oid, '" + privilege +
           "') and (not exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and "
           "a.attnum > 0 and not a.attisdropped) or exists (select from pg_catalog.pg_attribute a "
           "where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = "
           "'' and " +
           changed + " and not pg_catalog.has_column_privilege(c.oid, a.attnum, '" + privilege +
           "')))";
}

Result<void> require_row_rights(
    RightsCheck& check, const TouchedTables& tables, const std::vector<Placement>& both
)
{
    TRY(check.require(
        {.query = tables_where(both, "pg_catalog.row_security_active(c.oid)"),
         .before = "is subject to row level security on ",
         .after = ", so the server would not let all rows in",
         .hint = "Restore as a superuser or a role with BYPASSRLS, or let the owner run ALTER "
                 "TABLE … NO FORCE ROW LEVEL SECURITY until the restore is done."}
    ));
    const std::string grant =
        " Restore as the owner of the tables, or as a superuser, or grant the right.";
    TRY(check.require(
        {.query =
             tables_where(tables.replaced, "not pg_catalog.has_table_privilege(c.oid, 'TRUNCATE')"),
         .before = "may not TRUNCATE ",
         .after = "",
         .hint = grant.substr(1)}
    ));
    // A merge finds rows by their key and sets the other columns.
    const std::string beside_key =
        "not exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary "
        "and a.attnum = any((i.indkey::int2[])[0:i.indnkeyatts - 1]))";
    for (const std::string right : {"INSERT", "UPDATE", "SELECT"}) {
        const bool is_for_all = right == "INSERT";
        const std::string lacks =
            right == "UPDATE" ? lacks_on_columns(right, beside_key) : lacks_on_columns(right);
        TRY(check.require(
            {.query = tables_where(is_for_all ? both : tables.merged, lacks),
             .before = "may not " + right + (is_for_all ? " into " : " "),
             .after = "",
             .hint = grant.substr(1)}
        ));
    }
    return {};
}

/// Keys, checks, triggers and identity columns are set out of force and brought back: ALTER TABLE.
Result<void> require_ownership(RightsCheck& check, const TouchedTables& tables)
{
    std::vector<Placement> both = tables.replaced;
    both.insert(both.end(), tables.merged.begin(), tables.merged.end());
    const std::string altered = "select relation from (" +
                                altered_relations_sql(both, tables.merged) +
                                ") as altered (relation)";
    TRY(check.require(
        {.query = "select c.oid::regclass::text from pg_catalog.pg_class c where c.oid in (" +
                  altered + ") and not pg_catalog.pg_has_role(c.relowner, 'USAGE') order by 1",
         .before = "is not the owner of ",
         .after = ", whose keys, checks, triggers or identity columns must be set aside while rows "
                  "are loaded",
         .hint = "Restore as the owner of these tables or as a superuser."}
    ));
    return check.require(
        {.query = "select distinct k.confrelid::regclass::text from pg_catalog.pg_constraint k "
                  "join (" +
                  suspended_constraints_sql(both) +
                  ") as s (relation, name) on s.relation::regclass = k.conrelid and s.name = "
                  "k.conname where k.contype = 'f' and exists (select from "
                  "pg_catalog.unnest(k.confkey) as key (attnum) where not "
                  "pg_catalog.has_column_privilege(k.confrelid, key.attnum, 'REFERENCES')) "
                  "order by 1",
         .before = "may not make foreign keys to (REFERENCES) ",
         .after = ", so it could not bring them back",
         .hint = "Restore as the owner of these tables or as a superuser, or grant the right."}
    );
}

Result<void> require_places(RightsCheck& check, const TouchedTables& tables)
{
    std::string targets = "array[";
    for (const Placement& placement : tables.created) {
        targets += (targets.back() == '[' ? "" : ",") + quoted_literal(placement.target);
    }
    TRY(check.require(
        {.query = "select distinct pg_catalog.quote_ident(n.nspname) from pg_catalog.unnest(" +
                  targets +
                  "]::text[]) as t (name) join pg_catalog.pg_namespace n on n.nspname = "
                  "(pg_catalog.parse_ident(t.name))[1] "
                  "where not pg_catalog.has_schema_privilege(n.oid, 'CREATE') order by 1",
         .before = "may not CREATE in schema ",
         .after = "",
         .hint = "Restore as the owner of the schema or of the database, or as a superuser, or "
                 "grant the right."}
    ));
    return check.require(
        {.query = "select pg_catalog.current_database() where not "
                  "pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')",
         .before = "may not CREATE schemas in database ",
         .after = ", and a restore keeps its journal in one",
         .hint = "Restore as the owner of the database or as a superuser, or grant the right."}
    );
}

Result<std::string> role_of(ServerConnection& connection)
{
    TRY_LET(const Rows role, connection.query("select current_user"));
    return std::string(role.text(0, 0));
}

}  // namespace

Result<std::vector<Error>>
find_missing_rights(ServerConnection& connection, const TouchedTables& tables)
{
    TRY_LET(std::string role, role_of(connection));
    RightsCheck check(connection, std::move(role));
    std::vector<Placement> both = tables.replaced;
    both.insert(both.end(), tables.merged.begin(), tables.merged.end());
    TRY(require_places(check, tables));
    if (!both.empty()) {
        TRY(require_row_rights(check, tables, both));
        TRY(require_ownership(check, tables));
    }
    if (!tables.merged.empty() || tables.has_large_objects) {
        TRY(check.require(
            {.query = "select pg_catalog.current_database() where not "
                      "pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP')",
             .before = "may not make temporary tables (TEMPORARY) in database ",
             .after = ", and merged rows and large objects are loaded by way of one",
             .hint = "Restore as the owner of the database or as a superuser, or grant the right."}
        ));
    }
    return check.take();
}

Result<std::vector<Error>>
find_missing_rights_to_create(ServerConnection& connection, const std::string& database)
{
    TRY_LET(std::string role, role_of(connection));
    RightsCheck check(connection, std::move(role));
    TRY(check.require(
        {.query = "select " + quoted_literal(quoted_identifier(database)) +
                  " from pg_catalog.pg_roles where rolname = current_user and not rolsuper and not "
                  "rolcreatedb",
         .before = "may not make database ",
         .after = ", which the target does not have",
         .hint = "Let somebody make the database with that role as its owner, or grant CREATEDB to "
                 "the role."}
    ));
    return check.take();
}

}  // namespace starkeep::source::postgres
