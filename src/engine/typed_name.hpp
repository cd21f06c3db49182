// SPDX-License-Identifier: Apache-2.0
// Names of databases, schemas, tables and columns as a person types them, in paths, patterns and options.
//
// A part is taken literally, its case too. In double quotes it may hold the signs that separate parts or stand for
// others (/ . = * ?); a quote inside is written twice, as in SQL. A quote that does not begin a part, or that is never
// closed, is a character like any other. docs/operations/names.md tells users.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::engine {

/// The place of the first `separator` outside quotes; npos without one. Parts begin at the start and behind / . =
std::size_t find_separator(std::string_view text, char separator);

/// One part, quotes taken off.
struct NamePart {
    std::string text;
    std::vector<bool> open;  ///< per byte: outside quotes, where * and ? stand for others
    bool quoted = false;

    bool is_only_star() const { return text == "*" && open.front(); }
};

NamePart parse_part(std::string_view text);

/// `*` any characters, `?` one; everything else, and all in quotes, literally. Case counts.
bool matches(const NamePart& pattern, std::string_view text);

/// SCHEMA.TABLE, or one part alone.
struct TypedName {
    std::string text;  ///< as typed
    std::optional<NamePart> schema;
    NamePart name;

    /// No part is in quotes: a period may then belong to a name as well as stand between two.
    bool is_plain() const { return !name.quoted && (!schema || !schema->quoted); }
    /// Both parts without quotes, joined by a period.
    std::string plain() const;
};

/// The first period outside quotes separates schema and table. Reads the names of manifests as well, which have the
/// quotes that SQL needs.
TypedName parse_typed_name(std::string_view text);

/// Whether a person who types `typed` means the object of this name.
bool names_object(const TypedName& typed, std::string_view object);

/// `name`, in quotes if it would be taken for something else without.
std::string typed_part(std::string_view name);

/// The name of an object in the form that manifests have: quotes where SQL needs them.
std::string sql_name(std::string_view schema, std::string_view table);

}  // namespace starkeep::engine
