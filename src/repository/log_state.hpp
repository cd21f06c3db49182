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

/// Entries that cannot be read: damaged or missing ones.
struct LogGap {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    codec::Hash256 before{
    };  ///< SHA-256 of the entry before them; zeros when there is none to be read
    std::string reason;      ///< naming the object
    std::string after_time;  ///< of the last entry that could be read before them; empty for none
    std::string until_time;  ///< of the first one after them; likewise
};

struct LogState {
    std::uint64_t sequence = 0;  ///< of the last entry; 0 for none
    codec::Hash256 last_hash{};  ///< SHA-256 of the last entry's object; zeros for none
    bool last_is_read = true;    ///< false: the last entry lies in a gap, its hash is not known
    std::string last_time;       ///< of the last entry that could be read
    std::vector<LogGap> gaps;    ///< not given up by a repair: nobody may write
    std::vector<LogGap> lost;    ///< given up by a repair
    std::uint64_t repairs = 0;
    std::vector<Point> points;             ///< those that exist now, oldest first
    std::unordered_set<PointId> known;     ///< every point that there ever was
    std::unordered_set<PackId> condemned;  ///< not to be reused: no point has used them since
    std::unordered_set<PackId> swept;      ///< gone for good
    std::unordered_set<SessionId> dead;    ///< may not commit any more
    std::map<std::string, std::uint64_t> distrusts;  ///< by source: points that ever took its trust
};

/// What is in gaps may be a point that is not seen now, or a forget that is not.
bool is_whole(const LogState& state);

/// The members of an entry from "type" on.
Json point_entry(const Point& point, const SessionId& session);
Json forget_entry(const std::vector<PointId>& points);
Json condemn_entry(const std::vector<PackId>& packs);
Json sweep_entry(const std::vector<PackId>& packs, const std::vector<SessionId>& sessions);
/// `packs`: those that no point uses any more, as far as the log can be read.
Json repair_entry(const std::vector<LogGap>& gaps, const std::vector<PackId>& packs);

/// The stretches that the entry gives up, without `reason` and times; none for an entry of another type.
/// Errors: Corrupt for what no repair can say.
Result<std::vector<LogGap>> given_up_by(const Json& entry);

/// Applies an entry to everything but `sequence` and `last_hash`. `name` is for errors; after one `state` is as before.
/// Errors: Corrupt for members that cannot be; Unsupported for an unknown type.
Result<void> apply_entry(std::string_view name, const Json& entry, LogState& state);

}  // namespace starkeep::repository
