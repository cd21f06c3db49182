// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/target_facts.hpp"

#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/script_lexer.hpp"

#include <set>
#include <string>

namespace starkeep::source::postgres {

namespace {

Result<std::set<std::string>> first_column(ServerConnection& connection, const std::string& sql)
{
    TRY_LET(const Rows rows, connection.query(sql));
    std::set<std::string> out;
    for (int i = 0; i < rows.size(); ++i) {
        out.emplace(rows.text(i, 0));
    }
    return out;
}

}  // namespace

bool TargetFacts::has_table(const QualifiedName& name) const
{
    const auto found = relations.find(name);
    return found != relations.end() && found->second == "r";
}

Result<TargetFacts> TargetFacts::read(ServerConnection& connection)
{
    TargetFacts facts;
    TRY_LET(facts.roles, first_column(connection, "select rolname from pg_catalog.pg_roles"));
    TRY_LET(
        facts.tablespaces, first_column(connection, "select spcname from pg_catalog.pg_tablespace")
    );
    TRY_LET(
        facts.access_methods,
        first_column(connection, "select amname from pg_catalog.pg_am where amtype = 't'")
    );
    TRY_LET(facts.schemas, first_column(connection, "select nspname from pg_catalog.pg_namespace"));
    TRY_LET(
        const Rows relations,
        connection.query("select n.nspname, c.relname, c.relkind from pg_catalog.pg_class c "
                         "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
                         "where n.nspname <> 'information_schema' and n.nspname !~ '^pg_'")
    );
    for (int i = 0; i < relations.size(); ++i) {
        facts.relations.emplace(
            QualifiedName{
                .schema = std::string(relations.text(i, 0)),
                .name = std::string(relations.text(i, 1))
            },
            relations.text(i, 2)
        );
    }
    return facts;
}

}  // namespace starkeep::source::postgres
