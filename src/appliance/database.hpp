// SPDX-License-Identifier: Apache-2.0
// The appliance's SQLite file behind Results: statements with values in, rows out. No other file sees SQLite.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace starkeep::appliance {

using Value = std::variant<std::nullptr_t, std::int64_t, std::string, Bytes>;

/// One row of an answer; columns count from 0.
class Row {
public:
    explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

    /// Empty or 0 when the column is null.
    std::string text(std::size_t column) const;
    std::int64_t integer(std::size_t column) const;
    Bytes bytes(std::size_t column) const;
    bool is_null(std::size_t column) const;

private:
    std::vector<Value> values_;
};

/// Thread: any; one statement or transaction at a time.
class Database {
public:
    /// Makes the file when it is missing. What a call has changed survives a power cut once it, or the transaction around it, has returned.
    /// Errors: Corrupt when the file is no database; Unavailable.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);

    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs one statement; how many rows it changed.
    /// Errors: Exists when a unique name is taken; Conflict when another rule of the tables forbids it; NoSpace; Corrupt;
    /// Unavailable.
    Result<std::uint64_t>
    change(const std::string& statement, const std::vector<Value>& values = {});
    Result<std::vector<Row>>
    rows(const std::string& statement, const std::vector<Value>& values = {});
    /// Several statements without values.
    Result<void> script(const std::string& statements);

    /// All that `act` changes, or nothing when it fails. May nest: the outermost decides.
    Result<void> in_transaction(const std::function<Result<void>()>& act);

private:
    struct Connection;
    explicit Database(std::unique_ptr<Connection> connection);

    std::unique_ptr<Connection> connection_;
};

}  // namespace starkeep::appliance
