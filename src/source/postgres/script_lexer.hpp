// SPDX-License-Identifier: Apache-2.0
// SQL text cut into tokens and statements the way the server cuts it; names in and out of quotes.
#pragma once

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {

enum class TokenKind : std::uint8_t {
    Space,   ///< white space and comments
    Word,    ///< keyword or identifier without quotes
    Quoted,  ///< identifier in double quotes
    String,  ///< any form of string constant, dollar quotes included
    Number,
    Symbol,  ///< one byte of anything else
};

struct Token {
    TokenKind kind = TokenKind::Space;
    std::string_view text;  ///< as written; points into the script

    bool is_symbol(char symbol) const
    {
        return kind == TokenKind::Symbol && text.size() == 1 && text.front() == symbol;
    }
    /// `upper` is a keyword in capitals.
    bool is_word(std::string_view upper) const;
    bool is_identifier() const { return kind == TokenKind::Word || kind == TokenKind::Quoted; }
};

/// Every byte of `sql` lies in exactly one token, in order. What is not ended (a quote, a comment) runs to the end.
/// Strings are read under standard_conforming_strings.
std::vector<Token> lex(std::string_view sql);

/// The same without Space.
std::vector<Token> lex_significant(std::string_view sql);

/// Statements without their semicolons; those that hold nothing but space are dropped.
std::vector<std::string_view> split_statements(std::string_view sql);

/// The name that an identifier token stands for: quotes taken away, or folded to lower case.
std::string identifier_value(const Token& token);

struct QualifiedName {
    std::string schema;
    std::string name;

    auto operator<=>(const QualifiedName&) const = default;
    /// Both parts in double quotes.
    std::string sql() const;
};

/// `schema.name` with quotes where needed.
/// Errors: InvalidInput when `text` is not exactly two identifiers joined by a period.
Result<QualifiedName> parse_qualified_name(std::string_view text);

}  // namespace starkeep::source::postgres
