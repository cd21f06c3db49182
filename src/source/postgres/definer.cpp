// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/definer.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/script_lexer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {

namespace {

constexpr std::string_view kDropPrefix = "DROP ";

/// "TABLE public.orders", as ALTER wants it; nothing for kinds without an owner of their own.
std::optional<std::string> owned_thing(const ArchiveEntry& entry)
{
    static constexpr std::array<std::string_view, 27> kKinds{
        "AGGREGATE",
        "COLLATION",
        "CONVERSION",
        "DOMAIN",
        "FOREIGN DATA WRAPPER",
        "FOREIGN TABLE",
        "FUNCTION",
        "MATERIALIZED VIEW",
        "OPERATOR",
        "OPERATOR CLASS",
        "OPERATOR FAMILY",
        "PROCEDURE",
        "PROCEDURAL LANGUAGE",
        "PUBLICATION",
        "SCHEMA",
        "SEQUENCE",
        "SERVER",
        "STATISTICS",
        "SUBSCRIPTION",
        "TABLE",
        "TEXT SEARCH CONFIGURATION",
        "TEXT SEARCH DICTIONARY",
        "TYPE",
        "VIEW",
        "EVENT TRIGGER",
        "ROUTINE",
        "PROPERTY GRAPH"
    };
    if (entry.owner.empty() || std::ranges::find(kKinds, entry.kind) == kKinds.end()) {
        return std::nullopt;
    }
    if (entry.kind == "SCHEMA") {
        return "SCHEMA " + quoted_identifier(entry.name);
    }
    const std::vector<std::string_view> statements = split_statements(entry.drop);
    // An identity column's sequence has no life, and no owner, of its own.
    if (statements.size() != 1 || !statements.front().starts_with(kDropPrefix)) {
        return std::nullopt;
    }
    return std::string(statements.front().substr(kDropPrefix.size()));
}

bool is_any_role(const Token& token)
{
    return token.is_word("PUBLIC") || token.is_word("CURRENT_USER") ||
           token.is_word("SESSION_USER") || token.is_word("CURRENT_ROLE");
}

/// Roles in a GRANT, REVOKE, CREATE POLICY, ALTER DEFAULT PRIVILEGES, CREATE USER MAPPING, SET SESSION AUTHORIZATION.
std::vector<std::string> roles_in(std::string_view statement)
{
    std::vector<std::string> roles;
    std::size_t depth = 0;
    bool expects = false;
    for (const Token& token : lex_significant(statement)) {
        depth += token.is_symbol('(') ? 1U : 0U;
        depth -= token.is_symbol(')') && depth > 0 ? 1U : 0U;
        if (depth > 0) {
            continue;
        }
        if (expects && token.is_word("ROLE")) {
            continue;
        }
        if (expects && token.is_identifier()) {
            if (!is_any_role(token)) {
                roles.push_back(identifier_value(token));
            }
            expects = false;
        } else {
            expects = token.is_word("TO") || token.is_word("FROM") || token.is_word("ROLE") ||
                      token.is_word("AUTHORIZATION") || (token.is_symbol(',') && !roles.empty());
        }
    }
    return roles;
}

std::string set_local(const char* setting, const std::string& value)
{
    return std::string("set local ") + setting + " = " +
           (value.empty() ? "''" : quoted_identifier(value)) + ";";
}

}  // namespace

bool is_refusal(const Error& error)
{
    switch (error.code()) {
    case ErrorCode::Rejected:
    case ErrorCode::Denied:
    case ErrorCode::NotFound:
    case ErrorCode::Exists:
        return true;
    default:
        return false;
    }
}

Result<void> attempt(ServerConnection& connection, const std::string& sql)
{
    TRY(connection.query("savepoint starkeep_attempt"));
    const Result<Rows> done = connection.query(sql);
    if (done.ok()) {
        TRY(connection.query("release savepoint starkeep_attempt"));
        return {};
    }
    if (is_refusal(done.error())) {
        TRY(connection.query(
            "rollback to savepoint starkeep_attempt; release savepoint starkeep_attempt"
        ));
    }
    return Error(done.error());
}

Result<void> prepare_for_definitions(ServerConnection& connection)
{
    TRY(connection.query(
        "set check_function_bodies = off; set default_transaction_read_only = off; "
        "set synchronous_commit = off; "
        "select pg_catalog.set_config('maintenance_work_mem', '256MB', false) "
        "where pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')) < "
        "268435456"
    ));
    return {};
}

Result<void> Definer::make(const ArchiveEntry& entry, LeftOut& left_out)
{
    TRY(choose_storage(entry, left_out));
    TRY(attempt(connection_, renames_.definition(entry)));
    return set_owner(entry, left_out);
}

Result<void> Definer::choose_storage(const ArchiveEntry& entry, LeftOut& left_out)
{
    std::string tablespace = entry.tablespace;
    if (!tablespace.empty() && !target_.tablespaces.contains(tablespace)) {
        left_out.add(
            "tablespace " + tablespace + " does not exist at the target: the default one is used"
        );
        tablespace.clear();
    }
    std::string sql = set_local("default_tablespace", tablespace);
    if (!entry.access_method.empty()) {
        std::string method = entry.access_method;
        if (!target_.access_methods.contains(method)) {
            left_out.add(
                describe(entry) + ": access method " + method +
                " does not exist at the target: heap is used"
            );
            method = "heap";
        }
        sql += set_local("default_table_access_method", method);
    }
    TRY(connection_.query(sql));
    return {};
}

Result<void> Definer::set_owner(const ArchiveEntry& entry, LeftOut& left_out)
{
    const std::optional<std::string> thing = owned_thing(entry);
    if (!thing) {
        return {};
    }
    if (!target_.roles.contains(entry.owner)) {
        left_out.add_role(entry.owner, "owner of " + describe(entry));
        return {};
    }
    const Result<void> set = attempt(
        connection_,
        "ALTER " + renames_.apply(*thing) + " OWNER TO " + quoted_identifier(entry.owner)
    );
    if (!set.ok()) {
        if (!is_refusal(set.error())) {
            return Error(set.error());
        }
        left_out.add_under(
            "role " + entry.owner + " cannot be made the owner here", describe(entry)
        );
    }
    return {};
}

bool Definer::lacks_role_in(std::string_view statement, const std::string& what, LeftOut& left_out)
    const
{
    bool lacks = false;
    for (const std::string& role : roles_in(statement)) {
        if (!target_.roles.contains(role)) {
            left_out.add_role(role, what);
            lacks = true;
        }
    }
    return lacks;
}

bool Definer::lacks_role(const ArchiveEntry& entry, LeftOut& left_out) const
{
    return (entry.kind == "POLICY" || entry.kind == "USER MAPPING") &&
           lacks_role_in(entry.definition, describe(entry), left_out);
}

Result<void> Definer::annotate(const ArchiveEntry& entry, const std::string& sql, LeftOut& left_out)
{
    const bool names_roles = entry.kind == "ACL" || entry.kind == "DEFAULT ACL";
    for (const std::string_view statement : split_statements(sql)) {
        const std::string what = (names_roles ? "a grant in " : "") + describe(entry);
        if (names_roles && lacks_role_in(statement, what, left_out)) {
            continue;
        }
        const Result<void> done = attempt(connection_, std::string(statement));
        if (done.ok()) {
            continue;
        }
        if (!is_refusal(done.error())) {
            return Error(done.error()).during("restoring " + describe(entry));
        }
        // An extension brings its comment along; to set it again needs its owner.
        if (!entry.name.starts_with("EXTENSION ")) {
            left_out.add(describe(entry) + ": " + done.error().message());
        }
    }
    return {};
}

}  // namespace starkeep::source::postgres
