// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/object_creator.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/target_definitions.hpp"
#include "source/writer.hpp"

#include <string>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// Without these the rows have no place; everything else can be left out and named.
bool is_indispensable(const ArchiveEntry& entry)
{
    return entry.kind == "TABLE" || entry.kind == "TABLE ATTACH" || entry.kind == "SCHEMA" ||
           entry.kind == "SEQUENCE";
}

std::string joined(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names) {
        out += (out.empty() ? "" : ", ") + name;
    }
    return out;
}

}  // namespace

bool is_made_before_rows(const ArchiveEntry& entry)
{
    return entry.section == Section::PreData && !is_annotation(entry) && !is_about_database(entry);
}

Result<void> ObjectCreator::run()
{
    TRY(make_schemas_of_renames());
    for (const ArchiveEntry& entry : context_.map.entries()) {
        if (is_made_before_rows(entry) && context_.plan.chosen.contains(entry.id)) {
            TRY(make(entry));
        }
    }
    if (!in_the_way_.empty()) {
        return Error{
            ErrorCode::Exists,
            "the target has already " + joined(in_the_way_),
            "Choose --if-exists skip, replace or merge, another name with --rename, or another "
            "database."
        };
    }
    return {};
}

Result<void> ObjectCreator::make_schemas_of_renames()
{
    for (const auto& [from, to] : context_.plan.renames.names()) {
        if (from.schema == to.schema || context_.target.schemas.contains(to.schema)) {
            continue;
        }
        TRY(connection_.query("CREATE SCHEMA IF NOT EXISTS " + quoted_identifier(to.schema)));
    }
    return {};
}

/// A part of a table that the target had. A partition that is new gets attached to an old parent after its indexes are
/// built (see finish), since attaching now would make indexes of names that the backup does not know.
bool ObjectCreator::is_kept_part(const ArchiveEntry& entry) const
{
    const ArchiveEntry* table = context_.map.subject(entry);
    return table != nullptr && context_.was_there(table->id);
}

Result<void> ObjectCreator::make(const ArchiveEntry& entry)
{
    RestorePlan& plan = context_.plan;
    if (plan.kept.contains(entry.id)) {
        return {};
    }
    if (is_kept_part(entry)) {
        plan.kept.insert(entry.id);
        return {};
    }
    const QualifiedName name = plan.renames({.schema = entry.schema, .name = entry.name});
    // The way of a table that is a placement was decided by its name already.
    if (entry.kind == "TABLE" && context_.target.has_table(name)) {
        if (context_.request.whole_database && context_.request.if_exists == IfExists::Fail) {
            in_the_way_.push_back(describe(entry));
        }
        plan.kept.insert(entry.id);
        return {};
    }
    if (definer_.lacks_role(entry, plan.left_out)) {
        missing_.insert(entry.id);
        return {};
    }
    const Result<void> made = definer_.make(entry, plan.left_out);
    return made.ok() ? Result<void>() : refuse(entry, made.error());
}

Result<void> ObjectCreator::refuse(const ArchiveEntry& entry, const Error& error)
{
    if (!is_refusal(error)) {
        return Error(error).during("creating " + describe(entry));
    }
    if (error.code() == ErrorCode::Exists) {
        const bool is_meant = context_.request.whole_database &&
                              context_.request.if_exists == IfExists::Fail &&
                              entry.kind != "SCHEMA";
        if (is_meant) {
            in_the_way_.push_back(describe(entry));
        } else if (entry.kind != "SCHEMA" && !is_table(entry)) {
            context_.plan.left_out.add(describe(entry) + already_there());
        }
        context_.plan.kept.insert(entry.id);
        return {};
    }
    missing_.insert(entry.id);
    if (!in_the_way_.empty()) {
        return {};  // the restore fails for them; what follows from them is not worth a word
    }
    const std::string consequence = missing_needs(entry);
    if (is_indispensable(entry)) {
        return Error(error.code(), error.message() + consequence, error.hint())
            .during("creating " + describe(entry));
    }
    context_.plan.left_out.add(describe(entry) + ": " + error.message() + consequence);
    return {};
}

/// Of what the target has, although nothing is known of its definition there.
std::string ObjectCreator::already_there() const
{
    const std::string reason = context_.existing ? context_.existing->unknown() : std::string();
    return ": the target has it, perhaps with another definition" +
           (reason.empty() ? std::string() : " (not compared: " + reason + ")");
}

std::string ObjectCreator::missing_needs(const ArchiveEntry& entry) const
{
    std::vector<std::string> names;
    for (const ArchiveEntry* need : context_.map.needs(entry)) {
        if (missing_.contains(need->id)) {
            names.push_back(describe(*need));
        }
    }
    return names.empty() ? std::string() : "; it needs " + joined(names) + ", which is left out";
}

}  // namespace starkeep::source::postgres
