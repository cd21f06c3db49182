// SPDX-License-Identifier: Apache-2.0
#include "api/route.hpp"
#include "appliance/appliance.hpp"
#include "appliance/repository_pool.hpp"
#include "appliance/subjects.hpp"
#include "appliance/users.hpp"
#include "base/result.hpp"
#include "engine/point_reader.hpp"
#include "engine/points.hpp"
#include "engine/report_json.hpp"
#include "json/json.hpp"
#include "repository/log_state.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "source/open.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::api {

namespace {

using appliance::Role;

/// The query's source as repositories know it: a registered name stands for its URL.
Result<std::optional<std::string>> chosen_source(const Call& call)
{
    const auto found = call.query.find("source");
    if (found == call.query.end() || found->second.empty()) {
        return std::optional<std::string>();
    }
    const std::string& said = found->second;
    if (const auto known = call.appliance.catalog().source(said); known.ok()) {
        TRY_LET(std::string url, source::url_without_password(known->url));
        return std::optional(std::move(url));
    }
    const Result<std::string> url = source::url_without_password(said);
    return std::optional(url.ok() ? *url : said);
}

Result<Answer> list_points(Call& call)
{
    TRY_LET(
        const appliance::SharedRepository held,
        call.appliance.repositories().open(call.path.at("name"))
    );
    TRY_LET(const std::optional<std::string> source, chosen_source(call));
    TRY_LET(std::vector<repository::Point> all, held->repository->points());
    TRY_LET(const std::vector<repository::Point> points, engine::points_of(std::move(all), source));
    Json items = Json::array();
    for (const repository::Point& point : points) {
        items.push_back(engine::to_json(point));
    }
    Json gaps = Json::array();
    for (const repository::LogGap& gap : held->repository->log_gaps()) {
        gaps.push_back(gap.reason);
    }
    return Answer{.body = {{"items", items}, {"log_gaps", gaps}}};
}

Result<Answer> show_point(Call& call)
{
    TRY_LET(
        const appliance::SharedRepository held,
        call.appliance.repositories().open(call.path.at("name"))
    );
    TRY_LET(const std::optional<std::string> source, chosen_source(call));
    TRY_LET(const std::vector<repository::Point> all, held->repository->points());
    TRY_LET(
        const repository::Point point, engine::select_point(all, call.path.at("point"), source)
    );
    std::vector<repository::Manifest> manifests;
    for (const repository::PointDatabase& database : point.databases) {
        TRY_LET(repository::Manifest manifest, engine::read_manifest(*held->repository, database));
        manifests.push_back(std::move(manifest));
    }
    return Answer{.body = engine::to_json(point, manifests)};
}

}  // namespace

std::vector<Route> point_routes()
{
    return {
        {.method = "GET",
         .path = "/api/v1/repositories/{name}/points",
         .id = "point_list",
         .summary = "Restore points, newest first",
         .role = Role::Viewer,
         .response = "Points",
         .query = {"source"},
         .handle = list_points},
        {.method = "GET",
         .path = "/api/v1/repositories/{name}/points/{point}",
         .id = "point_show",
         .summary = "What a restore point holds; latest is one too",
         .role = Role::Viewer,
         .response = "PointContents",
         .query = {"source"},
         .handle = show_point},
    };
}

}  // namespace starkeep::api
