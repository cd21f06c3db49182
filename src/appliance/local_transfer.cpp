// SPDX-License-Identifier: Apache-2.0
#include "appliance/local_transfer.hpp"

#include "appliance/catalog.hpp"
#include "appliance/policy.hpp"
#include "appliance/problem.hpp"
#include "appliance/records.hpp"
#include "appliance/repository_pool.hpp"
#include "appliance/runner.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/sessions.hpp"
#include "appliance/subjects.hpp"
#include "appliance/work_order.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "engine/backup/backup.hpp"
#include "engine/points.hpp"
#include "engine/progress.hpp"
#include "engine/report_json.hpp"
#include "engine/restore/restore.hpp"
#include "engine/selection.hpp"
#include "engine/typed_name.hpp"
#include "http/url.hpp"
#include "repository/model.hpp"
#include "source/open.hpp"
#include "source/reader.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

State state_of(int exit_status)
{
    if (exit_status == 0) {
        return State::Done;
    }
    return exit_status == 3 ? State::Warning : State::Failed;
}

Result<engine::RestoreRequest>
to_request(const RestoreOrder& order, const Secret& target_url, std::stop_token stop)
{
    engine::RestoreRequest request{
        .target = std::string(target_url.reveal()),
        .selection = engine::Selection(order.include, order.exclude),
        .renames = {},
        .jobs = order.jobs,
        .dry_run = order.dry_run,
        .verify = order.verify,
        .stop = std::move(stop)
    };
    TRY_LET(request.if_exists, parse_if_exists(order.if_exists));
    for (const std::string& text : order.renames) {
        TRY_LET(engine::Rename rename, engine::parse_rename(text));
        request.renames.push_back(std::move(rename));
    }
    return request;
}

/// What would stop a real run, or kept the target from being read back, as the task's failure.
std::optional<Error> failure_in(const engine::RestoreReport& report)
{
    if (std::optional<Error> unread = report.verify_failure()) {
        return unread;
    }
    if (std::vector<Error> refusals = report.refusals(); !refusals.empty()) {
        return combined(std::move(refusals));
    }
    if (!report.verified_equal()) {
        return Error{ErrorCode::Conflict, "what was read back is not what was backed up"};
    }
    return std::nullopt;
}

}  // namespace

Secret with_password(const std::string& url, const Secret& password)
{
    if (password.reveal().empty()) {
        return Secret(url);
    }
    return Secret(http::with_query(url, "password=" + http::percent_encode(password.reveal())));
}

Result<TaskOutcome> back_up_here(
    const Catalog& catalog,
    RepositoryPool& repositories,
    const RepositoryPart& part,
    TaskReporter& reporter,
    std::stop_token stop
)
{
    TRY(reporter.begin(kTransferStep, "reading " + reporter.task()));
    TRY_LET(const Source entry, catalog.source(reporter.task()));
    TRY_LET(const Secrets secrets, catalog.secrets(Noun::Source, reporter.task()));
    const auto password = secrets.find("password");
    const Secret url =
        password == secrets.end() ? Secret(entry.url) : with_password(entry.url, password->second);
    TRY_LET(const SharedRepository held, repositories.open(part.name));
    TRY_LET(
        const std::unique_ptr<source::Source> source,
        source::open_source(std::string(url.reveal()), stop)
    );
    engine::BackupRequest request;
    request.jobs = part.jobs;
    request.selection = engine::Selection(part.include, part.exclude);
    request.full = part.full;
    request.stop = stop;
    engine::Progress progress;
    const ProgressKeeper keeper(progress, reporter);
    TRY_LET(
        const engine::BackupReport report,
        engine::back_up(*source, *held->repository, request, progress)
    );
    TRY(reporter.end(
        kTransferStep, StepState::Done, "restore point " + report.point.id.hex().substr(0, 8)
    ));
    return TaskOutcome{
        .state = state_of(engine::exit_status(report)),
        .result = engine::to_json(report),
        .error = {}
    };
}

Result<TaskOutcome> restore_here(
    RepositoryPool& repositories,
    const RestoreOrder& order,
    const Secret& target_url,
    TaskReporter& reporter,
    std::stop_token stop
)
{
    TRY(reporter.begin(kTransferStep, "restoring to " + order.target));
    TRY_LET(const SharedRepository held, repositories.open(order.repository));
    TRY_LET(const std::vector<repository::Point> points, held->repository->points());
    TRY_LET(
        const repository::Point point,
        engine::select_point(
            points, order.point, order.source.empty() ? std::nullopt : std::optional(order.source)
        )
    );
    TRY_LET(const engine::RestoreRequest request, to_request(order, target_url, std::move(stop)));
    engine::Progress progress;
    const ProgressKeeper keeper(progress, reporter);
    TRY_LET(
        const engine::RestoreReport report,
        engine::restore(*held->repository, point, request, progress)
    );
    TaskOutcome outcome{
        .state = state_of(engine::exit_status(report)),
        .result = engine::to_json(report, point, request),
        .error = {}
    };
    if (const std::optional<Error> failure = failure_in(report)) {
        outcome.state = State::Failed;
        outcome.error = problem(*failure);
    }
    TRY(reporter.end(
        kTransferStep,
        outcome.state == State::Failed ? StepState::Failed : StepState::Done,
        order.dry_run ? "planned" : std::to_string(report.rows) + " rows"
    ));
    return outcome;
}

}  // namespace starkeep::appliance
