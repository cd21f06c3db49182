// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/script_lexer.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {

namespace {

bool is_space(char c)
{
    return std::string_view(" \t\n\r\f\v").find(c) != std::string_view::npos;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool begins_word(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalpha(byte) != 0 || c == '_';
}

bool continues_word(char c)
{
    return begins_word(c) || is_digit(c) || c == '$';
}

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Each function is given a place in the script and answers with the place after what it read.
class Scanner {
public:
    explicit Scanner(std::string_view sql) : sql_(sql) {}

    bool at_end() const { return at_ == sql_.size(); }

    Token next()
    {
        const std::size_t begin = at_;
        const TokenKind kind = scan();
        return {.kind = kind, .text = sql_.substr(begin, at_ - begin)};
    }

private:
    char peek(std::size_t ahead = 0) const
    {
        return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
    }
    bool sees(std::string_view text) const { return sql_.substr(at_).starts_with(text); }
    void skip_to(std::size_t place) { at_ = std::min(place, sql_.size()); }

    TokenKind scan()
    {
        const char c = peek();
        if (is_space(c) || sees("--") || sees("/*")) {
            scan_space();
            return TokenKind::Space;
        }
        if (c == '"' || c == '\'') {
            scan_quoted(c, false);
            return c == '"' ? TokenKind::Quoted : TokenKind::String;
        }
        if (c == '$' && scan_dollar_quoted()) {
            return TokenKind::String;
        }
        if (is_digit(c)) {
            scan_number();
            return TokenKind::Number;
        }
        if (begins_word(c)) {
            return scan_word();
        }
        ++at_;
        return TokenKind::Symbol;
    }

    void scan_space()
    {
        if (sees("--")) {
            skip_to(sql_.find('\n', at_));
        } else if (sees("/*")) {
            scan_block_comment();
        } else {
            while (!at_end() && is_space(peek())) {
                ++at_;
            }
        }
    }

    void scan_block_comment()
    {
        std::size_t depth = 0;
        do {
            if (sees("/*")) {
                ++depth;
                at_ += 2;
            } else if (sees("*/")) {
                --depth;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (depth > 0 && !at_end());
    }

    void scan_quoted(char quote, bool has_escapes)
    {
        ++at_;
        while (!at_end()) {
            if (has_escapes && peek() == '\\') {
                skip_to(at_ + 2);
            } else if (peek() == quote && peek(1) == quote) {
                at_ += 2;
            } else if (peek() == quote) {
                ++at_;
                return;
            } else {
                ++at_;
            }
        }
    }

    bool scan_dollar_quoted()
    {
        std::size_t end = at_ + 1;
        if (end < sql_.size() && is_digit(sql_[end])) {
            return false;
        }
        while (end < sql_.size() && sql_[end] != '$' && continues_word(sql_[end])) {
            ++end;
        }
        if (end >= sql_.size() || sql_[end] != '$') {
            return false;
        }
        const std::string_view tag = sql_.substr(at_, end + 1 - at_);
        const std::size_t close = sql_.find(tag, end + 1);
        skip_to(close == std::string_view::npos ? close : close + tag.size());
        return true;
    }

    void scan_number()
    {
        while (!at_end() && (continues_word(peek()) || peek() == '.')) {
            ++at_;
        }
    }

    TokenKind scan_word()
    {
        const char first = upper(peek());
        if (peek(1) == '\'' && std::string_view("EBXN").find(first) != std::string_view::npos) {
            ++at_;
            scan_quoted('\'', first == 'E');
            return TokenKind::String;
        }
        if (first == 'U' && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
            at_ += 2;
            const char quote = peek();
            scan_quoted(quote, false);
            return quote == '"' ? TokenKind::Quoted : TokenKind::String;
        }
        while (!at_end() && continues_word(peek())) {
            ++at_;
        }
        return TokenKind::Word;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
};

/// Follows how deep a place lies in what may hold semicolons of its own.
class Nesting {
public:
    void take(const Token& token)
    {
        if (token.is_symbol('(')) {
            ++parentheses_;
        } else if (token.is_symbol(')')) {
            parentheses_ -= parentheses_ > 0 ? 1U : 0U;
        } else if (blocks_ == 0) {
            blocks_ += begins_ && token.is_word("ATOMIC") ? 1U : 0U;
        } else if (token.is_word("CASE")) {
            ++blocks_;
        } else if (token.is_word("END")) {
            --blocks_;
        }
        begins_ = token.is_word("BEGIN");
    }
    bool is_outside() const { return parentheses_ == 0 && blocks_ == 0; }

private:
    std::size_t parentheses_ = 0;
    std::size_t blocks_ = 0;  // BEGIN ATOMIC … END and CASE … END within
    bool begins_ = false;
};

}  // namespace

bool Token::is_word(std::string_view upper_case) const
{
    return kind == TokenKind::Word && std::ranges::equal(text, upper_case, {}, upper);
}

std::vector<Token> lex(std::string_view sql)
{
    std::vector<Token> tokens;
    Scanner scanner(sql);
    while (!scanner.at_end()) {
        tokens.push_back(scanner.next());
    }
    return tokens;
}

std::vector<Token> lex_significant(std::string_view sql)
{
    std::vector<Token> tokens = lex(sql);
    std::erase_if(tokens, [](const Token& token) { return token.kind == TokenKind::Space; });
    return tokens;
}

std::vector<std::string_view> split_statements(std::string_view sql)
{
    std::vector<std::string_view> statements;
    std::size_t begin = 0;
    std::size_t at = 0;
    bool has_content = false;
    Nesting nesting;
    const auto close = [&](std::size_t end) {
        if (has_content) {
            statements.push_back(sql.substr(begin, end - begin));
        }
        has_content = false;
    };
    for (const Token& token : lex(sql)) {
        if (token.is_symbol(';') && nesting.is_outside()) {
            close(at);
            begin = at + 1;
        } else if (token.kind != TokenKind::Space) {
            nesting.take(token);
            has_content = true;
        }
        at += token.text.size();
    }
    close(at);
    return statements;
}

std::string identifier_value(const Token& token)
{
    std::string out;
    if (token.kind != TokenKind::Quoted) {
        out = token.text;
        std::ranges::transform(out, out.begin(), lower);
        return out;
    }
    std::string_view inner = token.text.substr(token.text.find('"') + 1);
    if (inner.ends_with('"')) {
        inner.remove_suffix(1);
    }
    for (std::size_t i = 0; i < inner.size(); ++i) {
        out += inner[i];
        if (inner[i] == '"') {
            ++i;  // the second of a pair
        }
    }
    return out;
}

std::string QualifiedName::sql() const
{
    return quoted_identifier(schema) + "." + quoted_identifier(name);
}

Result<QualifiedName> parse_qualified_name(std::string_view text)
{
    const std::vector<Token> tokens = lex(text);
    if (tokens.size() != 3 || !tokens[0].is_identifier() || !tokens[1].is_symbol('.') ||
        !tokens[2].is_identifier()) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + std::string(text) + "\" is not the name of a table",
            "Write schema.table, each part in double quotes where SQL would need them."
        };
    }
    return QualifiedName{
        .schema = identifier_value(tokens[0]), .name = identifier_value(tokens[2])
    };
}

}  // namespace starkeep::source::postgres
