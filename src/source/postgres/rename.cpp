// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/rename.hpp"

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/script_lexer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// Significant tokens of a statement, with the place of each among all.
struct Script {
    std::vector<Token> all;
    std::vector<std::size_t> significant;

    explicit Script(std::string_view sql) : all(lex(sql))
    {
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].kind != TokenKind::Space) {
                significant.push_back(i);
            }
        }
    }
    std::size_t size() const { return significant.size(); }
    /// Beyond either end: an empty symbol, which is nothing.
    Token at(std::size_t i) const
    {
        return i < significant.size() ? all[significant[i]]
                                      : Token{.kind = TokenKind::Symbol, .text = {}};
    }
    Token before(std::size_t i) const { return i == 0 ? at(size()) : at(i - 1); }
};

/// Words that can follow a table in a FROM list and are no alias.
bool ends_table_reference(const Token& token)
{
    static constexpr std::array<std::string_view, 27> kWords{
        "WHERE",     "JOIN",   "LEFT",        "RIGHT",     "FULL",   "INNER",  "CROSS",
        "NATURAL",   "ON",     "USING",       "GROUP",     "ORDER",  "HAVING", "WINDOW",
        "LIMIT",     "OFFSET", "FETCH",       "FOR",       "UNION",  "EXCEPT", "WITH",
        "INTERSECT", "SET",    "TABLESAMPLE", "RETURNING", "VALUES", "SELECT"
    };
    return !token.is_identifier() ||
           std::ranges::any_of(kWords, [&](std::string_view word) { return token.is_word(word); });
}

bool has_query(const ArchiveEntry& entry)
{
    static constexpr std::array<std::string_view, 6> kKinds{
        "VIEW", "MATERIALIZED VIEW", "RULE", "POLICY", "FUNCTION", "PROCEDURE"
    };
    return std::ranges::find(kKinds, entry.kind) != kKinds.end();
}

class Rewriter {
public:
    Rewriter(const std::map<QualifiedName, QualifiedName>& names, std::string_view sql)
        : names_(names), script_(sql), replaced_(script_.all.size())
    {
        for (std::size_t i = 0; i < script_.all.size(); ++i) {
            replaced_[i] = script_.all[i].text;
        }
    }

    void qualified_names(bool with_aliases)
    {
        for (std::size_t i = 0; i < script_.size(); ++i) {
            if (script_.at(i).kind == TokenKind::String) {
                class_constant(i);
            } else if (is_qualified_name(i)) {
                qualified_name(i, with_aliases);
                i += 2;
            }
        }
    }

    /// Names of indexes and constraints, which pg_dump writes without their schema: they lie in their table's.
    void bare_names(const std::string& schema)
    {
        for (std::size_t i = 0; i < script_.size(); ++i) {
            if (!script_.at(i).is_identifier() || !names_index(i) ||
                script_.at(i + 1).is_symbol('.')) {
                continue;
            }
            const auto found =
                names_.find({.schema = schema, .name = identifier_value(script_.at(i))});
            if (found != names_.end()) {
                replace(i, quoted_identifier(found->second.name));
            }
        }
    }

    std::string text() const
    {
        std::string out;
        for (const std::string& piece : replaced_) {
            out += piece;
        }
        return out;
    }

private:
    void replace(std::size_t i, std::string text)
    {
        replaced_[script_.significant[i]] = std::move(text);
    }

    bool is_qualified_name(std::size_t i) const
    {
        return script_.at(i).is_identifier() && script_.at(i + 1).is_symbol('.') &&
               script_.at(i + 2).is_identifier() && !script_.before(i).is_symbol('.');
    }

    /// `name(` is a function, unless a table may stand here with its columns behind it.
    bool is_called(std::size_t i) const
    {
        const Token before = script_.before(i);
        const bool lists_columns = before.is_word("REFERENCES") || before.is_word("INTO") ||
                                   before.is_word("TABLE") || before.is_word("ON") ||
                                   before.is_word("VIEW") || before.is_word("ONLY") ||
                                   before.is_word("STATISTICS");
        return script_.at(i + 3).is_symbol('(') && !lists_columns;
    }

    bool names_index(std::size_t i) const
    {
        const Token before = script_.before(i);
        return before.is_word("INDEX") || before.is_word("CONSTRAINT") ||
               (before.is_word("ON") && i > 1 && script_.at(i - 2).is_word("CLUSTER"));
    }

    void qualified_name(std::size_t i, bool with_aliases)
    {
        const auto found = names_.find(
            {.schema = identifier_value(script_.at(i)), .name = identifier_value(script_.at(i + 2))}
        );
        if (found == names_.end() || is_called(i)) {
            return;
        }
        const Token before = script_.before(i);
        const bool is_read = before.is_word("FROM") || before.is_word("JOIN") ||
                             before.is_word("ONLY") || before.is_symbol('(') ||
                             before.is_symbol(',');
        std::string name = quoted_identifier(found->second.name);
        if (with_aliases && is_read && ends_table_reference(script_.at(i + 3)) &&
            !script_.at(i + 3).is_symbol('.')) {
            name += " " + quoted_identifier(found->first.name);
        }
        replace(i, quoted_identifier(found->second.schema));
        replace(i + 2, std::move(name));
    }

    /// 'public.orders_id_seq'::regclass
    void class_constant(std::size_t i)
    {
        if (!script_.at(i + 1).is_symbol(':') || !script_.at(i + 2).is_symbol(':') ||
            !script_.at(i + 3).is_word("REGCLASS")) {
            return;
        }
        std::string_view inner = script_.at(i).text;
        if (inner.size() < 2 || !inner.starts_with('\'')) {
            return;
        }
        inner = inner.substr(1, inner.size() - 2);
        std::string plain;
        for (std::size_t k = 0; k < inner.size(); ++k) {
            plain += inner[k];
            k += inner[k] == '\'' ? 1U : 0U;
        }
        const Result<QualifiedName> name = parse_qualified_name(plain);
        if (!name.ok()) {
            return;
        }
        const auto found = names_.find(*name);
        if (found != names_.end()) {
            replace(i, quoted_literal(found->second.sql()));
        }
    }

    const std::map<QualifiedName, QualifiedName>& names_;
    Script script_;
    std::vector<std::string> replaced_;
};

}  // namespace

QualifiedName Renames::operator()(const QualifiedName& name) const
{
    const auto found = names_.find(name);
    return found == names_.end() ? name : found->second;
}

std::string Renames::definition(const ArchiveEntry& entry) const
{
    if (names_.empty()) {
        return entry.definition;
    }
    Rewriter rewriter(names_, entry.definition);
    rewriter.qualified_names(has_query(entry));
    rewriter.bare_names(entry.schema);
    return rewriter.text();
}

std::string Renames::apply(std::string_view sql) const
{
    if (names_.empty()) {
        return std::string(sql);
    }
    Rewriter rewriter(names_, sql);
    rewriter.qualified_names(false);
    return rewriter.text();
}

std::string with_database_renamed(std::string_view sql, std::string_view from, std::string_view to)
{
    std::string out;
    bool after_database = false;
    for (const Token& token : lex(sql)) {
        if (after_database && token.is_identifier() && identifier_value(token) == from) {
            out += quoted_identifier(to);
        } else {
            out += token.text;
        }
        if (token.kind != TokenKind::Space) {
            after_database = token.is_word("DATABASE");
        }
    }
    return out;
}

}  // namespace starkeep::source::postgres
