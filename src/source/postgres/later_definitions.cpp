// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/later_definitions.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/object_creator.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/step_runner.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

bool is_index(const ArchiveEntry& entry)
{
    return entry.kind == "INDEX" || entry.kind == "CONSTRAINT";
}

bool is_foreign_key(const ArchiveEntry& entry)
{
    return entry.kind == "FK CONSTRAINT";
}

/// The same foreign key, without a look at the rows.
std::string not_validated(const std::string& definition)
{
    const std::vector<std::string_view> statements = split_statements(definition);
    return statements.empty() ? definition : std::string(statements.front()) + " NOT VALID";
}

/// Entries of these two classes may be made beside others of theirs; all others keep the archive's order. Returns the
/// end of the run of one class that begins at `begin`, or `begin` where it is of neither.
std::size_t end_of_class(const std::vector<const ArchiveEntry*>& entries, std::size_t begin)
{
    std::size_t end = begin;
    const auto is_class = is_index(*entries[begin]) ? is_index : is_foreign_key;
    while (end < entries.size() && is_class(*entries[end])) {
        ++end;
    }
    return end;
}

}  // namespace

bool LaterDefinitions::needs_kept(const ArchiveEntry& entry) const
{
    return std::ranges::any_of(entry.needs, [&](std::uint64_t id) {
        return context_.was_there(id);
    });
}

bool LaterDefinitions::is_wanted(const ArchiveEntry& entry) const
{
    if (!context_.plan.chosen.contains(entry.id) || context_.plan.kept.contains(entry.id)) {
        return false;
    }
    const ArchiveEntry* table = context_.map.subject(entry);
    if (table == nullptr || !context_.was_there(table->id)) {
        return true;
    }
    // Of a table that the target had: all, when its rows were replaced; a key to a table that came back; otherwise
    // nothing, as only its rows were asked for.
    const std::string act =
        context_.plan.act_of(context_.object_name({.schema = table->schema, .name = table->name}));
    return act == "replace" || (is_foreign_key(entry) && !context_.request.whole_database);
}

/// A new partition of a parent that the target had.
bool LaterDefinitions::is_deferred_attachment(const ArchiveEntry& entry) const
{
    if (entry.kind != "TABLE ATTACH" || !context_.plan.kept.contains(entry.id)) {
        return false;
    }
    const ArchiveEntry* parent = context_.map.subject(entry);
    const auto needs = context_.map.needs(entry);
    return std::ranges::any_of(needs, [&](const ArchiveEntry* need) {
        return is_table(*need) && need != parent && !context_.was_there(need->id);
    });
}

std::vector<const ArchiveEntry*> LaterDefinitions::entries() const
{
    std::vector<const ArchiveEntry*> indexes;
    std::vector<const ArchiveEntry*> attachments;
    std::vector<const ArchiveEntry*> others;
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if (is_deferred_attachment(entry)) {
            attachments.push_back(&entry);
        }
        const bool is_later = is_annotation(entry) || is_about_database(entry) ||
                              entry.kind == "DEFAULT ACL" || entry.kind == "EVENT TRIGGER";
        if (is_made_before_rows(entry) || is_later || !is_wanted(entry)) {
            continue;
        }
        (others.empty() && is_index(entry) ? indexes : others).push_back(&entry);
    }
    indexes.insert(indexes.end(), attachments.begin(), attachments.end());
    indexes.insert(indexes.end(), others.begin(), others.end());
    return indexes;
}

Result<void> LaterDefinitions::run(std::vector<ParallelStep> analysis)
{
    const std::vector<const ArchiveEntry*> all = entries();
    for (std::size_t begin = 0; begin < all.size();) {
        const std::size_t end = end_of_class(all, begin);
        if (end == begin) {
            TRY(steps_.run(entry_step(*all[begin])));
            ++begin;
            continue;
        }
        std::vector<ParallelStep> steps =
            parallel_steps(std::span(all).subspan(begin, end - begin));
        if (is_foreign_key(*all[begin])) {
            std::ranges::move(std::exchange(analysis, {}), std::back_inserter(steps));
        }
        TRY(steps_.run_all(steps));
        begin = end;
    }
    return steps_.run_all(analysis);
}

std::vector<ParallelStep>
LaterDefinitions::parallel_steps(std::span<const ArchiveEntry* const> batch)
{
    std::vector<ParallelStep> steps;
    std::map<std::uint64_t, std::size_t> numbers;
    for (const ArchiveEntry* entry : batch) {
        ParallelStep step = parallel_step(*entry);
        for (const std::uint64_t need : entry->needs) {
            if (const auto earlier = numbers.find(need); earlier != numbers.end()) {
                step.after.insert(earlier->second);
            }
        }
        numbers.emplace(entry->id, steps.size());
        steps.push_back(std::move(step));
    }
    return steps;
}

ParallelStep LaterDefinitions::parallel_step(const ArchiveEntry& entry)
{
    // "*" stands for all tables: foreign keys of partitioned ones lock every partition.
    std::set<std::string> alone;
    std::set<std::string> shared{"*"};
    for (const ArchiveEntry* need : context_.map.needs(entry)) {
        if (!is_table(*need) && need->kind != "MATERIALIZED VIEW") {
            continue;
        }
        const std::string name = need->schema + "." + need->name;
        if (entry.kind == "INDEX") {
            shared.insert(name);
        } else {
            alone.insert(is_foreign_key(entry) && is_partitioned(*need) ? "*" : name);
        }
    }
    if (alone.contains("*")) {
        shared.clear();
    }
    return steps_.parallel(entry_step(entry), std::move(alone), std::move(shared));
}

Step LaterDefinitions::entry_step(const ArchiveEntry& entry)
{
    return {
        .key = entry_key(entry),
        .label = describe(entry),
        .act =
            [this, &entry](ServerConnection& connection, LeftOut& left_out) {
                return make(connection, entry, left_out);
            }
    };
}

Result<void> LaterDefinitions::make(
    ServerConnection& connection, const ArchiveEntry& entry, LeftOut& left_out
) const
{
    Definer definer(connection, context_.target, context_.plan.renames);
    if (definer.lacks_role(entry, left_out)) {
        return {};
    }
    TRY_LET(const bool has_key, has_primary_key_already(connection, entry));
    if (has_key) {
        return {};
    }
    Result<void> made = definer.make(entry, left_out);
    if (made.ok() || !is_refusal(made.error())) {
        return made;
    }
    if (made.error().code() == ErrorCode::Exists && needs_kept(entry)) {
        return {};
    }
    if (is_foreign_key(entry)) {
        const Result<void> weaker =
            attempt(connection, not_validated(context_.plan.renames.definition(entry)));
        if (weaker.ok()) {
            left_out.add(
                describe(entry) + ": made NOT VALID, since rows break it: " + made.error().message()
            );
            return {};
        }
    }
    left_out.add(describe(entry) + ": " + made.error().message());
    return {};
}

/// The server answers a second primary key with the error of a wrong definition, not with that of one that exists.
Result<bool> LaterDefinitions::has_primary_key_already(
    ServerConnection& connection, const ArchiveEntry& entry
) const
{
    const ArchiveEntry* table = context_.map.subject(entry);
    if (entry.kind != "CONSTRAINT" || table == nullptr || !context_.was_there(table->id) ||
        entry.definition.find(" PRIMARY KEY ") == std::string::npos) {
        return false;
    }
    const QualifiedName name =
        context_.plan.renames({.schema = table->schema, .name = table->name});
    TRY_LET(
        const Rows keys,
        connection.query(
            "select 1 from pg_catalog.pg_constraint where conrelid = $1::regclass and contype = "
            "'p'",
            std::array{name.sql()}
        )
    );
    return keys.size() > 0;
}

}  // namespace starkeep::source::postgres
