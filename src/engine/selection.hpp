// SPDX-License-Identifier: Apache-2.0
// Which objects a person means: --include and --exclude patterns, --rename pairs.
#pragma once

#include "base/result.hpp"
#include "engine/typed_name.hpp"
#include "json/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::engine {

/// A pattern is TABLE, SCHEMA.TABLE, DATABASE/SCHEMA.TABLE or DATABASE/ (all of a database), with wildcards, as
/// typed_name.hpp has it. Exclusions win.
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
    /// Whether `pattern`, one of unmatched(), fits the name of something that is no object.
    static bool
    fits(const std::string& pattern, std::string_view database, std::string_view object);
    /// Exclude patterns that fitted nothing so far: perhaps a typing mistake, and then something is kept by mistake.
    std::vector<std::string> unmatched_exclusions() const;

private:
    struct Pattern {
        explicit Pattern(std::string typed);
        bool fits_database(std::string_view name) const;
        bool fits(std::string_view database_name, std::string_view object) const;
        bool means_all_of(std::string_view name) const;

        std::string text;
        std::optional<NamePart> database;
        TypedName objects;  ///< empty behind a slash: all of the database
        mutable bool used = false;
    };
    static std::vector<std::string> unused(const std::vector<Pattern>& patterns);

    std::vector<Pattern> include_;
    std::vector<Pattern> exclude_;
};

/// The partitioned tables that an object is a part of, by its facts, nearest first.
std::vector<std::string> ancestors_of(const Json& facts);

/// Old and new name of a database or of a table.
struct Rename {
    std::string text;  ///< as typed
    TypedName from;
    TypedName to;

    /// The new name of `database`, if this is about it.
    std::optional<std::string> of_database(std::string_view database) const;
    /// The new name of `object` in the form that manifests have, if this is about it.
    std::optional<std::string> of_object(std::string_view object) const;
};

/// Both sides literally, or in quotes, as typed_name.hpp has it.
/// Errors: InvalidInput when `text` is not OLD=NEW with both sides of the same kind.
Result<Rename> parse_rename(std::string_view text);

}  // namespace starkeep::engine
