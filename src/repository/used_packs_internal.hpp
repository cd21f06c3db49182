// SPDX-License-Identifier: Apache-2.0
// Which packs the restore points of a log need.
#pragma once

#include "base/id.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"

#include <unordered_set>

namespace starkeep::repository {

inline std::unordered_set<PackId> used_packs(const LogState& log)
{
    std::unordered_set<PackId> used;
    for (const Point& point : log.points) {
        for (const PointDatabase& database : point.databases) {
            used.insert(database.manifest.pack);
            used.insert(database.packs.begin(), database.packs.end());
        }
    }
    return used;
}

}  // namespace starkeep::repository
