// SPDX-License-Identifier: Apache-2.0
#include "source/sql_name.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace starkeep::source {

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

}  // namespace

std::string quoted_name(std::string_view name)
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
                                                                  : quoted_name(name);
}

std::string sql_name(std::string_view schema, std::string_view table)
{
    return sql_part(schema) + "." + sql_part(table);
}

}  // namespace starkeep::source
