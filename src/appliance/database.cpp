// SPDX-License-Identifier: Apache-2.0
#include "appliance/database.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::appliance {

namespace {

/// Another program that reads the file holds no lock longer than this.
constexpr int kBusyTimeoutMs = 5000;

/// Source: https://www.sqlite.org/rescode.html, read 2026-11-26.
ErrorCode classify(const SQLite::Exception& fault)
{
    switch (fault.getErrorCode()) {
    case SQLITE_CONSTRAINT:
        return fault.getExtendedErrorCode() == SQLITE_CONSTRAINT_UNIQUE ||
                       fault.getExtendedErrorCode() == SQLITE_CONSTRAINT_PRIMARYKEY
                   ? ErrorCode::Exists
                   : ErrorCode::Conflict;
    case SQLITE_FULL:
        return ErrorCode::NoSpace;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ErrorCode::Corrupt;
    default:
        return ErrorCode::Unavailable;
    }
}

Error database_error(const SQLite::Exception& fault)
{
    return {classify(fault), std::string("the appliance's database: ") + fault.what()};
}

void bind(SQLite::Statement& statement, int place, const Value& value)
{
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        statement.bind(place, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        statement.bind(place, *text);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
        statement.bind(place, bytes->data(), static_cast<int>(bytes->size()));
    } else {
        statement.bind(place);
    }
}

Value read(const SQLite::Column& column)
{
    if (column.isNull()) {
        return nullptr;
    }
    if (column.isInteger()) {
        return std::int64_t{column.getInt64()};
    }
    if (column.isBlob()) {
        const auto* data = static_cast<const std::byte*>(column.getBlob());
        return Bytes(data, data + column.getBytes());
    }
    return column.getString();
}

}  // namespace

struct Database::Connection {
    explicit Connection(const std::filesystem::path& path)
        : sqlite(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs)
    {
        sqlite.exec("PRAGMA journal_mode = WAL");
        sqlite.exec("PRAGMA synchronous = FULL");
        sqlite.exec("PRAGMA foreign_keys = ON");
    }

    SQLite::Database sqlite;
    /// Recursive: the act of a transaction calls change() and rows().
    std::recursive_mutex mutex;
    unsigned depth = 0;
};

std::string Row::text(std::size_t column) const
{
    ENSURE(column < values_.size());
    const auto* text = std::get_if<std::string>(&values_[column]);
    return text != nullptr ? *text : std::string();
}

std::int64_t Row::integer(std::size_t column) const
{
    ENSURE(column < values_.size());
    const auto* number = std::get_if<std::int64_t>(&values_[column]);
    return number != nullptr ? *number : 0;
}

Bytes Row::bytes(std::size_t column) const
{
    ENSURE(column < values_.size());
    const auto* bytes = std::get_if<Bytes>(&values_[column]);
    return bytes != nullptr ? *bytes : Bytes();
}

bool Row::is_null(std::size_t column) const
{
    ENSURE(column < values_.size());
    return std::holds_alternative<std::nullptr_t>(values_[column]);
}

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path)
{
    try {
        // Private constructor: make_unique cannot reach it.
        return std::unique_ptr<Database>(new Database(std::make_unique<Connection>(path)));
    } catch (const SQLite::Exception& fault) {
        return database_error(fault).during("opening " + path.string());
    }
}

Result<std::uint64_t>
Database::change(const std::string& statement, const std::vector<Value>& values)
{
    const std::lock_guard lock(connection_->mutex);
    try {
        SQLite::Statement prepared(connection_->sqlite, statement);
        for (std::size_t i = 0; i < values.size(); ++i) {
            bind(prepared, static_cast<int>(i) + 1, values[i]);
        }
        return static_cast<std::uint64_t>(prepared.exec());
    } catch (const SQLite::Exception& fault) {
        return database_error(fault);
    }
}

Result<std::vector<Row>>
Database::rows(const std::string& statement, const std::vector<Value>& values)
{
    const std::lock_guard lock(connection_->mutex);
    try {
        SQLite::Statement prepared(connection_->sqlite, statement);
        for (std::size_t i = 0; i < values.size(); ++i) {
            bind(prepared, static_cast<int>(i) + 1, values[i]);
        }
        std::vector<Row> found;
        while (prepared.executeStep()) {
            std::vector<Value> row;
            for (int column = 0; column < prepared.getColumnCount(); ++column) {
                row.push_back(read(prepared.getColumn(column)));
            }
            found.emplace_back(std::move(row));
        }
        return found;
    } catch (const SQLite::Exception& fault) {
        return database_error(fault);
    }
}

Result<void> Database::script(const std::string& statements)
{
    const std::lock_guard lock(connection_->mutex);
    try {
        connection_->sqlite.exec(statements);
        return {};
    } catch (const SQLite::Exception& fault) {
        return database_error(fault);
    }
}

Result<void> Database::in_transaction(const std::function<Result<void>()>& act)
{
    const std::lock_guard lock(connection_->mutex);
    if (connection_->depth > 0) {
        return act();
    }
    TRY(script("BEGIN IMMEDIATE"));
    ++connection_->depth;
    Result<void> outcome = act();
    --connection_->depth;
    if (outcome.ok()) {
        outcome = script("COMMIT");
    }
    if (!outcome.ok()) {
        // Fails only when SQLite has rolled back by itself.
        static_cast<void>(script("ROLLBACK"));
    }
    return outcome;
}

}  // namespace starkeep::appliance
