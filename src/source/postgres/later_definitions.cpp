// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/later_definitions.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/object_creator.hpp"
#include "source/postgres/parallel_steps.hpp"
#include "source/postgres/rename.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/restore_selection.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/step_runner.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// Steps of these kinds may run beside each other; all others keep the archive's order.
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

/// Consecutive entries that may share a batch: of one class, none needing another.
class Batcher {
public:
    bool fits(const ArchiveEntry& entry) const
    {
        const bool is_same_class = batch_.empty() ||
                                   (is_index(entry) && is_index(*batch_.front())) ||
                                   (is_foreign_key(entry) && is_foreign_key(*batch_.front()));
        const bool needs_batch = std::ranges::any_of(entry.needs, [&](std::uint64_t id) {
            return std::ranges::any_of(batch_, [&](const auto* one) { return one->id == id; });
        });
        return is_same_class && !needs_batch;
    }
    void add(const ArchiveEntry& entry) { batch_.push_back(&entry); }
    std::vector<const ArchiveEntry*> take() { return std::exchange(batch_, {}); }

private:
    std::vector<const ArchiveEntry*> batch_;
};

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

Result<void> LaterDefinitions::run()
{
    Batcher batcher;
    const auto run_batch = [&]() -> Result<void> {
        std::vector<ParallelStep> steps;
        for (const ArchiveEntry* entry : batcher.take()) {
            steps.push_back(parallel_step(*entry));
        }
        return steps_.run_all(steps);
    };
    for (const ArchiveEntry* entry : entries()) {
        if (!batcher.fits(*entry)) {
            TRY(run_batch());
        }
        if (is_index(*entry) || is_foreign_key(*entry)) {
            batcher.add(*entry);
        } else {
            TRY(run_batch());
            TRY(steps_.run(entry_step(*entry)));
        }
    }
    return run_batch();
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
