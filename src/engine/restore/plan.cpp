// SPDX-License-Identifier: Apache-2.0
#include "engine/restore/plan.hpp"

#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/point_reader.hpp"
#include "engine/restore/restore.hpp"
#include "engine/selection.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/model.hpp"
#include "source/open.hpp"
#include "source/writer.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

std::string_view name(source::IfExists mode)
{
    switch (mode) {
    case source::IfExists::Fail:
        return "fail";
    case source::IfExists::Skip:
        return "skip";
    case source::IfExists::Replace:
        return "replace";
    case source::IfExists::Merge:
        return "merge";
    }
    return "fail";
}

class RestorePlanner {
public:
    RestorePlanner(
        const repository::Repository& repository,
        const repository::Point& point,
        const RestoreRequest& request
    )
        : repository_(repository)
        , point_(point)
        , request_(request)
        , used_(request.renames.size(), false)
    {
    }

    Result<std::vector<DatabasePlan>> run()
    {
        TRY_LET(const std::optional<std::string> named, source::database_of(request_.target));
        std::vector<DatabasePlan> plans;
        for (const repository::PointDatabase& database : point_.databases) {
            if (!request_.selection.touches(database.name)) {
                continue;
            }
            TRY_LET(DatabasePlan plan, plan_database(database));
            if (plan.whole || !plan.placements.empty()) {
                plans.push_back(std::move(plan));
            }
        }
        TRY(check(plans));
        TRY(choose_targets(plans, named));
        return plans;
    }

private:
    Result<DatabasePlan> plan_database(const repository::PointDatabase& database)
    {
        DatabasePlan plan;
        TRY_LET(plan.manifest, read_manifest(repository_, database));
        plan.whole = request_.selection.means_whole(database.name);
        for (const repository::ManifestObject& object : plan.manifest.objects) {
            if (request_.selection.chosen(database.name, object.name, ancestors_of(object.facts))) {
                plan.placements.push_back(
                    {.object = to_source_object(object),
                     .target = renamed(object.name, &Rename::of_object)}
                );
            } else {
                plan.excluded.push_back(object.name);
            }
        }
        return plan;
    }

    /// The new name by the rename that speaks of `old`; `old` itself when none does.
    std::string renamed(
        const std::string& old,
        std::optional<std::string> (Rename::*new_name)(std::string_view) const
    )
    {
        for (std::size_t i = 0; i < request_.renames.size(); ++i) {
            if (std::optional<std::string> fresh = (request_.renames[i].*new_name)(old)) {
                used_[i] = true;
                return *std::move(fresh);
            }
        }
        return old;
    }

    Result<void> check(const std::vector<DatabasePlan>& plans)
    {
        if (const std::vector<std::string> unmatched = request_.selection.unmatched();
            !unmatched.empty()) {
            return Error{
                ErrorCode::NotFound,
                "--include " + unmatched.front() + " names nothing in point " + point_.id.hex(),
                "Patterns choose tables, as starkeep ls " + point_.id.hex().substr(0, 8) +
                    " shows them; views, sequences and functions come with all of their database, "
                    "DATABASE/."
            };
        }
        if (plans.empty()) {
            return Error{
                ErrorCode::NotFound,
                "nothing of point " + point_.id.hex() + " is chosen",
                "Check --include and --exclude."
            };
        }
        return {};
    }

    Result<void>
    choose_targets(std::vector<DatabasePlan>& plans, const std::optional<std::string>& named)
    {
        if (named && plans.size() > 1) {
            return Error{
                ErrorCode::InvalidInput,
                "the target names the database \"" + *named + "\" but " +
                    std::to_string(plans.size()) + " databases are to be restored",
                "Leave the database out of the target's URL, or choose one with --include "
                "DATABASE/."
            };
        }
        std::set<std::string> taken;
        for (DatabasePlan& plan : plans) {
            plan.target = renamed(plan.manifest.database, &Rename::of_database);
            if (named && plan.target != plan.manifest.database && plan.target != *named) {
                return Error{
                    ErrorCode::InvalidInput,
                    "--rename says \"" + plan.target + "\" and the target's URL says \"" + *named +
                        "\"",
                    "Say the new name of the database in one of them only."
                };
            }
            if (named) {
                plan.target = *named;
            }
            if (!taken.insert(plan.target).second) {
                return Error{
                    ErrorCode::InvalidInput,
                    "two databases would be restored into \"" + plan.target + "\""
                };
            }
            TRY(finish(plan));
        }
        const auto unused = std::ranges::find(used_, false);
        if (unused != used_.end()) {
            const Rename& rename =
                request_.renames[static_cast<std::size_t>(unused - used_.begin())];
            return Error{
                ErrorCode::NotFound,
                "--rename " + rename.text + " names nothing that is restored",
                "Names are DATABASE or SCHEMA.TABLE as starkeep ls shows them."
            };
        }
        return {};
    }

    Result<void> finish(DatabasePlan& plan) const
    {
        plan.restore_key = point_.id.hex() + "/" + plan.manifest.database + "/" +
                           std::string(name(request_.if_exists));
        std::set<std::string> targets;
        for (const source::Placement& placement : plan.placements) {
            const auto object = std::ranges::find(
                plan.manifest.objects, placement.object.name, &repository::ManifestObject::name
            );
            ENSURE(object != plan.manifest.objects.end());
            plan.objects.push_back(&*object);
            if (!targets.insert(placement.target).second) {
                return Error{
                    ErrorCode::InvalidInput, "two objects would be restored as " + placement.target
                };
            }
            const bool is_renamed = placement.target != placement.object.name;
            if (!plan.whole || !plan.excluded.empty() || is_renamed) {
                plan.restore_key += "\n" + placement.object.name + "=" + placement.target;
            }
        }
        return {};
    }

    const repository::Repository& repository_;
    const repository::Point& point_;
    const RestoreRequest& request_;
    std::vector<bool> used_;
};

}  // namespace

source::Object to_source_object(const repository::ManifestObject& stored)
{
    source::Object object;
    object.name = stored.name;
    object.kind = stored.kind;
    object.row_form = stored.row_form;
    for (const auto& [column, type] : stored.columns) {
        object.columns.push_back({.name = column, .type = type});
    }
    object.estimated_bytes = stored.bytes;
    object.facts = stored.facts;
    return object;
}

Result<std::vector<DatabasePlan>> plan_restore(
    const repository::Repository& repository,
    const repository::Point& point,
    const RestoreRequest& request
)
{
    return RestorePlanner(repository, point, request).run();
}

}  // namespace starkeep::engine
