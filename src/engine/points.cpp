// SPDX-License-Identifier: Apache-2.0
#include "engine/points.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "repository/model.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

/// Shorter prefixes are typing mistakes more often than choices.
constexpr std::size_t kShortestPrefix = 4;

std::string joined(const std::set<std::string>& names)
{
    std::string out;
    for (const std::string& name : names) {
        out += (out.empty() ? "" : ", ") + name;
    }
    return out;
}

Result<repository::Point> latest(const std::vector<repository::Point>& points)
{
    if (points.empty()) {
        return Error{
            ErrorCode::NotFound,
            "the repository holds no restore point",
            "Make one with: starkeep backup SOURCE."
        };
    }
    std::set<std::string> sources;
    for (const repository::Point& point : points) {
        sources.insert(point.source);
    }
    if (sources.size() > 1) {
        return Error{
            ErrorCode::InvalidInput,
            "\"latest\" could mean points of several sources: " + joined(sources),
            "Say which with --source."
        };
    }
    return points.front();
}

/// The calendar unit that a time falls in, per rule. Newest first, so the first of each unit is its newest.
struct Periods {
    std::int64_t day;
    std::int64_t week;
    std::int64_t month;
    std::int64_t year;
};

Periods periods_of(std::chrono::sys_seconds time)
{
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::int64_t day = days.time_since_epoch().count();
    const std::int64_t year = static_cast<int>(date.year());
    // 1970-01-01 was a Thursday: shifted by three days, weeks begin on Monday as ISO 8601 has it.
    const auto since_monday =
        std::chrono::floor<std::chrono::weeks>(days.time_since_epoch() + std::chrono::days(3));
    return {
        .day = day,
        .week = since_monday.count(),
        .month = year * 12 + static_cast<unsigned>(date.month()),
        .year = year
    };
}

/// Keeps the first point of each new unit until `count` units are used up.
class Rule {
public:
    explicit Rule(unsigned count) : left_(count) {}

    bool keeps(std::int64_t unit)
    {
        if (left_ == 0 || last_ == unit) {
            return false;
        }
        last_ = unit;
        --left_;
        return true;
    }

private:
    unsigned left_;
    std::optional<std::int64_t> last_;
};

struct Rules {
    explicit Rules(const Retention& retention)
        : last(retention.last)
        , daily(retention.daily)
        , weekly(retention.weekly)
        , monthly(retention.monthly)
        , yearly(retention.yearly)
    {
    }

    bool keep(const repository::Point& point)
    {
        const Result<std::chrono::sys_seconds> time = sys::parse_rfc3339(point.time);
        if (!time.ok()) {
            return true;
        }
        const Periods periods = periods_of(*time);
        bool kept = last.keeps(ordinal++);
        kept = daily.keeps(periods.day) || kept;
        kept = weekly.keeps(periods.week) || kept;
        kept = monthly.keeps(periods.month) || kept;
        return yearly.keeps(periods.year) || kept;
    }

    Rule last;
    Rule daily;
    Rule weekly;
    Rule monthly;
    Rule yearly;
    std::int64_t ordinal = 0;
};

}  // namespace

bool is_of_source(const repository::Point& point, std::string_view source)
{
    if (point.source == source) {
        return true;
    }
    if (source.empty() || !point.source.ends_with(source)) {
        return false;
    }
    const std::string_view before =
        std::string_view(point.source).substr(0, point.source.size() - source.size());
    return source.front() == '/' || before.ends_with('/') || before.ends_with('@');
}

Result<std::vector<repository::Point>>
points_of(std::vector<repository::Point> points, const std::optional<std::string>& source)
{
    if (!source) {
        return points;
    }
    std::set<std::string> sources;
    for (const repository::Point& point : points) {
        sources.insert(point.source);
    }
    std::erase_if(points, [&](const repository::Point& point) {
        return !is_of_source(point, *source);
    });
    if (points.empty()) {
        return Error{
            ErrorCode::NotFound,
            "no restore point of source " + *source,
            sources.empty() ? "The repository holds no restore point."
                            : "The repository holds points of: " + joined(sources) + "."
        };
    }
    return points;
}

Result<repository::Point> select_point(
    const std::vector<repository::Point>& points,
    std::string_view name,
    const std::optional<std::string>& source
)
{
    TRY_LET(const std::vector<repository::Point> chosen, points_of(points, source));
    if (name == "latest") {
        return latest(chosen);
    }
    std::vector<const repository::Point*> fitting;
    for (const repository::Point& point : chosen) {
        if (name.size() >= kShortestPrefix && point.id.hex().starts_with(name)) {
            fitting.push_back(&point);
        }
    }
    if (fitting.empty()) {
        return Error{
            ErrorCode::NotFound,
            "no restore point \"" + std::string(name) + "\"" +
                (source ? " of source " + *source : ""),
            "A point is an id, a unique prefix of one of 4 digits or more, or latest; list them "
            "with: starkeep points."
        };
    }
    if (fitting.size() > 1) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + std::string(name) + "\" is the beginning of " + std::to_string(fitting.size()) +
                " restore points",
            "Give more digits of the id."
        };
    }
    return *fitting.front();
}

RetentionPlan
plan_retention(const std::vector<repository::Point>& points, const Retention& retention)
{
    std::vector<const repository::Point*> newest_first;
    for (const repository::Point& point : points) {
        newest_first.push_back(&point);
    }
    // Of two points of one second, the one that comes first in `points` is the newer.
    std::ranges::sort(newest_first, [](const auto* one, const auto* other) {
        return one->time != other->time ? one->time > other->time : one < other;
    });
    std::map<std::string, Rules> rules;
    RetentionPlan plan;
    for (const repository::Point* point : newest_first) {
        const bool kept = rules.try_emplace(point->source, retention).first->second.keep(*point);
        (kept ? plan.keep : plan.forget).push_back(*point);
    }
    return plan;
}

}  // namespace starkeep::engine
