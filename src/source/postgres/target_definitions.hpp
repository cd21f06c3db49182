// SPDX-License-Identifier: Apache-2.0
// What a target database holds already, definition by definition, in the words of pg_dump as in a backup.
#pragma once

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace starkeep::source::postgres {

class TargetDefinitions {
public:
    enum class Match : std::uint8_t { Absent, Same, Different };

    /// Runs pg_dump for the database of `connection`, which must hold no locks that pg_dump would wait for. Where that is
    /// not possible nothing can be compared: see unknown().
    /// Errors: Cancelled; Corrupt; those of the session.
    static Result<TargetDefinitions> read(ServerConnection& connection);

    /// Why nothing is known; empty when all is.
    const std::string& unknown() const { return unknown_; }
    /// Absent when nothing is known.
    Match match(const ArchiveEntry& entry) const;
    /// All of them; empty when nothing is known.
    const Archive& archive() const { return archive_; }

private:
    /// Kind, schema, name and the statement that drops it: names alone do not tell overloaded operators apart.
    using Key = std::array<std::string, 4>;
    static Key key_of(const ArchiveEntry& entry);

    std::map<Key, std::set<std::string>> definitions_;
    Archive archive_;
    std::string unknown_;
};

}  // namespace starkeep::source::postgres
