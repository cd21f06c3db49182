// SPDX-License-Identifier: Apache-2.0
// What the last restore point of a source offers for reuse.
#pragma once

#include "base/result.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace starkeep::engine {

/// The manifest of one database in the newest point whose fingerprints may be trusted, and nothing when there is none
/// or when the source says that the two views cannot be compared.
class PreviousPoint {
public:
    static Result<PreviousPoint> find(
        repository::Repository& repository,
        const std::string& source,
        const source::DatabaseReader& reader
    );

    /// How many backups in a row, with the one that is to be made, could build upon the one before.
    std::uint64_t next_generation() const { return manifest_ ? generation_ + 1 : 0; }

    /// The stored object that `object` may take leaves from: same name, columns, row form and guard.
    const repository::ManifestObject* reusable(const source::Object& object) const;

    /// The segment of the unit at `position`, if the object had one then. Should units be cut otherwise now, its leaves
    /// are found by their keys or not at all.
    Result<std::optional<repository::Segment>>
    segment(const repository::ManifestObject& object, std::size_t position) const;

private:
    const repository::Repository* repository_ = nullptr;
    std::optional<repository::Manifest> manifest_;
    std::uint64_t generation_ = 0;
};

}  // namespace starkeep::engine
