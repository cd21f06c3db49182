// SPDX-License-Identifier: Apache-2.0
#include "repository/log_state.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "repository/model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

template <typename AnyId>
Json ids_to_json(const std::vector<AnyId>& ids)
{
    Json out = Json::array();
    for (const AnyId& id : ids) {
        out.push_back(id.hex());
    }
    return out;
}

template <typename AnyId>
Result<AnyId> id_from_text(std::string_view member, const std::string& text)
{
    const std::optional<AnyId> id = AnyId::from_hex(text);
    if (!id) {
        return Error{ErrorCode::Corrupt, fmt::format("\"{}\" is no id", member)};
    }
    return *id;
}

template <typename AnyId>
Result<AnyId> get_id(const Json& object, std::string_view member)
{
    TRY_LET(const std::string text, json::get_string(object, member));
    return id_from_text<AnyId>(member, text);
}

template <typename AnyId>
Result<std::vector<AnyId>> get_ids(const Json& object, std::string_view member)
{
    TRY_LET(const Json array, json::get_array(object, member));
    std::vector<AnyId> ids;
    ids.reserve(array.size());
    for (const Json& element : array) {
        if (!element.is_string()) {
            return Error{
                ErrorCode::Corrupt, fmt::format("\"{}\" holds something that is no id", member)
            };
        }
        TRY_LET(const AnyId id, id_from_text<AnyId>(member, element.get<std::string>()));
        ids.push_back(id);
    }
    return ids;
}

Json database_to_json(const PointDatabase& database)
{
    return {
        {"name", database.name},
        {"manifest", to_json(database.manifest)},
        {"packs", ids_to_json(database.packs)},
        {"generation", database.generation},
    };
}

Result<PointDatabase> database_from_json(const Json& json)
{
    PointDatabase database;
    TRY_LET(database.name, json::get_string(json, "name"));
    TRY_LET(const Json manifest, json::get_array(json, "manifest"));
    TRY_LET(database.manifest, reference_from_json(manifest));
    TRY_LET(database.packs, get_ids<PackId>(json, "packs"));
    TRY_LET(database.generation, json::get_unsigned(json, "generation"));
    return database;
}

Result<Point> point_from_json(const Json& json)
{
    Point point;
    TRY_LET(point.id, get_id<PointId>(json, "id"));
    TRY_LET(point.source, json::get_string(json, "source"));
    TRY_LET(point.kind, json::get_string(json, "kind"));
    TRY_LET(point.time, json::get_string(json, "time"));
    TRY_LET(const Json labels, json::get_object(json, "label"));
    for (const auto& [key, value] : labels.items()) {
        if (!value.is_string()) {
            return Error{ErrorCode::Corrupt, fmt::format("label \"{}\" is no text", key)};
        }
        point.labels.emplace(key, value.get<std::string>());
    }
    TRY_LET(point.consistency, json::get_string(json, "consistency"));
    TRY_LET(point.trusted, json::get_bool(json, "trusted"));
    TRY_LET(point.rows, json::get_unsigned(json, "rows"));
    TRY_LET(point.objects, json::get_unsigned(json, "objects"));
    TRY_LET(point.bytes_read, json::get_unsigned(json, "bytes_read"));
    TRY_LET(point.bytes_new, json::get_unsigned(json, "bytes_new"));
    TRY_LET(point.bytes_stored, json::get_unsigned(json, "bytes_stored"));
    TRY_LET(const Json databases, json::get_array(json, "databases"));
    for (const Json& element : databases) {
        TRY_LET(PointDatabase database, database_from_json(element));
        point.databases.push_back(std::move(database));
    }
    return point;
}

bool uses_swept(const Point& point, const LogState& state)
{
    return std::ranges::any_of(point.databases, [&](const PointDatabase& database) {
        return std::ranges::any_of(database.packs, [&](const PackId& pack) {
            return state.swept.contains(pack);
        });
    });
}

Result<void> add_point(const Json& entry, LogState& state)
{
    TRY_LET(const Json json, json::get_object(entry, "point"));
    TRY_LET(Point point, point_from_json(json));
    TRY_LET(const SessionId session, get_id<SessionId>(json, "session"));
    const auto corrupt = [&](std::string_view reason) {
        return Error{
            ErrorCode::Corrupt, fmt::format("restore point {} {}", point.id.hex(), reason)
        };
    };
    if (state.known.contains(point.id)) {
        return corrupt("is added twice");
    }
    if (state.dead.contains(session)) {
        return corrupt("comes from a writer that was declared dead");
    }
    if (uses_swept(point, state)) {
        return corrupt("needs a pack that was swept");
    }
    for (const PointDatabase& database : point.databases) {
        for (const PackId& pack : database.packs) {
            state.condemned.erase(pack);
        }
    }
    if (!point.trusted) {
        // What was wrong may have been wrong before, and this must outlive the point: whoever builds upon an older one
        // would not see why not.
        ++state.distrusts[point.source];
        for (Point& earlier : state.points) {
            earlier.trusted = earlier.trusted && earlier.source != point.source;
        }
    }
    point.sequence = state.sequence + 1;
    state.known.insert(point.id);
    state.points.push_back(std::move(point));
    return {};
}

Result<void> forget_points(const Json& entry, LogState& state)
{
    TRY_LET(const std::vector<PointId> points, get_ids<PointId>(entry, "points"));
    std::erase_if(state.points, [&](const Point& point) {
        return std::ranges::find(points, point.id) != points.end();
    });
    return {};
}

Result<void> condemn_packs(const Json& entry, LogState& state)
{
    TRY_LET(const std::vector<PackId> packs, get_ids<PackId>(entry, "packs"));
    state.condemned.insert(packs.begin(), packs.end());
    return {};
}

Result<void> sweep_packs(const Json& entry, LogState& state)
{
    TRY_LET(const std::vector<PackId> packs, get_ids<PackId>(entry, "packs"));
    TRY_LET(const std::vector<SessionId> sessions, get_ids<SessionId>(entry, "sessions"));
    for (const PackId& pack : packs) {
        state.condemned.erase(pack);
        state.swept.insert(pack);
    }
    state.dead.insert(sessions.begin(), sessions.end());
    if (!is_whole(state)) {
        // Only what no point uses is swept, so these were forgotten by an entry that cannot be read.
        std::erase_if(state.points, [&](const Point& point) { return uses_swept(point, state); });
    }
    return {};
}

/// Takes the sequences of `lost` out of the gaps.
std::vector<LogGap> without(const std::vector<LogGap>& gaps, const LogGap& lost)
{
    std::vector<LogGap> left;
    for (const LogGap& gap : gaps) {
        if (gap.last < lost.first || gap.first > lost.last) {
            left.push_back(gap);
            continue;
        }
        if (gap.first < lost.first) {
            left.push_back(gap);
            left.back().last = lost.first - 1;
        }
        if (gap.last > lost.last) {
            left.push_back(gap);
            left.back().first = lost.last + 1;
            left.back().before = {};
        }
    }
    return left;
}

Result<void> repair_log(const Json& entry, LogState& state)
{
    TRY_LET(const std::vector<LogGap> given_up, given_up_by(entry));
    for (const LogGap& lost : given_up) {
        for (const LogGap& gap : state.gaps) {
            // The one link of the chain over the gap: what lies before it is what the repair saw there.
            const bool is_known = gap.before != codec::Hash256{};
            if (gap.first == lost.first && is_known && gap.before != lost.before) {
                return Error{
                    ErrorCode::Corrupt,
                    fmt::format("the repair saw another entry before number {}", lost.first),
                };
            }
        }
    }
    TRY(condemn_packs(entry, state));
    for (const LogGap& lost : given_up) {
        state.gaps = without(state.gaps, lost);
        state.lost.push_back(lost);
    }
    // A lost entry may have been a point that took trust, of any source.
    for (Point& point : state.points) {
        point.trusted = false;
    }
    ++state.repairs;
    return {};
}

}  // namespace

bool is_whole(const LogState& state)
{
    return state.gaps.empty() && state.lost.empty();
}

Json point_entry(const Point& point, const SessionId& session)
{
    Json databases = Json::array();
    for (const PointDatabase& database : point.databases) {
        databases.push_back(database_to_json(database));
    }
    Json labels = Json::object();
    for (const auto& [key, value] : point.labels) {
        labels[key] = value;
    }
    const Json json = {
        {"id", point.id.hex()},
        {"source", point.source},
        {"kind", point.kind},
        {"time", point.time},
        {"label", std::move(labels)},
        {"consistency", point.consistency},
        {"trusted", point.trusted},
        {"session", session.hex()},
        {"rows", point.rows},
        {"objects", point.objects},
        {"bytes_read", point.bytes_read},
        {"bytes_new", point.bytes_new},
        {"bytes_stored", point.bytes_stored},
        {"databases", std::move(databases)},
    };
    return {{"type", "point"}, {"point", json}};
}

Json forget_entry(const std::vector<PointId>& points)
{
    return {{"type", "forget"}, {"points", ids_to_json(points)}};
}

Json condemn_entry(const std::vector<PackId>& packs)
{
    return {{"type", "condemn"}, {"packs", ids_to_json(packs)}};
}

Json sweep_entry(const std::vector<PackId>& packs, const std::vector<SessionId>& sessions)
{
    return {{"type", "sweep"}, {"packs", ids_to_json(packs)}, {"sessions", ids_to_json(sessions)}};
}

Json repair_entry(const std::vector<LogGap>& gaps, const std::vector<PackId>& packs)
{
    Json lost = Json::array();
    for (const LogGap& gap : gaps) {
        lost.push_back({{"first", gap.first}, {"last", gap.last}, {"before", to_hex(gap.before)}});
    }
    return {{"type", "repair"}, {"lost", std::move(lost)}, {"packs", ids_to_json(packs)}};
}

Result<std::vector<LogGap>> given_up_by(const Json& entry)
{
    TRY_LET(const std::string type, json::get_string(entry, "type"));
    std::vector<LogGap> gaps;
    if (type != "repair") {
        return gaps;
    }
    TRY_LET(const std::uint64_t sequence, json::get_unsigned(entry, "sequence"));
    TRY_LET(const Json lost, json::get_array(entry, "lost"));
    std::uint64_t after = 0;
    for (const Json& element : lost) {
        LogGap gap;
        TRY_LET(gap.first, json::get_unsigned(element, "first"));
        TRY_LET(gap.last, json::get_unsigned(element, "last"));
        TRY_LET(const std::string before, json::get_string(element, "before"));
        if (gap.first <= after || gap.last < gap.first || gap.last >= sequence ||
            !from_hex(before, gap.before)) {
            return Error{ErrorCode::Corrupt, "no repair can give up such entries"};
        }
        after = gap.last;
        gaps.push_back(std::move(gap));
    }
    return gaps;
}

Result<void> apply_entry(std::string_view name, const Json& entry, LogState& state)
{
    TRY_LET(const std::string type, json::get_string(entry, "type"));
    if (type == "point") {
        return add_point(entry, state);
    }
    if (type == "forget") {
        return forget_points(entry, state);
    }
    if (type == "condemn") {
        return condemn_packs(entry, state);
    }
    if (type == "sweep") {
        return sweep_packs(entry, state);
    }
    if (type == "repair") {
        return repair_log(entry, state);
    }
    return Error{
        ErrorCode::Unsupported,
        fmt::format("{}: log entry of unknown type \"{}\"", name, type),
        "Use a newer starkeep with this repository.",
    };
}

}  // namespace starkeep::repository
