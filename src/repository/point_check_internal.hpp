// SPDX-License-Identifier: Apache-2.0
// Follows every reference of a restore point, down to the chunks of its leaves, without reading rows.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "repository/findings_internal.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/pack_catalog_internal.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::repository {

/// What segments of other points have told already is not read again.
class PointCheck {
public:
    PointCheck(const Repository& repository, PackCatalog& catalog, const Findings& known);

    /// One sentence per damage that keeps `point` from being read in full, or that breaks a promise of the format.
    /// Errors: the store's, for the whole check.
    Result<std::vector<std::string>> check(const Point& point);

    std::uint64_t bytes_read() const { return bytes_read_; }

private:
    struct SegmentFacts {
        std::vector<std::string> damages;
        bool readable = false;
        Bytes lower;
        Bytes upper;
        bool open = false;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
        codec::Digest digest;
        std::vector<PackId> packs;
    };
    struct Scope {
        const PointDatabase& database;
        std::unordered_set<PackId> packs;
        std::vector<std::string> damages;
    };

    Result<void> check_database(Scope& scope);
    Result<void> check_object(Scope& scope, const ManifestObject& object);
    Result<const SegmentFacts*> segment(const Reference& reference);
    Result<void> check_leaf(const Leaf& leaf, std::string_view where, SegmentFacts& facts);
    /// What is wrong with the place that a reference names; nothing when all is well.
    Result<std::optional<std::string>> complaint(const Reference& reference, RecordType type);
    Result<std::optional<Bytes>>
    read(const Reference& reference, RecordType type, std::vector<std::string>& damages);

    const Repository& repository_;
    PackCatalog& catalog_;
    const Findings& known_;
    std::map<std::pair<PackId, std::uint32_t>, std::pair<Reference, SegmentFacts>> segments_;
    std::uint64_t bytes_read_ = 0;
};

}  // namespace starkeep::repository
