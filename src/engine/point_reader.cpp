// SPDX-License-Identifier: Apache-2.0
#include "engine/point_reader.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/selection.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

/// Plain bytes of chunks in one request; a reader holds those of two requests.
constexpr std::uint64_t kBatchBytes = std::uint64_t{4} << 20U;

/// Chunks gathered for one request and the leaves they belong to.
struct Batch {
    std::vector<repository::Reference> chunks;
    std::vector<const repository::Leaf*> leaves;
    std::uint64_t bytes = 0;
};

std::vector<Batch> plan_batches(const repository::Segment& segment)
{
    std::vector<Batch> batches;
    for (const repository::Leaf& leaf : segment.leaves) {
        for (const repository::Reference& chunk : leaf.chunks) {
            if (batches.empty() || batches.back().bytes + chunk.plain_bytes > kBatchBytes) {
                batches.emplace_back();
            }
            Batch& batch = batches.back();
            batch.bytes += chunk.plain_bytes;
            batch.chunks.push_back(chunk);
            batch.leaves.push_back(&leaf);
        }
    }
    return batches;
}

using Pieces = Result<std::vector<Bytes>>;

}  // namespace

Result<const repository::PointDatabase*>
find_database(const repository::Point& point, std::string_view name)
{
    const auto found = std::ranges::find(point.databases, name, &repository::PointDatabase::name);
    if (found != point.databases.end()) {
        return &*found;
    }
    std::string held;
    for (const repository::PointDatabase& database : point.databases) {
        held += (held.empty() ? "" : ", ") + typed_part(database.name);
    }
    return Error{
        ErrorCode::NotFound,
        "point " + point.id.hex() + " has no database \"" + std::string(name) + "\"",
        "It holds: " + held + "."
    };
}

Result<repository::Manifest>
read_manifest(const repository::Repository& repository, const repository::PointDatabase& database)
{
    TRY_LET(const Bytes text, repository.read(database.manifest, repository::RecordType::Manifest));
    Result<repository::Manifest> manifest = repository::decode_manifest(as_text(text));
    if (!manifest.ok()) {
        return std::move(manifest).error().during("reading the manifest of " + database.name);
    }
    return manifest;
}

Result<std::vector<const repository::ManifestObject*>>
find_objects(const repository::Manifest& manifest, std::string_view name)
{
    const TypedName typed = parse_typed_name(name);
    std::vector<const repository::ManifestObject*> fitting;
    std::vector<const repository::ManifestObject*> parts;
    for (const repository::ManifestObject& object : manifest.objects) {
        if (object.name == name) {
            return std::vector{&object};
        }
        if (names_object(typed, object.name)) {
            fitting.push_back(&object);
        }
        const std::vector<std::string> ancestors = ancestors_of(object.facts);
        if (std::ranges::any_of(ancestors, [&](const std::string& ancestor) {
                return names_object(typed, ancestor);
            })) {
            parts.push_back(&object);
        }
    }
    if (fitting.size() > 1) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + typed.text + "\" could be " + fitting[0]->name + " or " + fitting[1]->name,
            "Write the name with its quotes."
        };
    }
    if (!fitting.empty()) {
        return fitting;
    }
    if (!parts.empty()) {
        return parts;
    }
    const std::string database = typed_part(manifest.database);
    return Error{
        ErrorCode::NotFound,
        "database " + database + " has no object \"" + typed.text + "\" in this point",
        "List them with: starkeep ls POINT:" + database + "."
    };
}

std::uint64_t
counted_rows(const repository::Manifest& manifest, const repository::ManifestObject& object)
{
    const Result<Json> owners = json::get_array(manifest.facts, "large_objects");
    if (object.kind != "large_objects" || !owners.ok()) {
        return object.rows;
    }
    std::uint64_t count = 0;
    for (const Json& owner : *owners) {
        const Result<Json> oids = json::get_array(owner, "oids");
        count += oids.ok() ? oids->size() : 0;
    }
    return count;
}

Result<repository::Segment>
read_segment(const repository::Repository& repository, const repository::Reference& reference)
{
    TRY_LET(const Bytes bytes, repository.read(reference, repository::RecordType::Segment));
    return repository::decode_segment(bytes);
}

Result<void> read_definitions(
    const repository::Repository& repository,
    const repository::Manifest& manifest,
    const ByteSink& sink
)
{
    for (const repository::Reference& reference : manifest.definitions) {
        TRY_LET(const Bytes piece, repository.read(reference, repository::RecordType::Chunk));
        TRY(sink(piece));
    }
    return {};
}

Result<void> read_leaves(
    const repository::Repository& repository,
    const repository::Segment& segment,
    const LeafSink& sink
)
{
    const std::vector<Batch> batches = plan_batches(segment);
    const auto read = [&](std::size_t number) {
        return repository.read_all(batches[number].chunks, repository::RecordType::Chunk);
    };
    // While the sink works on one batch, the next one is fetched and opened.
    std::future<Pieces> ahead;
    for (std::size_t number = 0; number < batches.size(); ++number) {
        TRY_LET(const std::vector<Bytes> pieces, ahead.valid() ? ahead.get() : read(number));
        if (number + 1 < batches.size()) {
            // Either policy: where no thread can be had, the batch is read when it is asked for.
            ahead = std::async(std::launch::async | std::launch::deferred, read, number + 1);
        }
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            TRY(sink(*batches[number].leaves[i], pieces[i]));
        }
    }
    return {};
}

}  // namespace starkeep::engine
