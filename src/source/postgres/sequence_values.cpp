// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/sequence_values.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/restore_plan.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/step_runner.hpp"
#include "source/writer.hpp"

#include <cstdint>
#include <string>

namespace starkeep::source::postgres {

namespace {

struct SequenceValue {
    std::string last;  ///< SQL
    bool is_called = false;
};

/// For "select setval(…)": only where sequence `name` has not come as far as `value`, in its own direction.
std::string where_behind(const std::string& name, const SequenceValue& value)
{
    const std::string has_not_given_it =
        value.is_called ? " or (s.last_value = " + value.last + " and not s.is_called)" : "";
    return " from " + name +
           " s, pg_catalog.pg_sequence q where q.seqrelid = " + quoted_literal(name) +
           "::regclass and (case when q.seqincrement > 0 then s.last_value < " + value.last +
           " else s.last_value > " + value.last + " end" + has_not_given_it + ")";
}

/// "set", "raise" or "keep".
std::string policy_of(const RestoreContext& context, const QualifiedName& name)
{
    const RestorePlan& plan = context.plan;
    std::string policy = "keep";
    for (const ArchiveEntry& entry : context.map.entries()) {
        if ((entry.kind != "SEQUENCE" && entry.kind != "SEQUENCE OWNED BY") ||
            entry.schema != name.schema || entry.name != name.name ||
            !plan.chosen.contains(entry.id)) {
            continue;
        }
        if (!plan.kept.contains(entry.id)) {
            return "set";
        }
        const ArchiveEntry* table = context.map.subject(entry);
        std::string act = "keep";
        if (table != nullptr) {
            act = plan.act_of(context.object_name({.schema = table->schema, .name = table->name}));
        } else if (context.request.if_exists == IfExists::Replace) {
            act = "replace";
        } else if (context.request.if_exists == IfExists::Merge) {
            act = "merge";
        }
        if (act == "replace" || act == "merge") {
            policy = act == "replace" ? "set" : "raise";
        }
    }
    return policy;
}

}  // namespace

Result<void> set_sequences(const RestoreContext& context, StepRunner& steps)
{
    const Json& facts = context.request.facts;
    if (!facts.is_object() || !facts.contains("sequences")) {
        return {};
    }
    TRY_LET(const Json list, json::get_array(facts, "sequences"));
    for (const Json& one : list) {
        TRY_LET(const std::string text, json::get_string(one, "name"));
        TRY_LET(const QualifiedName name, parse_qualified_name(text));
        TRY_LET(const bool is_called, json::get_bool(one, "is_called"));
        const auto last = one.find("last_value");
        if (last == one.end() || !last->is_number_integer()) {
            return Error{ErrorCode::Corrupt, "facts: sequence " + text + " has no last value"};
        }
        const std::string policy = policy_of(context, name);
        if (policy == "keep") {
            continue;
        }
        const std::string target = context.plan.renames(name).sql();
        const SequenceValue value{
            .last = quoted_literal(std::to_string(last->get<std::int64_t>())) + "::bigint",
            .is_called = is_called
        };
        const std::string set = "select pg_catalog.setval(" + quoted_literal(target) +
                                "::regclass, " + value.last + ", " +
                                (is_called ? "true" : "false") + ")" +
                                (policy == "raise" ? where_behind(target, value) : std::string());
        TRY(steps.run(
            {.key = "sequence " + text,
             .label = "sequence " + text,
             .act = [&](ServerConnection& connection, LeftOut& left_out) -> Result<void> {
                 const Result<void> done = attempt(connection, set);
                 if (!done.ok() && !is_refusal(done.error())) {
                     return Error(done.error());
                 }
                 if (!done.ok()) {
                     left_out.add("value of sequence " + text + ": " + done.error().message());
                 }
                 return {};
             }}
        ));
    }
    return {};
}

}  // namespace starkeep::source::postgres
