// SPDX-License-Identifier: Apache-2.0
// What the log's entries say and what they add up to. Source: docs/repository-format.md section 7.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace starkeep::repository {

struct LogState {
    std::uint64_t sequence = 0;            ///< of the last entry; 0 for none
    codec::Hash256 last_hash{};            ///< SHA-256 of the last entry's object; zeros for none
    std::vector<Point> points;             ///< those that exist now, oldest first
    std::unordered_set<PointId> known;     ///< every point that there ever was
    std::unordered_set<PackId> condemned;  ///< not to be reused: no point has used them since
    std::unordered_set<PackId> swept;      ///< gone for good
    std::unordered_set<SessionId> dead;    ///< may not commit any more
    std::map<std::string, std::uint64_t> distrusts;  ///< by source: points that ever took its trust
};

/// The members of an entry from "type" on.
Json point_entry(const Point& point, const SessionId& session);
Json forget_entry(const std::vector<PointId>& points);
Json condemn_entry(const std::vector<PackId>& packs);
Json sweep_entry(const std::vector<PackId>& packs, const std::vector<SessionId>& sessions);

/// Applies an entry to everything but `sequence` and `last_hash`. `name` is for errors; after one `state` is as before.
/// Errors: Corrupt for members that cannot be; Unsupported for an unknown type.
Result<void> apply_entry(std::string_view name, const Json& entry, LogState& state);

}  // namespace starkeep::repository
