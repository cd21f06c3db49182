// SPDX-License-Identifier: Apache-2.0
// Finding the restore point that a person means, and those that a retention rule keeps.
#pragma once

#include "base/result.hpp"
#include "repository/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::engine {

/// Whether `point` is of the source that a person names: its URL, or a part of it that ends at a border ("/shop").
bool is_of_source(const repository::Point& point, std::string_view source);

/// Those of the source that a person names; all without one.
/// Errors: NotFound, telling the sources that there are, when a source is named and has none.
Result<std::vector<repository::Point>>
points_of(std::vector<repository::Point> points, const std::optional<std::string>& source);

/// `name`: an id, a unique prefix of one (4 digits at least), or "latest". `points` are newest first.
/// Errors: NotFound; InvalidInput when a prefix fits several, or when "latest" would choose among several sources.
Result<repository::Point> select_point(
    const std::vector<repository::Point>& points,
    std::string_view name,
    const std::optional<std::string>& source
);

/// How many points of each source to keep, by rule; a point stays when any rule keeps it. 0: the rule says nothing.
struct Retention {
    unsigned last = 0;
    unsigned daily = 0;   ///< the newest of each of that many days (UTC) that have one
    unsigned weekly = 0;  ///< ISO 8601 weeks
    unsigned monthly = 0;
    unsigned yearly = 0;

    bool empty() const
    {
        return last == 0 && daily == 0 && weekly == 0 && monthly == 0 && yearly == 0;
    }
};

struct RetentionPlan {
    std::vector<repository::Point> keep;
    std::vector<repository::Point> forget;
};

/// Counts apply to each source by itself. A point whose time cannot be read is kept. `points`: newest first, as
/// Repository::points() has them; of two points of one second, the first is the newer.
RetentionPlan
plan_retention(const std::vector<repository::Point>& points, const Retention& retention);

}  // namespace starkeep::engine
