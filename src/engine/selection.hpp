// SPDX-License-Identifier: Apache-2.0
// Which objects a person means: --include and --exclude patterns, --rename pairs.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::engine {

/// `*` any characters, `?` one; everything else literally. Case counts.
bool matches(std::string_view pattern, std::string_view text);

/// An object's name as a person types it: the quotes that SQL needs are taken off.
std::string without_quotes(std::string_view object);

/// A pattern is TABLE, SCHEMA.TABLE, DATABASE/SCHEMA.TABLE or DATABASE/ (all of a database), with wildcards; quotes as
/// SQL needs them are not needed. Exclusions win.
class Selection {
public:
    Selection(std::vector<std::string> include, std::vector<std::string> exclude);

    /// Whether the database is meant with all that it holds (views, functions, …), except what is excluded: no pattern
    /// picks single objects of it.
    bool means_whole(std::string_view database) const;
    /// `ancestors`: the partitioned tables that the object is a part of; a pattern for one of them counts for its parts.
    bool chosen(
        std::string_view database,
        std::string_view object,
        const std::vector<std::string>& ancestors = {}
    ) const;
    /// Whether any object of the database could be chosen.
    bool touches(std::string_view database) const;
    /// Include patterns that chose nothing so far, for an error that names them.
    std::vector<std::string> unmatched() const;
    /// Exclude patterns that fitted nothing so far: perhaps a typing mistake, and then something is kept by mistake.
    std::vector<std::string> unmatched_exclusions() const;

private:
    struct Pattern {
        std::string text;
        mutable bool used = false;
    };
    static std::vector<std::string> unused(const std::vector<Pattern>& patterns);

    std::vector<Pattern> include_;
    std::vector<Pattern> exclude_;
};

/// The partitioned tables that an object is a part of, by its facts, nearest first.
std::vector<std::string> ancestors_of(const Json& facts);

/// Old and new name, each "DATABASE" or "SCHEMA.TABLE".
struct Rename {
    std::string from;
    std::string to;
};

/// Errors: InvalidInput when `text` is not OLD=NEW with both sides of the same kind.
Result<Rename> parse_rename(std::string_view text);

}  // namespace starkeep::engine
