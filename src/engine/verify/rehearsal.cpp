// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/result.hpp"
#include "engine/progress.hpp"
#include "engine/restore/restore.hpp"
#include "engine/selection.hpp"
#include "engine/verify/verify.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/open.hpp"
#include "source/writer.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::engine {

Result<RehearsalReport> rehearse(
    const repository::Repository& repository,
    const repository::Point& point,
    const std::string& target,
    const VerifyRequest& request,
    Progress& progress
)
{
    RehearsalReport report{.restores = {}, .recovery_s = 0, .equal = true};
    for (const repository::PointDatabase& database : point.databases) {
        // Of a single database, so that the whole definitions are restored, not a selection of them.
        repository::Point part = point;
        part.databases = {database};
        const std::string scratch = "starkeep_verify_" + point.id.hex().substr(0, 8) + "_" +
                                    std::to_string(report.restores.size());
        // A rehearsal that was killed may have left its scratch database.
        TRY(source::drop_database(target, scratch, request.stop));
        TRY_LET(std::string url, source::url_with_database(target, scratch));
        const RestoreRequest restoring{
            .target = std::move(url),
            .selection = Selection({}, {}),
            .renames = {},
            .if_exists = source::IfExists::Fail,
            .jobs = request.jobs,
            .dry_run = false,
            .verify = true,
            .stop = request.stop
        };
        Result<RestoreReport> restored = restore(repository, part, restoring, progress);
        // The scratch database goes in any case, also when the rehearsal was stopped.
        const Result<void> dropped = source::drop_database(target, scratch, std::stop_token());
        if (!restored.ok()) {
            return std::move(restored).error();
        }
        TRY(dropped);
        if (std::optional<Error> unread = restored->verify_failure()) {
            return std::move(*unread);
        }
        report.recovery_s += restored->duration_s - restored->verify_s;
        report.equal = report.equal && restored->verified_equal();
        report.restores.push_back(std::move(*restored));
    }
    return report;
}

}  // namespace starkeep::engine
