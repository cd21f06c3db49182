// SPDX-License-Identifier: Apache-2.0
#include "engine/typed_name.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::engine {

namespace {

/// Words that SQL takes for a name only in quotes. Source: PostgreSQL 15, Appendix C, reserved key words.
constexpr std::array<std::string_view, 100> kReserved{
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with"
};

/// Where the quote that opens at the front of `text` closes; npos when it does not.
std::size_t closing_quote(std::string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] != '"') {
            continue;
        }
        if (i + 1 == text.size() || text[i + 1] != '"') {
            return i;
        }
        ++i;
    }
    return std::string_view::npos;
}

bool opens_quote(std::string_view text)
{
    return text.starts_with('"') && closing_quote(text) != std::string_view::npos;
}

std::string in_quotes(std::string_view name)
{
    std::string out = "\"";
    for (const char c : name) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + "\"";
}

std::string sql_part(std::string_view name)
{
    const auto is_first = [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    };
    const bool simple =
        !name.empty() && is_first(name.front()) &&
        std::ranges::all_of(name, [&](char c) { return is_first(c) || (c >= '0' && c <= '9'); });
    return simple && !std::ranges::binary_search(kReserved, name) ? std::string(name)
                                                                  : in_quotes(name);
}

}  // namespace

std::size_t find_separator(std::string_view text, char separator)
{
    bool begins = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (begins && opens_quote(text.substr(i))) {
            i += closing_quote(text.substr(i));
            begins = false;
            continue;
        }
        if (text[i] == separator) {
            return i;
        }
        begins = text[i] == '/' || text[i] == '.' || text[i] == '=';
    }
    return std::string_view::npos;
}

NamePart parse_part(std::string_view text)
{
    NamePart part;
    part.quoted = opens_quote(text);
    if (part.quoted) {
        const std::size_t end = closing_quote(text);
        for (std::size_t i = 1; i < end; ++i) {
            part.text += text[i];
            i += text[i] == '"' ? 1U : 0U;
        }
        text.remove_prefix(end + 1);
    }
    part.open.resize(part.text.size(), false);
    part.text += text;
    part.open.resize(part.text.size(), true);
    return part;
}

bool matches(const NamePart& pattern, std::string_view text)
{
    // Greedy with one point of return: linear in practice, never worse than pattern × text.
    const std::string& wanted = pattern.text;
    const auto is_open = [&](std::size_t at, char c) {
        return at < wanted.size() && wanted[at] == c && pattern.open[at];
    };
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (is_open(p, '*')) {
            star = p++;
            resume = t;
        } else if (p < wanted.size() && (is_open(p, '?') || wanted[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (is_open(p, '*')) {
        ++p;
    }
    return p == wanted.size();
}

std::string TypedName::plain() const
{
    return schema ? schema->text + "." + name.text : name.text;
}

TypedName parse_typed_name(std::string_view text)
{
    TypedName out;
    out.text = text;
    const std::size_t period = find_separator(text, '.');
    if (period != std::string_view::npos) {
        out.schema = parse_part(text.substr(0, period));
        text.remove_prefix(period + 1);
    }
    out.name = parse_part(text);
    return out;
}

bool names_object(const TypedName& typed, std::string_view object)
{
    const TypedName stored = parse_typed_name(object);
    const bool same_parts = typed.schema.has_value() == stored.schema.has_value() &&
                            typed.name.text == stored.name.text &&
                            (!typed.schema || typed.schema->text == stored.schema->text);
    return same_parts || (typed.is_plain() && typed.text == stored.plain());
}

std::string typed_part(std::string_view name)
{
    const bool bare = !name.empty() && name.find_first_of("/.=*?\"") == std::string_view::npos;
    return bare ? std::string(name) : in_quotes(name);
}

std::string sql_name(std::string_view schema, std::string_view table)
{
    return sql_part(schema) + "." + sql_part(table);
}

}  // namespace starkeep::engine
