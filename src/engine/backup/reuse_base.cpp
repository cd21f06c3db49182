// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/reuse_base.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

bool same_columns(const source::Object& object, const repository::ManifestObject& stored)
{
    return std::ranges::equal(
        object.columns,
        stored.columns,
        [](const auto& now, const auto& then) {
            return now.name == then.first && now.type == then.second;
        }
    );
}

/// What is damaged is not built upon: the backup reads the source instead, and so heals what it can.
bool damaged(const Result<Bytes>& read)
{
    return !read.ok() && read.error().code() == ErrorCode::Corrupt;
}

/// The manifest, unless it is damaged or of a history that the reader's view cannot be compared with.
Result<std::optional<repository::Manifest>> usable(
    const repository::Repository& repository,
    const repository::PointDatabase& database,
    const source::DatabaseReader& reader
)
{
    const Result<Bytes> text = repository.read(database.manifest, repository::RecordType::Manifest);
    if (damaged(text)) {
        return std::optional<repository::Manifest>{};
    }
    if (!text.ok()) {
        return text.error();
    }
    TRY_LET(repository::Manifest manifest, repository::decode_manifest(as_text(*text)));
    return reader.comparable(manifest.facts) ? std::optional(std::move(manifest)) : std::nullopt;
}

}  // namespace

std::string not_selected(const std::string& object)
{
    return "rows of " + object + ": not selected";
}

Result<ReuseBases> ReuseBases::find(
    repository::Repository& repository,
    const std::string& source,
    const source::DatabaseReader& reader,
    std::span<const source::Object* const> wanted
)
{
    ReuseBases found;
    found.repository_ = &repository;
    std::set<std::string> missing;
    for (const source::Object* object : wanted) {
        if (object->has_leaf_plan && !object->guard.empty()) {
            missing.insert(object->name);
        }
    }
    TRY_LET(const std::vector<repository::Point> points, repository.points());
    for (const repository::Point& point : points) {
        if (missing.empty() || found.manifests_.size() == kSearched) {
            break;
        }
        if (point.source != source) {
            continue;
        }
        if (!point.trusted) {
            break;
        }
        const auto database =
            std::ranges::find(point.databases, reader.database(), &repository::PointDatabase::name);
        if (database == point.databases.end()) {
            continue;
        }
        TRY_LET(
            std::optional<repository::Manifest> manifest, usable(repository, *database, reader)
        );
        if (!manifest) {
            break;
        }
        found.take(std::move(*manifest), database->generation, missing);
    }
    return found;
}

void ReuseBases::take(
    repository::Manifest manifest, std::uint64_t generation, std::set<std::string>& missing
)
{
    const repository::Manifest& kept = manifests_.emplace_back(std::move(manifest));
    const std::set<std::string> lines(kept.left_out.begin(), kept.left_out.end());
    for (const repository::ManifestObject& object : kept.objects) {
        if (missing.erase(object.name) > 0) {
            bases_[object.name] = {
                .object = &object, .generation = object.generation.value_or(generation) + 1
            };
        }
    }
    std::erase_if(missing, [&](const std::string& name) {
        return !lines.contains(not_selected(name));
    });
}

ReuseBase ReuseBases::of(const source::Object& object) const
{
    const auto base = bases_.find(object.name);
    if (base == bases_.end() || !object.has_leaf_plan || object.guard.empty()) {
        return {};
    }
    const repository::ManifestObject& stored = *base->second.object;
    const bool same = stored.guard == object.guard && stored.row_form == object.row_form &&
                      same_columns(object, stored);
    return same ? base->second : ReuseBase{};
}

Result<std::optional<repository::Segment>>
ReuseBases::segment(const repository::ManifestObject& object, std::size_t position) const
{
    if (position >= object.segments.size()) {
        return std::optional<repository::Segment>{};
    }
    const Result<Bytes> bytes =
        repository_->read(object.segments[position], repository::RecordType::Segment);
    if (damaged(bytes)) {
        return std::optional<repository::Segment>{};
    }
    if (!bytes.ok()) {
        return bytes.error();
    }
    TRY_LET(repository::Segment segment, repository::decode_segment(*bytes));
    return std::optional(std::move(segment));
}

}  // namespace starkeep::engine
