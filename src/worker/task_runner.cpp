// SPDX-License-Identifier: Apache-2.0
#include "worker/task_runner.hpp"

#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "engine/backup/backup.hpp"
#include "engine/points.hpp"
#include "engine/progress.hpp"
#include "engine/report_json.hpp"
#include "engine/restore/restore.hpp"
#include "engine/selection.hpp"
#include "engine/verify/verify.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "protocol/event.hpp"
#include "protocol/task.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/open.hpp"
#include "source/reader.hpp"
#include "source/writer.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_url/open_store.hpp"
#include "sys/clock.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace starkeep::worker {

namespace {

/// What a task needs besides its own members.
struct Surroundings {
    const protocol::TaskSecrets& secrets;
    const azure::Cloud& cloud;
    engine::Progress& progress;
    std::stop_token stop;
};

struct Outcome {
    Json result;
    int exit_status = 0;
    std::vector<std::string> warnings{};
};

/// Declared in this order: the store outlives the repository.
struct OpenRepository {
    std::unique_ptr<store::Store> store;
    std::unique_ptr<repository::Repository> repository;
    double opening_s = 0;  ///< mostly the key derivation
};

store_url::Credential credential_of(const protocol::TaskSecrets& secrets)
{
    std::string text(secrets.storage_credential.reveal());
    switch (secrets.storage_kind) {
    case protocol::StorageCredentialKind::SasToken:
        return store_url::SasToken{.query = Secret(std::move(text))};
    case protocol::StorageCredentialKind::ConnectionString:
        return store_url::ConnectionString{.text = Secret(std::move(text))};
    case protocol::StorageCredentialKind::ManagedIdentity:
        return store_url::ManagedIdentity{.client_id = std::move(text)};
    case protocol::StorageCredentialKind::None:
        break;
    }
    return store_url::FromEnvironment{};
}

Result<OpenRepository> open_repository(const std::string& url, const Surroundings& around)
{
    const sys::Stopwatch stopwatch;
    around.progress.begin_phase("opening the repository");
    OpenRepository opened;
    TRY_LET(
        opened.store,
        store_url::open_store(
            url,
            {.mode = store::OpenMode::MustExist,
             .credential = credential_of(around.secrets),
             .cloud = around.cloud,
             .stop = around.stop}
        )
    );
    TRY_LET(
        opened.repository,
        repository::Repository::open(*opened.store, around.secrets.repository_password)
    );
    opened.opening_s = stopwatch.seconds();
    return opened;
}

/// The URL with the password that travelled apart from it.
/// Errors: InvalidInput for a URL that holds a password itself.
Result<std::string> with_password(const std::string& url, const Surroundings& around)
{
    if (source::has_password(url)) {
        return Error{
            ErrorCode::InvalidInput,
            "the task's database URL holds a password",
            "Passwords travel apart from URLs."
        };
    }
    const std::string_view password = around.secrets.database_password.reveal();
    return password.empty() ? url
                            : http::with_query(url, "password=" + http::percent_encode(password));
}

/// Errors: Corrupt when the log cannot be read in full and the point might therefore be another.
Result<repository::Point>
choose_point(repository::Repository& repository, const std::string& name, const std::string& source)
{
    std::optional<std::string> whose;
    if (!source.empty()) {
        const Result<std::string> plain = source::url_without_password(source);
        whose = plain.ok() ? *plain : source;
    }
    TRY_LET(const std::vector<repository::Point> points, repository.points());
    const Result<repository::Point> found = engine::select_point(points, name, whose);
    if (!found.ok() || name == "latest") {
        TRY(repository.require_whole_log());
    }
    return found;
}

/// Something may have been kept by a typing mistake.
std::vector<std::string> warnings_of(const engine::Selection& selection)
{
    std::vector<std::string> warnings;
    for (const std::string& pattern : selection.unmatched_exclusions()) {
        warnings.push_back("exclude pattern " + pattern + " fits nothing");
    }
    return warnings;
}

Result<Outcome> run(const protocol::BackupTask& task, const Surroundings& around)
{
    engine::BackupRequest request;
    request.jobs = task.jobs;
    request.selection = engine::Selection(task.include, task.exclude);
    request.full = task.full;
    request.labels = task.labels;
    request.stop = around.stop;
    TRY_LET(const std::string url, with_password(task.source_url, around));
    TRY_LET(const OpenRepository opened, open_repository(task.repository_url, around));
    TRY_LET(const std::unique_ptr<source::Source> source, source::open_source(url, around.stop));
    TRY_LET(
        engine::BackupReport report,
        engine::back_up(*source, *opened.repository, request, around.progress)
    );
    report.fixed_s += opened.opening_s;
    report.duration_s += opened.opening_s;
    return Outcome{
        .result = engine::to_json(report),
        .exit_status = engine::exit_status(report),
        .warnings = warnings_of(request.selection)
    };
}

source::IfExists if_exists_of(protocol::IfExists value)
{
    switch (value) {
    case protocol::IfExists::Skip:
        return source::IfExists::Skip;
    case protocol::IfExists::Replace:
        return source::IfExists::Replace;
    case protocol::IfExists::Merge:
        return source::IfExists::Merge;
    case protocol::IfExists::Fail:
        break;
    }
    return source::IfExists::Fail;
}

/// A status of 0 becomes 3 when something of the log could not be read.
int over_gaps(const repository::Repository& repository, int exit_status)
{
    return exit_status == 0 && !repository.log_gaps().empty() ? 3 : exit_status;
}

Result<Outcome> run(const protocol::RestoreTask& task, const Surroundings& around)
{
    TRY_LET(std::string target, with_password(task.target_url, around));
    engine::RestoreRequest request{
        .target = std::move(target),
        .selection = engine::Selection(task.include, task.exclude),
        .renames = {},
        .if_exists = if_exists_of(task.if_exists),
        .jobs = task.jobs,
        .dry_run = task.dry_run,
        .verify = task.verify,
        .stop = around.stop
    };
    for (const std::string& text : task.renames) {
        TRY_LET(engine::Rename rename, engine::parse_rename(text));
        request.renames.push_back(std::move(rename));
    }
    TRY_LET(const OpenRepository opened, open_repository(task.repository_url, around));
    TRY_LET(
        const repository::Point point, choose_point(*opened.repository, task.point, task.source)
    );
    TRY_LET(
        const engine::RestoreReport report,
        engine::restore(*opened.repository, point, request, around.progress)
    );
    if (std::optional<Error> unread = report.verify_failure()) {
        return *std::move(unread);
    }
    if (std::vector<Error> refusals = report.refusals(); !refusals.empty()) {
        return combined(std::move(refusals));
    }
    return Outcome{
        .result = engine::to_json(report, point, request),
        .exit_status = over_gaps(*opened.repository, engine::exit_status(report)),
        .warnings = warnings_of(request.selection)
    };
}

Result<Outcome> run(const protocol::VerifyTask& task, const Surroundings& around)
{
    TRY_LET(const std::string into, with_password(task.into_url, around));
    TRY_LET(const OpenRepository opened, open_repository(task.repository_url, around));
    TRY_LET(
        const repository::Point point, choose_point(*opened.repository, task.point, task.source)
    );
    const engine::VerifyRequest request{.jobs = task.jobs, .stop = around.stop};
    if (task.into_url.empty()) {
        TRY_LET(
            const engine::VerifyReport report,
            engine::verify(*opened.repository, point, request, around.progress)
        );
        return Outcome{
            .result = engine::to_json(report, point),
            .exit_status = over_gaps(*opened.repository, engine::exit_status(report))
        };
    }
    TRY_LET(
        const engine::RehearsalReport report,
        engine::rehearse(*opened.repository, point, into, request, around.progress)
    );
    return Outcome{
        .result = engine::to_json(report, point),
        .exit_status = over_gaps(*opened.repository, engine::exit_status(report))
    };
}

Result<Outcome> run(const protocol::StopTask& /*task*/, const Surroundings& /*around*/)
{
    return Error{ErrorCode::Unsupported, "a stop is no work"};
}

}  // namespace

TaskEnd run_task(
    const protocol::SecretTask& task,
    const azure::Cloud& cloud,
    engine::Progress& progress,
    std::stop_token stop
)
{
    const Surroundings around{
        .secrets = task.secrets, .cloud = cloud, .progress = progress, .stop = std::move(stop)
    };
    Result<Outcome> outcome =
        std::visit([&around](const auto& body) { return run(body, around); }, task.task.body);
    if (!outcome.ok()) {
        const Error& error = outcome.error();
        return {
            .last_word =
                protocol::Failed{
                    .task = task.task.id,
                    .code = error.code(),
                    .message = http::redacted(error.account()),
                    .hint = http::redacted(error.hint())
                }
        };
    }
    return {
        .last_word =
            protocol::Finished{
                .task = task.task.id,
                .exit_status = outcome->exit_status,
                .result = std::move(outcome->result)
            },
        .warnings = std::move(outcome->warnings)
    };
}

}  // namespace starkeep::worker
