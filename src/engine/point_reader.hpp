// SPDX-License-Identifier: Apache-2.0
// Reading what a restore point holds: manifests, definitions, segments and their rows.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace starkeep::engine {

/// Errors: NotFound, naming what the point holds, when it has no such database.
Result<const repository::PointDatabase*>
find_database(const repository::Point& point, std::string_view name);

Result<repository::Manifest>
read_manifest(const repository::Repository& repository, const repository::PointDatabase& database);

/// The object that `name` means, typed as typed_name.hpp has it, or all parts of the partitioned table that it means.
/// Errors: NotFound; InvalidInput when a name without quotes could be either of two.
Result<std::vector<const repository::ManifestObject*>>
find_objects(const repository::Manifest& manifest, std::string_view name);

/// What a person counts of an object: its rows, or how many large objects there are, whose rows are mere pages.
std::uint64_t
counted_rows(const repository::Manifest& manifest, const repository::ManifestObject& object);

Result<repository::Segment>
read_segment(const repository::Repository& repository, const repository::Reference& reference);

using ByteSink = std::function<Result<void>(ByteView)>;

/// The pg_dump archive, piece by piece.
Result<void> read_definitions(
    const repository::Repository& repository,
    const repository::Manifest& manifest,
    const ByteSink& sink
);

/// Receives rows: a piece of the rows of `leaf`, cut anywhere, in order.
using LeafSink = std::function<Result<void>(const repository::Leaf& leaf, ByteView piece)>;

/// All leaves of a segment, in key order, a few MiB in memory at a time; what comes next is fetched meanwhile. Every byte
/// is authenticated before the sink, called by this thread, sees it.
Result<void> read_leaves(
    const repository::Repository& repository,
    const repository::Segment& segment,
    const LeafSink& sink
);

}  // namespace starkeep::engine
