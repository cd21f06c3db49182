// SPDX-License-Identifier: Apache-2.0
// Restore points and their contents as the public JSON shows them.
#pragma once

#include "base/result.hpp"
#include "cli/context.hpp"
#include "cli/repository_access.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::cli {

/// Digits of an id that people are shown.
inline constexpr std::size_t kShortId = 8;
std::string short_id(const repository::Point& point);

Json to_json(const repository::Point& point);
/// Tells the database as well: several may have objects of the same name.
Json to_json(const repository::ManifestObject& object, const repository::Manifest& manifest);

/// POINT[:DATABASE[/OBJECT]], names as typed_name.hpp has them.
struct PointPath {
    std::string point;
    std::optional<std::string> database;  ///< its very name, quotes taken off
    std::optional<std::string> object;    ///< as typed
};
PointPath parse_point_path(std::string_view text);

/// --source. A URL is brought to the form in which the repository knows sources, which holds no password.
void add_source_option(CLI::App& command, std::string& source, const char* description);

/// All points, or those of `source` unless it is empty, newest first.
Result<std::vector<repository::Point>>
chosen_points(repository::Repository& repository, const std::string& source);

Result<repository::Point>
find_point(repository::Repository& repository, const std::string& name, const std::string& source);

}  // namespace starkeep::cli
