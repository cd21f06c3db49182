// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/previous_point.hpp"

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
#include <optional>
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

}  // namespace

Result<PreviousPoint> PreviousPoint::find(
    repository::Repository& repository,
    const std::string& source,
    const source::DatabaseReader& reader
)
{
    PreviousPoint previous;
    TRY_LET(const std::vector<repository::Point> points, repository.points());
    for (const repository::Point& point : points) {
        if (point.source != source) {
            continue;
        }
        // Only the newest point counts: an older one could be compared as well, but its leaves are rarely fresher.
        const auto database =
            std::ranges::find(point.databases, reader.database(), &repository::PointDatabase::name);
        if (!point.trusted || database == point.databases.end()) {
            return previous;
        }
        const Result<Bytes> text =
            repository.read(database->manifest, repository::RecordType::Manifest);
        if (damaged(text)) {
            return previous;
        }
        if (!text.ok()) {
            return text.error();
        }
        TRY_LET(repository::Manifest manifest, repository::decode_manifest(as_text(*text)));
        if (reader.comparable(manifest.facts)) {
            previous.repository_ = &repository;
            previous.manifest_ = std::move(manifest);
            previous.generation_ = database->generation;
        }
        return previous;
    }
    return previous;
}

const repository::ManifestObject* PreviousPoint::reusable(const source::Object& object) const
{
    if (!manifest_ || !object.has_leaf_plan || object.guard.empty()) {
        return nullptr;
    }
    const auto stored =
        std::ranges::find(manifest_->objects, object.name, &repository::ManifestObject::name);
    if (stored == manifest_->objects.end() || stored->guard != object.guard ||
        stored->row_form != object.row_form || !same_columns(object, *stored)) {
        return nullptr;
    }
    return &*stored;
}

Result<std::optional<repository::Segment>>
PreviousPoint::segment(const repository::ManifestObject& object, std::size_t position) const
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
