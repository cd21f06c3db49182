// SPDX-License-Identifier: Apache-2.0
// SQL from a dump: the tokens are the text, the statements lie in it, and a name written out reads back as itself.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "source/postgres/script_lexer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postgres = starkeep::source::postgres;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const std::string_view sql = starkeep::as_text(input.rest());
    std::size_t lexed = 0;
    std::size_t significant = 0;
    for (const postgres::Token& token : postgres::lex(sql)) {
        ENSURE(!token.text.empty());
        ENSURE(sql.substr(lexed, token.text.size()).data() == token.text.data());
        lexed += token.text.size();
        significant += token.kind == postgres::TokenKind::Space ? 0 : 1;
        if (token.is_identifier()) {
            static_cast<void>(postgres::identifier_value(token));
        }
    }
    ENSURE(lexed == sql.size());
    ENSURE(postgres::lex_significant(sql).size() == significant);
    for (const std::string_view statement : postgres::split_statements(sql)) {
        ENSURE(!postgres::lex_significant(statement).empty());
    }
    const auto name = postgres::parse_qualified_name(sql);
    if (name.ok()) {
        const auto again = postgres::parse_qualified_name(name->sql());
        ENSURE(again.ok() && *again == *name);
    }
    return 0;
}
