// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/unit_file.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kSpace = " \t\r";
constexpr std::int64_t kLongestSpan = std::int64_t{1'000} * 86'400 * 365;

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_comment(std::string_view line)
{
    return line.starts_with('#') || line.starts_with(';');
}

/// Takes the next line off the front, joined with those that a backslash at its end continues.
std::string next_line(std::string_view& rest)
{
    std::string out;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = trimmed(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (!out.empty() && is_comment(line)) {
            continue;
        }
        out += line;
        if (!out.ends_with('\\')) {
            break;
        }
        out.back() = ' ';
    }
    return out;
}

/// Names of the unit that a value may hold. Source: systemd.unit(5), specifiers.
std::string with_specifiers(std::string_view text, std::string_view unit)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
        if (next == '%') {
            out += '%';
        } else if (next == 'n') {
            out += unit;
        } else if (next == 'N' || next == 'p') {
            out += unit.substr(0, unit.rfind('.'));
        } else {
            out += text[i];
            continue;
        }
        ++i;
    }
    return out;
}

char escaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 's':
        return ' ';
    default:
        return c;
    }
}

Result<std::vector<std::string>> split_words(std::string_view text)
{
    std::vector<std::string> words;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == '\0' && kSpace.find(c) != std::string_view::npos) {
            in_word = false;
            continue;
        }
        if (!in_word) {
            words.emplace_back();
            in_word = true;
        }
        if (c == quote) {
            quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '\\' && i + 1 < text.size()) {
            words.back() += escaped(text[++i]);
        } else {
            words.back() += c;
        }
    }
    if (quote != '\0') {
        return Error{ErrorCode::InvalidInput, "a quote is not closed"};
    }
    return words;
}

Result<UnitCommand> parse_command(std::string_view text)
{
    UnitCommand command;
    // '@', ':', '+' and '!' change nothing for commands that run as root anyway.
    while (!text.empty() && std::string_view("-@:+!").find(text.front()) != std::string_view::npos
    ) {
        command.may_fail = command.may_fail || text.front() == '-';
        text.remove_prefix(1);
    }
    TRY_LET(command.words, split_words(text));
    if (command.words.empty()) {
        return Error{ErrorCode::InvalidInput, "the command is empty"};
    }
    return command;
}

Result<bool> parse_flag(std::string_view text)
{
    if (text == "yes" || text == "true" || text == "1" || text == "on") {
        return true;
    }
    if (text == "no" || text == "false" || text == "0" || text == "off") {
        return false;
    }
    return Error{ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is neither yes nor no"};
}

Result<void> add_command(std::vector<UnitCommand>& commands, std::string_view value)
{
    // An empty value takes back what was there, as in all lists of systemd.
    if (value.empty()) {
        commands.clear();
        return {};
    }
    TRY_LET(UnitCommand command, parse_command(value));
    commands.push_back(std::move(command));
    return {};
}

Result<void> set_type(UnitFile& unit, std::string_view value)
{
    if (value != "simple" && value != "exec" && value != "notify" && value != "oneshot") {
        return Error{ErrorCode::InvalidInput, "type " + std::string(value) + " is not supported"};
    }
    unit.type = value == "oneshot" ? UnitType::Oneshot : UnitType::Simple;
    return {};
}

Result<void> set_restart(UnitFile& unit, std::string_view value)
{
    static const std::map<std::string_view, UnitRestart> kValues{
        {"no", UnitRestart::No},
        {"on-success", UnitRestart::OnSuccess},
        {"on-failure", UnitRestart::OnFailure},
        {"on-abnormal", UnitRestart::OnFailure},
        {"on-abort", UnitRestart::OnFailure},
        {"always", UnitRestart::Always},
    };
    const auto found = kValues.find(value);
    if (found == kValues.end()) {
        return Error{ErrorCode::InvalidInput, "\"" + std::string(value) + "\" is no restart rule"};
    }
    unit.restart = found->second;
    return {};
}

Result<void> add_environment(UnitFile& unit, std::string_view value)
{
    TRY_LET(const std::vector<std::string> words, split_words(value));
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0) {
            return Error{ErrorCode::InvalidInput, "\"" + word + "\" is no NAME=VALUE"};
        }
        unit.environment.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    return {};
}

Result<void> add_environment_file(UnitFile& unit, std::string_view value)
{
    const bool may_be_missing = value.starts_with('-');
    value.remove_prefix(may_be_missing ? 1 : 0);
    unit.environment_files.push_back({.path = std::string(value), .may_be_missing = may_be_missing}
    );
    return {};
}

using Setter = std::function<Result<void>(UnitFile&, std::string_view)>;

const std::map<std::string, Setter, std::less<>>& setters()
{
    static const std::map<std::string, Setter, std::less<>> kSetters{
        {"Unit.Description",
         [](UnitFile& unit, std::string_view value) -> Result<void> {
             unit.description = value;
             return {};
         }},
        {"Service.Type", set_type},
        {"Service.ExecStartPre",
         [](UnitFile& unit, std::string_view value) {
             return add_command(unit.start_pre, value);
         }},
        {"Service.ExecStart",
         [](UnitFile& unit, std::string_view value) {
             return add_command(unit.start, value);
         }},
        {"Service.Environment", add_environment},
        {"Service.EnvironmentFile", add_environment_file},
        {"Service.WorkingDirectory",
         [](UnitFile& unit, std::string_view value) -> Result<void> {
             unit.working_directory = value.starts_with('-') ? value.substr(1) : value;
             return {};
         }},
        {"Service.User",
         [](UnitFile& unit, std::string_view value) -> Result<void> {
             unit.user = value;
             return {};
         }},
        {"Service.Restart", set_restart},
        {"Service.RestartSec",
         [](UnitFile& unit, std::string_view value) -> Result<void> {
             TRY_LET(unit.restart_pause, parse_time_span(value));
             return {};
         }},
        {"Service.TimeoutStopSec",
         [](UnitFile& unit, std::string_view value) -> Result<void> {
             TRY_LET(unit.stop_patience, parse_time_span(value));
             return {};
         }},
        {"Service.RemainAfterExit",
         [](UnitFile& unit, std::string_view value) -> Result<void> {
             TRY_LET(unit.remains_after_exit, parse_flag(value));
             return {};
         }},
        {"Install.WantedBy",
         [](UnitFile& unit, std::string_view value) -> Result<void> {
             TRY_LET(unit.wanted_by, split_words(value));
             return {};
         }},
    };
    return kSetters;
}

Result<void>
parse_line(UnitFile& unit, std::string& section, std::string_view line, std::string_view unit_name)
{
    if (line.starts_with('[')) {
        if (!line.ends_with(']')) {
            return Error{ErrorCode::InvalidInput, "a section is not closed"};
        }
        section = line.substr(1, line.size() - 2);
        return {};
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
        return Error{ErrorCode::InvalidInput, "there is no '='"};
    }
    const auto setter =
        setters().find(section + "." + std::string(trimmed(line.substr(0, equals))));
    if (setter == setters().end()) {
        return {};
    }
    return setter->second(unit, with_specifiers(trimmed(line.substr(equals + 1)), unit_name));
}

}  // namespace

Result<UnitFile> parse_unit_file(std::string_view text, std::string_view unit_name)
{
    UnitFile unit;
    std::string section;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string line = next_line(rest);
        if (line.empty() || is_comment(line)) {
            continue;
        }
        if (Result<void> done = parse_line(unit, section, line, unit_name); !done.ok()) {
            return std::move(done).error().during(
                "unit " + std::string(unit_name) + ", line \"" + line + "\""
            );
        }
    }
    if (unit.start.empty() || (unit.type == UnitType::Simple && unit.start.size() > 1)) {
        return Error{
            ErrorCode::InvalidInput,
            "unit " + std::string(unit_name) + " has " + (unit.start.empty() ? "no" : "several") +
                " ExecStart"
        };
    }
    return unit;
}

std::vector<std::pair<std::string, std::string>> parse_environment_file(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> out;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string line = next_line(rest);
        const std::size_t equals = line.find('=');
        if (is_comment(line) || equals == std::string::npos || equals == 0) {
            continue;
        }
        std::string_view value = trimmed(std::string_view(line).substr(equals + 1));
        const bool is_quoted = value.size() >= 2 && value.front() == value.back() &&
                               (value.front() == '"' || value.front() == '\'');
        value = is_quoted ? value.substr(1, value.size() - 2) : value;
        out.emplace_back(trimmed(std::string_view(line).substr(0, equals)), value);
    }
    return out;
}

Result<std::chrono::milliseconds> parse_time_span(std::string_view text)
{
    struct Unit {
        std::string_view name;
        std::int64_t milliseconds;
    };
    static constexpr std::array<Unit, 11> kUnits{{
        {"ms", 1},
        {"msec", 1},
        {"", 1'000},
        {"s", 1'000},
        {"sec", 1'000},
        {"seconds", 1'000},
        {"m", 60'000},
        {"min", 60'000},
        {"minutes", 60'000},
        {"h", 3'600'000},
        {"hours", 3'600'000},
    }};
    const Error fault{ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is no span of time"};
    if (text == "infinity" || text == "0") {
        return std::chrono::milliseconds(text == "0" ? 0 : kLongestSpan);
    }
    std::int64_t total = 0;
    std::string_view rest = trimmed(text);
    if (rest.empty()) {
        return fault;
    }
    while (!rest.empty()) {
        std::int64_t number = 0;
        const auto [end, status] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (status != std::errc() || number < 0 || number > kLongestSpan) {
            return fault;
        }
        rest = trimmed(rest.substr(static_cast<std::size_t>(end - rest.data())));
        const std::size_t length = std::min(rest.find_first_of(" \t0123456789"), rest.size());
        const std::string_view name = rest.substr(0, length);
        const auto* unit = std::ranges::find(kUnits, name, &Unit::name);
        if (unit == kUnits.end() || number > kLongestSpan / unit->milliseconds) {
            return fault;
        }
        total += number * unit->milliseconds;
        rest = trimmed(rest.substr(length));
    }
    return std::chrono::milliseconds(total);
}

}  // namespace starkeep::localcloud
