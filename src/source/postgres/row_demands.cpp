// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/row_demands.hpp"

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/script_lexer.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::source::postgres {

namespace {

using Tokens = std::span<const Token>;

bool opens(const Token& token)
{
    return token.is_symbol('(') || token.is_symbol('[');
}

bool closes(const Token& token)
{
    return token.is_symbol(')') || token.is_symbol(']');
}

/// Where the first of `words` stands, outside brackets, with the others behind it; the size when nowhere.
std::size_t find_words(Tokens tokens, std::initializer_list<std::string_view> words)
{
    std::size_t depth = 0;
    for (std::size_t i = 0; i + words.size() <= tokens.size(); ++i) {
        if (depth == 0 &&
            std::ranges::equal(
                tokens.subspan(i, words.size()),
                words,
                [](const Token& token, std::string_view word) { return token.is_word(word); }
            )) {
            return i;
        }
        depth += opens(tokens[i]) ? 1U : 0U;
        depth -= closes(tokens[i]) && depth > 0 ? 1U : 0U;
    }
    return tokens.size();
}

/// From the first bracket on to the one that closes it.
Tokens first_group(Tokens tokens)
{
    const auto open =
        std::ranges::find_if(tokens, [](const Token& token) { return token.is_symbol('('); });
    const Tokens from = tokens.subspan(static_cast<std::size_t>(open - tokens.begin()));
    std::size_t depth = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
        depth += opens(from[i]) ? 1U : 0U;
        depth -= closes(from[i]) && depth > 0 ? 1U : 0U;
        if (depth == 0) {
            return from.first(i + 1);
        }
    }
    return from;
}

/// What commas separate in a group, without its brackets.
std::vector<Tokens> items_of(Tokens group)
{
    std::vector<Tokens> items;
    if (group.size() < 3) {
        return items;
    }
    const Tokens inside = group.subspan(1, group.size() - 2);
    std::size_t depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        depth += opens(inside[i]) ? 1U : 0U;
        depth -= closes(inside[i]) && depth > 0 ? 1U : 0U;
        if (depth == 0 && inside[i].is_symbol(',')) {
            items.push_back(inside.subspan(begin, i - begin));
            begin = i + 1;
        }
    }
    items.push_back(inside.subspan(begin));
    return items;
}

/// The first statement's: without what follows a semicolon.
Tokens statement_of(Tokens tokens)
{
    const auto end =
        std::ranges::find_if(tokens, [](const Token& token) { return token.is_symbol(';'); });
    return tokens.first(static_cast<std::size_t>(end - tokens.begin()));
}

bool is_joined(const Token& left, const Token& right)
{
    const auto is_one_of = [](const Token& token, std::string_view symbols) {
        return token.kind == TokenKind::Symbol && symbols.find(token.text) != symbols.npos;
    };
    const std::string_view brackets = "()[],.:";
    return is_one_of(left, "([.:") || is_one_of(right, ")],.:[") ||
           (left.kind == TokenKind::Symbol && right.kind == TokenKind::Symbol &&
            !is_one_of(left, brackets) && !is_one_of(right, brackets));
}

std::string text_of(Tokens tokens)
{
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += i > 0 && !is_joined(tokens[i - 1], tokens[i]) ? " " : "";
        out += tokens[i].text;
    }
    return out;
}

std::set<std::string> identifiers_of(Tokens tokens)
{
    std::set<std::string> out;
    for (const Token& token : tokens) {
        if (token.is_identifier()) {
            out.insert(identifier_value(token));
        }
    }
    return out;
}

void add(TableDemands& out, const std::string& text, Tokens about)
{
    out.demands[text].merge(identifiers_of(about));
}

/// A column, a constraint of a table, or what follows a domain's name.
void add_item(TableDemands& out, Tokens item, bool is_inherited)
{
    if (is_inherited && find_words(item, {"NO", "INHERIT"}) != item.size()) {
        return;
    }
    const bool is_constraint = item.front().is_word("CONSTRAINT");
    if (const std::size_t at = find_words(item, {"NOT", "NULL"}); at != item.size()) {
        // NOT NULL stands behind its column, or before it in a constraint of its own.
        const std::size_t column = is_constraint ? at + 2 : 0;
        if (item.front().is_word("CREATE")) {
            out.demands["NOT NULL"];  // a domain's
        } else if (column < item.size()) {
            add(out, "NOT NULL of column " + identifier_value(item[column]), item.subspan(column, 1)
            );
        }
    }
    for (Tokens rest = item.subspan(find_words(item, {"CHECK"})); !rest.empty();
         rest = rest.subspan(1 + find_words(rest.subspan(1), {"CHECK"}))) {
        const Tokens group = first_group(rest);
        const Tokens behind = rest.subspan(std::min(rest.size(), group.size() + 1));
        const std::size_t next = find_words(behind, {"CONSTRAINT"});
        if (find_words(behind.first(next), {"NOT", "ENFORCED"}) == next) {
            add(out, "CHECK " + text_of(group), group);
        }
    }
}

/// A primary key asks no more of keys than a unique one, be it a constraint or an index.
void add_unique(TableDemands& out, Tokens tokens)
{
    const Tokens group = first_group(tokens);
    const std::size_t null_rule = find_words(tokens, {"NULLS", "NOT", "DISTINCT"});
    const std::size_t condition = find_words(tokens, {"WHERE"});
    std::string text = "UNIQUE " + text_of(group);
    text += null_rule == tokens.size() ? "" : " NULLS NOT DISTINCT";
    text += condition == tokens.size() ? "" : " " + text_of(tokens.subspan(condition));
    add(out, text, group);
}

void add_key(TableDemands& out, const ArchiveEntry& entry)
{
    const std::vector<Token> all = lex_significant(entry.definition);
    const Tokens tokens = statement_of(all);
    if (entry.kind == "INDEX") {
        if (tokens.size() > 2 && tokens[1].is_word("UNIQUE")) {
            add_unique(out, tokens);
        }
        return;
    }
    const std::size_t at = find_words(tokens, {"CONSTRAINT"});
    if (at + 2 >= tokens.size()) {
        return;
    }
    const Tokens constraint = tokens.subspan(at);
    const Tokens what = constraint.subspan(2);
    if (what.front().is_word("EXCLUDE")) {
        const Tokens body = what.first(find_words(what, {"DEFERRABLE"}));
        add(out, text_of(body), body);
    } else if (what.front().is_word("UNIQUE") || what.front().is_word("PRIMARY")) {
        add_unique(out, what);
    } else {
        add_item(out, constraint, false);
    }
}

/// "FOR VALUES …" or "DEFAULT" of what a TABLE ATTACH attaches.
std::string bound_of(const ArchiveEntry& attach)
{
    const std::vector<Token> all = lex_significant(attach.definition);
    const Tokens tokens = statement_of(all);
    const std::size_t at = find_words(tokens, {"ATTACH", "PARTITION"});
    // Behind both words and a name with its schema.
    return at + 5 < tokens.size() ? text_of(tokens.subspan(at + 5)) : std::string();
}

std::string partitioning_of(const ArchiveEntry& table)
{
    const std::vector<Token> all = lex_significant(table.definition);
    const Tokens tokens = statement_of(all);
    const Tokens clause = tokens.subspan(find_words(tokens, {"PARTITION", "BY"}));
    const Tokens group = first_group(clause);
    return clause.size() < 3 ? std::string() : text_of(clause.subspan(1, 2)) + " " + text_of(group);
}

std::set<std::string> labels_of(Tokens enumeration)
{
    std::set<std::string> out;
    for (const Token& token : enumeration) {
        if (token.kind == TokenKind::String) {
            out.emplace(token.text);
        }
    }
    return out;
}

}  // namespace

RowDemands::RowDemands(const ArchiveMap& map) : map_(map)
{
    for (const ArchiveEntry& entry : map.entries()) {
        if (entry.kind == "TYPE" || entry.kind == "DOMAIN") {
            types_.emplace(QualifiedName{.schema = entry.schema, .name = entry.name}, &entry);
        } else if (entry.kind == "CHECK CONSTRAINT" &&
                   entry.definition.starts_with("ALTER DOMAIN ")) {
            domain_checks_[names_in(entry).front()].push_back(&entry);
        } else if (entry.kind == "CONSTRAINT" || entry.kind == "INDEX") {
            if (const ArchiveEntry* table = map.subject(entry); table != nullptr) {
                keys_[table->id].push_back(&entry);
            }
        } else if (entry.kind == "TABLE ATTACH") {
            const std::vector<QualifiedName> names = names_in(entry);
            if (names.size() > 1) {
                attached_to_[names[0]].push_back(&entry);
                attached_.emplace(names[1], &entry);
            }
        }
    }
}

TableDemands RowDemands::of_table(const QualifiedName& table) const
{
    TableDemands out;
    if (const ArchiveEntry* entry = map_.find_table(table); entry != nullptr) {
        add_definition(*entry, false, out);
        add_bound(table, out);
    }
    return out;
}

/// What a table inherits is written where it comes from; a partition has it all itself.
void RowDemands::add_definition(const ArchiveEntry& table, bool is_inherited, TableDemands& out)
    const
{
    const std::vector<Token> all = lex_significant(table.definition);
    const Tokens tokens = statement_of(all);
    for (const Tokens item : items_of(first_group(tokens))) {
        if (!item.front().is_word("CONSTRAINT")) {
            out.columns.insert(identifier_value(item.front()));
        }
        add_item(out, item, is_inherited);
    }
    const auto keys = keys_.find(table.id);
    if (keys != keys_.end() && !is_inherited) {
        for (const ArchiveEntry* key : keys->second) {
            add_key(out, *key);
        }
    }
    for (const Tokens parent :
         items_of(first_group(tokens.subspan(find_words(tokens, {"INHERITS"}))))) {
        const Result<QualifiedName> name = parse_qualified_name(text_of(parent));
        const ArchiveEntry* entry = name.ok() ? map_.find_table(*name) : nullptr;
        if (entry != nullptr) {
            add_definition(*entry, true, out);
        }
    }
}

void RowDemands::add_bound(const QualifiedName& partition, TableDemands& out) const
{
    const auto found = attached_.find(partition);
    const ArchiveEntry* parent = found == attached_.end() ? nullptr : map_.subject(*found->second);
    if (parent == nullptr) {
        return;
    }
    const std::string by = "PARTITION BY " + partitioning_of(*parent) + " ";
    const std::string bound = bound_of(*found->second);
    out.demands[by + bound];
    const QualifiedName name{.schema = parent->schema, .name = parent->name};
    if (bound == "DEFAULT") {
        for (const ArchiveEntry* sibling : attached_to_.at(name)) {
            if (sibling != found->second) {
                out.demands[by + "DEFAULT without " + bound_of(*sibling)];
            }
        }
    }
    add_bound(name, out);
}

std::set<QualifiedName> RowDemands::types_of(const QualifiedName& table) const
{
    std::set<QualifiedName> types;
    std::set<const ArchiveEntry*> seen;
    std::vector<const ArchiveEntry*> open{map_.find_table(table)};
    while (!open.empty()) {
        const ArchiveEntry* entry = open.back();
        open.pop_back();
        if (entry == nullptr || !seen.insert(entry).second) {
            continue;
        }
        for (const QualifiedName& name : names_in(*entry)) {
            if (type(name) != nullptr) {
                types.insert(name);
            }
            open.push_back(type(name));
            open.push_back(map_.find_table(name));
        }
    }
    return types;
}

const ArchiveEntry* RowDemands::type(const QualifiedName& name) const
{
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : found->second;
}

TableDemands RowDemands::of_domain(const ArchiveEntry& domain) const
{
    TableDemands out;
    const std::vector<Token> all = lex_significant(domain.definition);
    const Tokens tokens = statement_of(all);
    add_item(out, tokens, false);
    const auto checks = domain_checks_.find({.schema = domain.schema, .name = domain.name});
    if (checks != domain_checks_.end()) {
        for (const ArchiveEntry* check : checks->second) {
            const std::vector<Token> words = lex_significant(check->definition);
            add_item(out, statement_of(words), false);
        }
    }
    return out;
}

std::vector<std::string>
RowDemands::obstacles(const RowDemands& there, const QualifiedName& name) const
{
    std::vector<std::string> out;
    const ArchiveEntry* ours = type(name);
    const ArchiveEntry* theirs = there.type(name);
    if (ours == nullptr || theirs == nullptr) {
        return out;
    }
    const std::vector<Token> our_words = lex_significant(ours->definition);
    const std::vector<Token> their_words = lex_significant(theirs->definition);
    const auto is_a = [](Tokens tokens, std::initializer_list<std::string_view> words) {
        return find_words(tokens, words) != tokens.size();
    };
    // CREATE TYPE schema.name AS (…
    const bool is_composite =
        our_words.size() > 6 && our_words[5].is_word("AS") && our_words[6].is_symbol('(');
    if (ours->kind == "DOMAIN") {
        return stricter(of_domain(*ours), there.of_domain(*theirs));
    }
    if (is_a(our_words, {"AS", "ENUM"})) {
        const std::set<std::string> labels = labels_of(their_words);
        for (const std::string& label : labels_of(our_words)) {
            if (!labels.contains(label)) {
                out.push_back("no label " + label);
            }
        }
    } else if (is_composite && ours->definition != theirs->definition) {
        out.emplace_back("other attributes");
    }
    return out;
}

std::vector<std::string> stricter(const TableDemands& here, const TableDemands& there)
{
    std::vector<std::string> out;
    for (const auto& [text, names] : there.demands) {
        const auto is_in = [](const std::set<std::string>& columns) {
            return [&columns](const std::string& name) {
                return columns.contains(name);
            };
        };
        const bool is_of_new_columns = std::ranges::any_of(names, is_in(there.columns)) &&
                                       std::ranges::none_of(names, is_in(here.columns));
        if (!here.demands.contains(text) && !is_of_new_columns) {
            out.push_back(text);
        }
    }
    return out;
}

}  // namespace starkeep::source::postgres
