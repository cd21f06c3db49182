// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/archive_map.hpp"

#include "source/postgres/archive.hpp"
#include "source/postgres/script_lexer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {

namespace {

bool is_one_of(std::string_view kind, std::span<const std::string_view> kinds)
{
    return std::ranges::find(kinds, kind) != kinds.end();
}

}  // namespace

ArchiveMap::ArchiveMap(const Archive& archive) : archive_(archive)
{
    for (const ArchiveEntry& entry : archive.entries) {
        by_id_.emplace(entry.id, &entry);
        if (is_table(entry)) {
            tables_.emplace(QualifiedName{.schema = entry.schema, .name = entry.name}, &entry);
        }
    }
    for (const ArchiveEntry& entry : archive.entries) {
        if (!is_part(entry) || is_view_rule(entry)) {
            continue;
        }
        for (const QualifiedName& name : names_in(entry)) {
            const ArchiveEntry* table = find_table(name);
            // These two do not tell that they need it, or need it in any case.
            const bool is_certain =
                entry.kind == "SEQUENCE OWNED BY" || entry.kind == "TABLE ATTACH";
            if (table != nullptr &&
                (is_certain || std::ranges::find(entry.needs, table->id) != entry.needs.end())) {
                subjects_.emplace(entry.id, table);
                break;
            }
        }
    }
}

const ArchiveEntry* ArchiveMap::find(std::uint64_t id) const
{
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const ArchiveEntry* ArchiveMap::find_table(const QualifiedName& name) const
{
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : found->second;
}

const ArchiveEntry* ArchiveMap::subject(const ArchiveEntry& entry) const
{
    const auto found = subjects_.find(entry.id);
    return found == subjects_.end() ? nullptr : found->second;
}

std::vector<const ArchiveEntry*> ArchiveMap::needs(const ArchiveEntry& entry) const
{
    std::vector<const ArchiveEntry*> out;
    for (const std::uint64_t id : entry.needs) {
        if (const ArchiveEntry* need = find(id); need != nullptr) {
            out.push_back(need);
        }
    }
    return out;
}

bool is_table(const ArchiveEntry& entry)
{
    return entry.kind == "TABLE" || entry.kind == "FOREIGN TABLE";
}

bool is_partitioned(const ArchiveEntry& entry)
{
    return entry.definition.find("\nPARTITION BY ") != std::string::npos;
}

bool is_part(const ArchiveEntry& entry)
{
    static constexpr std::array<std::string_view, 14> kKinds{
        "DEFAULT",
        "INDEX",
        "CONSTRAINT",
        "FK CONSTRAINT",
        "CHECK CONSTRAINT",
        "TRIGGER",
        "RULE",
        "POLICY",
        "ROW SECURITY",
        "STATISTICS",
        "SEQUENCE OWNED BY",
        "TABLE ATTACH",
        "SEQUENCE",
        "PUBLICATION TABLE"
    };
    return is_one_of(entry.kind, kKinds);
}

bool is_view_rule(const ArchiveEntry& entry)
{
    return entry.kind == "RULE" && entry.definition.starts_with("CREATE OR REPLACE VIEW ");
}

std::vector<QualifiedName> names_in(const ArchiveEntry& entry)
{
    const std::vector<Token> tokens = lex_significant(entry.definition);
    std::vector<QualifiedName> names;
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        if (tokens[i].is_identifier() && tokens[i + 1].is_symbol('.') &&
            tokens[i + 2].is_identifier()) {
            names.push_back(
                {.schema = identifier_value(tokens[i]), .name = identifier_value(tokens[i + 2])}
            );
            i += 2;
        }
    }
    return names;
}

bool is_annotation(const ArchiveEntry& entry)
{
    return entry.kind == "COMMENT" || entry.kind == "ACL" || entry.kind == "SECURITY LABEL";
}

bool is_about_database(const ArchiveEntry& entry)
{
    return entry.kind == "DATABASE" || entry.kind == "DATABASE PROPERTIES" ||
           (is_annotation(entry) && entry.name.starts_with("DATABASE "));
}

bool is_content(const ArchiveEntry& entry)
{
    static constexpr std::array<std::string_view, 11> kKinds{
        "TABLE DATA",
        "SEQUENCE SET",
        "BLOB",
        "BLOBS",
        "BLOB METADATA",
        "MATERIALIZED VIEW DATA",
        "ENCODING",
        "STDSTRINGS",
        "SEARCHPATH",
        "STATISTICS DATA",
        "BLOB COMMENTS"
    };
    return is_one_of(entry.kind, kKinds) ||
           (is_annotation(entry) && entry.name.starts_with("LARGE OBJECT"));
}

std::string describe(const ArchiveEntry& entry)
{
    std::string out;
    for (const char c : entry.kind) {
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    out += ' ';
    if (!entry.schema.empty()) {
        out += entry.schema + ".";
    }
    return out + entry.name;
}

}  // namespace starkeep::source::postgres
