// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/row_loader.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/model.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/existing_tables.hpp"
#include "source/postgres/journal.hpp"
#include "source/postgres/large_objects.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/writer.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

std::string column_list(const std::vector<std::string>& columns)
{
    std::string out;
    for (const std::string& column : columns) {
        out += (out.empty() ? "" : ", ") + quoted_identifier(column);
    }
    return out;
}

std::vector<std::string> names_of(const std::vector<Column>& columns)
{
    std::vector<std::string> names;
    for (const Column& column : columns) {
        names.push_back(column.name);
    }
    return names;
}

/// From the staging table into `table`: a row whose key is there already takes its place.
Result<std::string>
merge_statement(ServerConnection& connection, const Placement& placement, const std::string& table)
{
    TRY_LET(const std::vector<std::string> key, primary_key(connection, placement));
    const std::vector<std::string> columns = names_of(placement.object.columns);
    std::string changes;
    for (const std::string& column : columns) {
        if (std::ranges::find(key, column) == key.end()) {
            const std::string name = quoted_identifier(column);
            changes += (changes.empty() ? "" : ", ") + name + " = excluded." + name;
        }
    }
    const std::string list = column_list(columns);
    return "insert into " + table + " (" + list + ") overriding system value select " + list +
           " from pg_temp.starkeep_staging on conflict (" + column_list(key) + ") do " +
           (changes.empty() ? "nothing" : "update set " + changes);
}

}  // namespace

Result<std::unique_ptr<Loader>> RowLoader::open(const RestoreContext& context, std::stop_token stop)
{
    TRY_LET(
        ServerConnection connection,
        ServerConnection::open(context.server.url, context.server.database, std::move(stop))
    );
    // A unit and its journal entry share a transaction: both are lost or neither. The end of the restore waits for
    // the disk.
    TRY(connection.query("set synchronous_commit = off; set default_transaction_read_only = off"));
    return std::unique_ptr<Loader>(new RowLoader(context, std::move(connection)));
}

Result<bool> RowLoader::begin(const Placement& placement, const std::string& unit)
{
    if (context_.plan.act_of(placement.object.name) == "skip") {
        return false;
    }
    object_ = placement.object.name;
    TRY(connection_.query("begin"));
    TRY_LET(const bool is_new, journal::claim_unit(connection_, object_, unit));
    if (!is_new) {
        TRY(connection_.query("rollback"));
        return false;
    }
    Result<void> begun = begin_copy(placement);
    if (!begun.ok()) {
        return std::move(begun).error().during("loading " + placement.target);
    }
    return true;
}

Result<void> RowLoader::begin_copy(const Placement& placement)
{
    after_.clear();
    if (placement.object.kind == "large_objects") {
        TRY(connection_.query(
            "create temporary table starkeep_staging (loid oid, pageno bigint, data bytea) "
            "on commit drop"
        ));
        after_ = move_large_objects_sql();
        return connection_.begin_copy("copy pg_temp.starkeep_staging from stdin");
    }
    TRY_LET(const QualifiedName name, parse_qualified_name(placement.target));
    const std::string list = column_list(names_of(placement.object.columns));
    const std::string columns = list.empty() ? std::string() : " (" + list + ")";
    if (context_.plan.act_of(placement.object.name) != "merge") {
        return connection_.begin_copy("copy " + name.sql() + columns + " from stdin");
    }
    TRY_LET(after_, merge_statement(connection_, placement, name.sql()));
    TRY(connection_.query(
        "create temporary table starkeep_staging on commit drop as select " + list + " from " +
        name.sql() + " with no data"
    ));
    return connection_.begin_copy("copy pg_temp.starkeep_staging" + columns + " from stdin");
}

Result<void> RowLoader::write(ByteView rows)
{
    return connection_.put_copy(rows);
}

Result<void> RowLoader::end(std::uint64_t rows)
{
    Result<std::uint64_t> stored = connection_.end_copy();
    if (!stored.ok()) {
        return std::move(stored).error().during("loading " + object_);
    }
    if (*stored != rows) {
        TRY(connection_.query("rollback"));
        return Error{
            ErrorCode::Conflict,
            "loading " + object_ + ": " + std::to_string(*stored) + " rows arrived where " +
                std::to_string(rows) + " are due"
        };
    }
    if (!after_.empty()) {
        Result<Rows> moved = connection_.query(after_);
        if (!moved.ok()) {
            return std::move(moved).error().during("merging rows into " + object_);
        }
    }
    TRY(connection_.query("commit"));
    return {};
}

}  // namespace starkeep::source::postgres
