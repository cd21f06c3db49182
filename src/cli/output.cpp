// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/selection.hpp"
#include "json/json.hpp"
#include "source/open.hpp"
#include "sys/errno_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::cli {

namespace {

/// Characters, not bytes: names may be in any script.
std::size_t width(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// A name from a database must not move the cursor or colour the screen.
std::string printable(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        out += code < 0x20 || code == 0x7F ? fmt::format("\\x{:02x}", code) : std::string(1, c);
    }
    return out;
}

}  // namespace

void print(std::string_view line)
{
    static_cast<void>(std::fwrite(line.data(), 1, line.size(), stdout));
    static_cast<void>(std::fputc('\n', stdout));
}

void print_json(const Json& document)
{
    print(json::format(document));
}

void print_error(const Error& error)
{
    static_cast<void>(std::fputs(("starkeep: error: " + error.text() + "\n").c_str(), stderr));
}

void warn(std::string_view text)
{
    static_cast<void>(std::fputs(fmt::format("warning: {}\n", text).c_str(), stderr));
}

void warn_of_exclusions(const engine::Selection& selection)
{
    for (const std::string& pattern : selection.unmatched_exclusions()) {
        warn(fmt::format("--exclude {} fits nothing here", pattern));
    }
}

void warn_of_password(const std::string& url)
{
    if (source::has_password(url)) {
        warn("the password in the URL is visible to everybody who can list processes; "
             "use a password file (PGPASSFILE) or PGPASSWORD instead");
    }
}

Result<void> flush_output()
{
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        return sys::errno_error(errno, "writing to standard output");
    }
    return {};
}

void Table::print() const
{
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) {
        widths.push_back(width(column.title));
    }
    std::vector<std::vector<std::string>> rows{{}};
    for (const Column& column : columns_) {
        rows.front().push_back(column.title);
    }
    for (const auto& cells : rows_) {
        std::vector<std::string>& row = rows.emplace_back();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            row.push_back(printable(cells[i]));
            widths[i] = std::max(widths[i], width(row.back()));
        }
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - width(row[i]), ' ');
            line += columns_[i].right ? padding + row[i] : row[i] + padding;
            line += "  ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        cli::print(std::string_view(line));
    }
}

std::string format_bytes(std::uint64_t bytes)
{
    static constexpr std::array<std::string_view, 6> kUnits = {
        "B", "KiB", "MiB", "GiB", "TiB", "PiB"
    };
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return unit == 0 ? fmt::format("{} B", bytes)
                     : fmt::format("{:.{}f} {}", value, value < 10 ? 2 : 1, kUnits[unit]);
}

std::string format_count(std::uint64_t count)
{
    std::string digits = std::to_string(count);
    for (std::size_t i = digits.size(); i > 3; i -= 3) {
        digits.insert(i - 3, ",");
    }
    return digits;
}

std::string format_count(std::uint64_t count, std::string_view noun)
{
    return fmt::format("{} {}{}", format_count(count), noun, count == 1 ? "" : "s");
}

std::string format_seconds(double seconds)
{
    if (seconds < 60) {
        return fmt::format("{:.2f} s", seconds);
    }
    const auto whole = static_cast<std::uint64_t>(std::lround(seconds));
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

}  // namespace starkeep::cli
