// SPDX-License-Identifier: Apache-2.0
// Results go to standard output, everything else to standard error.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/selection.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::cli {

/// One line on standard output.
void print(std::string_view line);
/// One JSON document, on one line.
void print_json(const Json& document);
void print_error(const Error& error);
void warn(std::string_view text);
/// Warns of exclude patterns that fitted nothing: something may have been kept by a typing mistake.
void warn_of_exclusions(const engine::Selection& selection);
/// Warns when a database URL shows a password to everybody who can list processes.
void warn_of_password(const std::string& url);

/// Errors: NoSpace or Unavailable when what was printed could not be written.
Result<void> flush_output();

/// Rows of cells in columns as wide as needed; numbers to the right where `right` says so.
class Table {
public:
    struct Column {
        std::string title;
        bool right = false;
    };
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    void print() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// "1.5 GiB"
std::string format_bytes(std::uint64_t bytes);
/// "1,234,567"
std::string format_count(std::uint64_t count);
/// "1 object", "2 objects"
std::string format_count(std::uint64_t count, std::string_view noun);
/// "4.21 s", "3 min 07 s"
std::string format_seconds(double seconds);

}  // namespace starkeep::cli
