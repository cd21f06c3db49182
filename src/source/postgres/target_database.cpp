// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/target_database.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/target_rights.hpp"
#include "source/postgres/url.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// A session in any database but the wanted one, which may not exist. Managed servers do not always have `postgres`.
Result<ServerConnection> connect_beside(const TargetServer& server)
{
    TRY_LET(const std::optional<std::string> named, database_of(server.url));
    std::vector<std::string> candidates{"postgres", "template1"};
    if (named && *named != server.database) {
        candidates.insert(candidates.begin(), *named);
    }
    Error last{ErrorCode::NotFound, "the server has no database to begin in"};
    for (const std::string& candidate : candidates) {
        Result<ServerConnection> connection =
            ServerConnection::open(server.url, candidate, server.stop);
        if (connection.ok() || connection.error().code() != ErrorCode::NotFound) {
            return connection;
        }
        last = std::move(connection).error();
    }
    return last;
}

const ArchiveEntry* database_entry(const Archive& archive)
{
    const auto found = std::ranges::find(archive.entries, "DATABASE", &ArchiveEntry::kind);
    return found == archive.entries.end() ? nullptr : &*found;
}

Result<bool> has_database(ServerConnection& connection, const std::string& name)
{
    TRY_LET(
        const Rows found,
        connection.query(
            "select 1 from pg_catalog.pg_database where datname = $1", std::array{name}
        )
    );
    return found.size() > 0;
}

Result<void> set_owner(
    ServerConnection& connection,
    const TargetServer& server,
    const std::string& owner,
    LeftOut& left_out
)
{
    TRY_LET(
        const Rows there,
        connection.query("select 1 from pg_catalog.pg_roles where rolname = $1", std::array{owner})
    );
    if (there.size() == 0) {
        left_out.add_role(owner, "owner of database " + server.database);
        return {};
    }
    const Result<Rows> set = connection.query(
        "alter database " + quoted_identifier(server.database) + " owner to " +
        quoted_identifier(owner)
    );
    if (!set.ok() && !is_refusal(set.error())) {
        return Error(set.error());
    }
    if (!set.ok()) {
        left_out.add(
            "owner " + owner + " of database " + server.database + ": " + set.error().message()
        );
    }
    return {};
}

}  // namespace

Result<void> drop_database(const TargetServer& server)
{
    TRY_LET(ServerConnection connection, connect_beside(server));
    const std::string force = connection.server_version() >= 130000 ? " with (force)" : "";
    TRY(connection.query("drop database if exists " + quoted_identifier(server.database) + force));
    return {};
}

Result<bool> database_exists(const TargetServer& server)
{
    const Result<ServerConnection> direct =
        ServerConnection::open(server.url, server.database, server.stop);
    if (direct.ok()) {
        return true;
    }
    if (direct.error().code() != ErrorCode::NotFound) {
        return Error(direct.error());
    }
    return false;
}

Result<std::vector<Error>> find_refusals_to_create(const TargetServer& server)
{
    TRY_LET(ServerConnection connection, connect_beside(server));
    return find_missing_rights_to_create(connection, server.database);
}

Result<void> create_database(const TargetServer& server, const Archive& archive, LeftOut& left_out)
{
    TRY_LET(ServerConnection connection, connect_beside(server));
    const ArchiveEntry* entry = database_entry(archive);
    const std::string plain =
        "create database " + quoted_identifier(server.database) + " template template0";
    Result<Rows> made = Error{ErrorCode::NotFound, "the definitions tell nothing of the database"};
    if (entry != nullptr) {
        const std::vector<std::string_view> statements = split_statements(entry->definition);
        if (!statements.empty()) {
            made = connection.query(
                with_database_renamed(statements.front(), archive.database, server.database)
            );
        }
    }
    if (!made.ok()) {
        TRY_LET(const bool is_made, has_database(connection, server.database));
        if (is_made) {
            return {};  // somebody was faster
        }
    }
    // A server of another version or system may lack the locale or its provider.
    if (!made.ok() && (made.error().code() == ErrorCode::Rejected ||
                       made.error().code() == ErrorCode::NotFound)) {
        left_out.add(
            "locale and tablespace of database " + server.database + ": " + made.error().message()
        );
        made = connection.query(plain + " encoding 'UTF8'");
    }
    if (!made.ok()) {
        TRY_LET(const bool is_made, has_database(connection, server.database));
        return is_made ? Result<void>()
                       : Error(made.error()).during("creating database " + server.database);
    }
    return entry == nullptr || entry->owner.empty()
               ? Result<void>()
               : set_owner(connection, server, entry->owner, left_out);
}

}  // namespace starkeep::source::postgres
