// SPDX-License-Identifier: Apache-2.0
// The table of contents of a pg_dump archive in custom format: what has to be made, by which SQL, in which order.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// When pg_restore would bring an entry back.
enum class Section : std::uint8_t { None = 1, PreData = 2, Data = 3, PostData = 4 };

struct ArchiveEntry {
    std::uint64_t id = 0;  ///< unique in its archive, above 0
    Section section = Section::None;
    std::string kind;    ///< "TABLE", "FK CONSTRAINT", "COMMENT", …
    std::string schema;  ///< without quotes; empty for what lies in no schema
    std::string name;  ///< pg_dump's tag, without quotes: "orders", "f(integer)", "TABLE orders", …
    std::string owner;                 ///< empty when the kind has none
    std::string definition;            ///< SQL, one or more statements; may be empty
    std::string drop;                  ///< "DROP TABLE public.orders;" or empty
    std::string tablespace;            ///< empty: the database's
    std::string access_method;         ///< empty: not a matter of this kind
    std::vector<std::uint64_t> needs;  ///< ids of entries that must be there first
};

struct Archive {
    std::string database;
    std::string server_version;
    std::vector<ArchiveEntry> entries;  ///< in an order in which they can be made
};

/// Shape:  "PGDMP", format version 1.10 to 1.16, custom format; only the table of contents is looked at.
/// Errors: Corrupt when the bytes are no such archive; Unsupported for other versions.
/// Source: PostgreSQL 18, src/bin/pg_dump/pg_backup_archiver.c (ReadHead, ReadToc), read 2026-11-23.
Result<Archive> parse_archive(ByteView bytes);

}  // namespace starkeep::source::postgres
