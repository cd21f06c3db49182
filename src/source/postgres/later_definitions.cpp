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
#include "source/postgres/table_weights.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
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

/// Whether it may be made beside others, as far as its locks and needs go; all others keep the archive's order.
bool may_run_beside(const ArchiveEntry& entry)
{
    return is_index(entry) || is_foreign_key(entry) || entry.kind == "INDEX ATTACH" ||
           entry.kind == "STATISTICS";
}

bool uses(const ParallelStep& step, const std::string& table)
{
    return step.alone.contains(table) || step.shared.contains(table);
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

/// What is made in which order.
struct LaterDefinitions::Stages {
    std::vector<const ArchiveEntry*> indexes;
    std::vector<const ArchiveEntry*> attachments;  ///< of new partitions to old parents
    std::vector<const ArchiveEntry*> foreign_keys;
    std::vector<const ArchiveEntry*> others;
};

LaterDefinitions::Stages LaterDefinitions::stages() const
{
    Stages all;
    std::set<std::uint64_t> late;
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if (is_deferred_attachment(entry)) {
            all.attachments.push_back(&entry);
        }
        const bool is_later = is_annotation(entry) || is_about_database(entry) ||
                              entry.kind == "DEFAULT ACL" || entry.kind == "EVENT TRIGGER";
        if (is_made_before_rows(entry) || is_later || !is_wanted(entry)) {
            continue;
        }
        const bool waits = std::ranges::any_of(entry.needs, [&](std::uint64_t need) {
            return late.contains(need);
        });
        if (waits || !may_run_beside(entry)) {
            late.insert(entry.id);
            all.others.push_back(&entry);
        } else {
            (is_foreign_key(entry) ? all.foreign_keys : all.indexes).push_back(&entry);
        }
    }
    return all;
}

Result<void> LaterDefinitions::run(std::vector<ParallelStep> analysis)
{
    TRY_LET(const TableWeights weights, TableWeights::of(context_.request.placements));
    Stages all = stages();
    if (!all.attachments.empty()) {
        // A partition brings its indexes along, and a key of the parent looks at its rows.
        TRY(steps_.run_all(parallel_steps(std::exchange(all.indexes, {}), weights, {})));
        TRY(run_one_by_one(all.attachments));
    }
    std::ranges::move(all.foreign_keys, std::back_inserter(all.indexes));
    TRY(steps_.run_all(parallel_steps(all.indexes, weights, std::move(analysis))));
    return run_one_by_one(all.others);
}

Result<void> LaterDefinitions::run_one_by_one(const std::vector<const ArchiveEntry*>& entries)
{
    for (const ArchiveEntry* entry : entries) {
        TRY(steps_.run(entry_step(*entry)));
    }
    return {};
}

std::vector<ParallelStep> LaterDefinitions::parallel_steps(
    const std::vector<const ArchiveEntry*>& entries,
    const TableWeights& weights,
    std::vector<ParallelStep> analysis
)
{
    std::vector<ParallelStep> steps;
    std::map<std::uint64_t, std::size_t> numbers;
    for (const ArchiveEntry* entry : entries) {
        ParallelStep step = parallel_step(*entry, weights);
        for (const std::uint64_t need : entry->needs) {
            if (const auto earlier = numbers.find(need); earlier != numbers.end()) {
                step.after.insert(earlier->second);
            }
        }
        for (std::size_t i = 0; i < steps.size() && is_foreign_key(*entry); ++i) {
            // The archive tells of the unique index; the others would make it wait by their locks.
            const bool is_met = std::ranges::any_of(step.alone, [&](const std::string& table) {
                return uses(steps[i], table);
            });
            if (is_met && !is_foreign_key(*entries[i])) {
                step.after.insert(i);
            }
        }
        numbers.emplace(entry->id, steps.size());
        steps.push_back(std::move(step));
    }
    const std::size_t count = steps.size();
    for (ParallelStep& one : analysis) {
        for (std::size_t i = 0; i < count; ++i) {
            // Statistics of expressions are those of an index or of extended statistics.
            if (!is_foreign_key(*entries[i]) && uses(steps[i], *one.alone.begin())) {
                one.after.insert(i);
            }
        }
        steps.push_back(std::move(one));
    }
    return steps;
}

ParallelStep LaterDefinitions::parallel_step(const ArchiveEntry& entry, const TableWeights& weights)
{
    // Weights as measured: to look a key's rows up costs about twice what an index of them does.
    constexpr double kKeyWeight = 2;
    const ArchiveEntry* own = context_.map.subject(entry);
    std::set<std::string> tables;
    double weight = 0;
    for (const ArchiveEntry* need : context_.map.needs(entry)) {
        const ArchiveEntry* table = is_table(*need) || need->kind == "MATERIALIZED VIEW"
                                        ? need
                                        : context_.map.subject(*need);
        if (table == nullptr) {
            continue;
        }
        const QualifiedName name{.schema = table->schema, .name = table->name};
        for (const QualifiedName& locked : weights.with_partitions(name)) {
            tables.insert(locked.sql());
        }
        if (own == nullptr || own == table) {
            weight = std::max(weight, weights.weight(name));
        }
    }
    const bool shares = entry.kind == "INDEX";
    const std::set<std::string> none;
    ParallelStep step =
        steps_.parallel(entry_step(entry), shares ? none : tables, shares ? tables : none);
    step.weight =
        entry.kind == "INDEX ATTACH" ? 0 : weight * (is_foreign_key(entry) ? kKeyWeight : 1);
    return step;
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
