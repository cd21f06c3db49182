// SPDX-License-Identifier: Apache-2.0
// What earlier restore points of a source offer for reuse, table by table.
//
// The base of a table is the newest point of the source that holds it. Points that chose other tables are passed over;
// everything else ends the search, and what has no base by then is read in full:
// - a point whose fingerprints may not be trusted: what was wrong there may be wrong in older points unseen;
// - one that cannot be compared with the view that is backed up, or whose manifest is damaged;
// - for one table, a point that had the whole database before it and not this table: it is a new one.
#pragma once

#include "base/result.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace starkeep::engine {

/// How a manifest tells of an object whose rows were not chosen.
std::string not_selected(const std::string& object);

/// The stored object that leaves may be taken from. Lives as long as its ReuseBases.
struct ReuseBase {
    const repository::ManifestObject* object = nullptr;  ///< null: nothing may be taken over
    std::uint64_t generation = 0;  ///< of the backup that is to be made, for its audit
};

class ReuseBases {
public:
    /// At most so many manifests are read in search of bases.
    static constexpr std::size_t kSearched = 64;

    /// Looks for the bases of `wanted` in the points of `source`.
    static Result<ReuseBases> find(
        repository::Repository& repository,
        const std::string& source,
        const source::DatabaseReader& reader,
        std::span<const source::Object* const> wanted
    );

    /// Same name, columns, row form and guard, in a point that passed all that stands above.
    ReuseBase of(const source::Object& object) const;

    /// The segment of the unit at `position`, if the object had one then. Should units be cut otherwise now, its leaves
    /// are found by their keys or not at all.
    Result<std::optional<repository::Segment>>
    segment(const repository::ManifestObject& object, std::size_t position) const;

private:
    /// Makes `manifest` the base of what it holds of `missing`; what it never heard of is not looked for any more.
    void
    take(repository::Manifest manifest, std::uint64_t generation, std::set<std::string>& missing);

    const repository::Repository* repository_ = nullptr;
    std::deque<repository::Manifest> manifests_;
    std::map<std::string, ReuseBase> bases_;
};

}  // namespace starkeep::engine
