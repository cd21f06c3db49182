// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "repository/findings_internal.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "repository/used_bytes_internal.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

class UsedBytes {
public:
    explicit UsedBytes(const Repository& repository) : repository_(repository) {}

    std::uint64_t sum() const { return sum_; }

    Result<void> add_database(const PointDatabase& database)
    {
        if (!is_new(database.manifest)) {
            return {};
        }
        TRY_LET(const std::optional<Bytes> plain, read(database.manifest, RecordType::Manifest));
        const Result<Manifest> manifest = decode_manifest(plain ? as_text(*plain) : "");
        if (!manifest.ok()) {
            return {};
        }
        for (const Reference& definition : manifest->definitions) {
            is_new(definition);
        }
        for (const ManifestObject& object : manifest->objects) {
            for (const Reference& segment : object.segments) {
                TRY(add_segment(segment));
            }
        }
        return {};
    }

private:
    Result<void> add_segment(const Reference& reference)
    {
        if (!is_new(reference)) {
            return {};
        }
        TRY_LET(const std::optional<Bytes> plain, read(reference, RecordType::Segment));
        const Result<Segment> segment = decode_segment(plain ? ByteView(*plain) : ByteView());
        if (!segment.ok()) {
            return {};
        }
        for (const Leaf& leaf : segment->leaves) {
            for (const Reference& chunk : leaf.chunks) {
                is_new(chunk);
            }
        }
        return {};
    }

    /// Counts a record when it is seen for the first time.
    bool is_new(const Reference& reference)
    {
        const auto pack = packs_.try_emplace(reference.pack, packs_.size()).first;
        const bool added = seen_.insert(pack->second << 32U | reference.offset).second;
        sum_ += added ? reference.stored_bytes : 0;
        return added;
    }

    Result<std::optional<Bytes>> read(const Reference& reference, RecordType type) const
    {
        Result<Bytes> plain = repository_.read(reference, type);
        if (plain.ok()) {
            return std::optional(std::move(plain).value());
        }
        if (is_finding(plain.error())) {
            return std::optional<Bytes>();
        }
        return std::move(plain).error();
    }

    const Repository& repository_;
    std::unordered_map<PackId, std::uint64_t> packs_;
    std::unordered_set<std::uint64_t> seen_;
    std::uint64_t sum_ = 0;
};

}  // namespace

Result<std::uint64_t> used_bytes(const Repository& repository, const std::vector<Point>& points)
{
    UsedBytes used(repository);
    for (const Point& point : points) {
        for (const PointDatabase& database : point.databases) {
            TRY(used.add_database(database));
        }
    }
    return used.sum();
}

}  // namespace starkeep::repository
