// SPDX-License-Identifier: Apache-2.0
#include "cli/point_json.hpp"

#include "base/result.hpp"
#include "cli/log_gaps.hpp"
#include "engine/point_reader.hpp"
#include "engine/points.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"
#include "repository/log_state.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/open.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::cli {

std::string short_id(const repository::Point& point)
{
    return point.id.hex().substr(0, kShortId);
}

Json to_json(const repository::Point& point)
{
    Json databases = Json::array();
    for (const repository::PointDatabase& database : point.databases) {
        databases.push_back(engine::typed_part(database.name));
    }
    return {
        {"id", point.id.hex()},
        {"source", point.source},
        {"time", point.time},
        {"kind", point.kind},
        {"consistency", point.consistency},
        {"databases", databases},
        {"labels", Json(point.labels)},
        {"rows", point.rows},
        {"object_count", point.objects},
        {"bytes_read", point.bytes_read},
        {"bytes_new", point.bytes_new},
        {"bytes_stored", point.bytes_stored}
    };
}

Json to_json(const repository::ManifestObject& object, const repository::Manifest& manifest)
{
    return {
        {"database", engine::typed_part(manifest.database)},
        {"name", object.name},
        {"kind", object.kind},
        {"rows", engine::counted_rows(manifest, object)},
        {"bytes", object.bytes},
        {"digest", object.digest.hex()}
    };
}

PointPath parse_point_path(std::string_view text)
{
    PointPath path;
    const std::size_t colon = text.find(':');
    path.point = std::string(text.substr(0, colon));
    if (colon == std::string_view::npos) {
        return path;
    }
    text.remove_prefix(colon + 1);
    const std::size_t slash = engine::find_separator(text, '/');
    path.database = engine::parse_part(text.substr(0, slash)).text;
    if (slash != std::string_view::npos && slash + 1 < text.size()) {
        path.object = std::string(text.substr(slash + 1));
    }
    return path;
}

void add_source_option(CLI::App& command, std::string& source, const char* description)
{
    command.add_option("--source", source, description)->transform([](const std::string& text) {
        const Result<std::string> url = source::url_without_password(text);
        return url.ok() ? *url : text;
    });
}

Result<std::vector<repository::Point>>
chosen_points(repository::Repository& repository, const std::string& source)
{
    TRY_LET(std::vector<repository::Point> points, repository.points());
    warn_of_gaps(repository.log_gaps());
    return engine::points_of(
        std::move(points), source.empty() ? std::nullopt : std::optional(source)
    );
}

Result<repository::Point>
find_point(repository::Repository& repository, const std::string& name, const std::string& source)
{
    TRY_LET(const std::vector<repository::Point> points, repository.points());
    const Result<repository::Point> found =
        engine::select_point(points, name, source.empty() ? std::nullopt : std::optional(source));
    const std::vector<repository::LogGap> gaps = repository.log_gaps();
    TRY_LET(repository::Point point, sure_point(found, name, gaps));
    warn_of_gaps(gaps);
    return point;
}

}  // namespace starkeep::cli
