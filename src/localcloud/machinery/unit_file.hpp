// SPDX-License-Identifier: Apache-2.0
// What a service unit of systemd says, as far as the small init of a machine honours it.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

enum class UnitType : std::uint8_t { Simple, Oneshot };
enum class UnitRestart : std::uint8_t { No, OnSuccess, OnFailure, Always };

/// A command line, split into words; its program may be preceded by '-': failure is no failure then.
struct UnitCommand {
    std::vector<std::string> words;
    bool may_fail = false;
};

struct EnvironmentFile {
    std::string path;
    bool may_be_missing = false;
};

struct UnitFile {
    std::string description;
    UnitType type = UnitType::Simple;
    std::vector<UnitCommand> start_pre{};
    std::vector<UnitCommand> start{};
    std::vector<std::pair<std::string, std::string>> environment{};
    std::vector<EnvironmentFile> environment_files{};
    std::string working_directory{};
    std::string user{};
    UnitRestart restart = UnitRestart::No;
    std::chrono::milliseconds restart_pause{100};
    std::chrono::milliseconds stop_patience{90'000};
    bool remains_after_exit = false;
    std::vector<std::string> wanted_by{};
};

/// Settings that are not honoured are passed over, as systemd does with those it does not know.
/// Errors: InvalidInput naming the line, for what systemd would refuse as well: no ExecStart, a line without '=', an unclosed
/// quote, a value that is none.
/// Source: systemd.syntax(7), systemd.service(5), systemd.exec(5) of systemd 249 (Ubuntu 22.04).
Result<UnitFile> parse_unit_file(std::string_view text, std::string_view unit_name);

/// Lines NAME=VALUE; comments and blank lines do not count. Source: systemd.exec(5), EnvironmentFile=.
std::vector<std::pair<std::string, std::string>> parse_environment_file(std::string_view text);

/// "250ms", "5", "1min 30s". Errors: InvalidInput. Source: systemd.time(7).
Result<std::chrono::milliseconds> parse_time_span(std::string_view text);

}  // namespace starkeep::localcloud
