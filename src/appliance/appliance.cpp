// SPDX-License-Identifier: Apache-2.0
#include "appliance/appliance.hpp"

#include "appliance/azure_task.hpp"
#include "appliance/catalog.hpp"
#include "appliance/database.hpp"
#include "appliance/key_file.hpp"
#include "appliance/fields.hpp"
#include "appliance/local_transfer.hpp"
#include "appliance/migrations.hpp"
#include "appliance/policy.hpp"
#include "appliance/problem.hpp"
#include "appliance/records.hpp"
#include "appliance/runner.hpp"
#include "appliance/secret_box.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/sessions.hpp"
#include "appliance/store_access.hpp"
#include "appliance/subjects.hpp"
#include "appliance/work_order.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "source/open.hpp"
#include "sys/clock.hpp"
#include "sys/private_files.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

constexpr std::string_view kBackup = "backup";
constexpr std::string_view kRestore = "restore";
constexpr std::string_view kNetwork = "network";
/// More sessions are never looked through for one that runs.
constexpr std::uint64_t kRecent = 1000;

TaskOutcome failed(const Error& error, const std::string& step)
{
    Json said = problem(error);
    said["step"] = step;
    return {
        .state = error.code() == ErrorCode::Cancelled ? State::Cancelled : State::Failed,
        .result = {},
        .error = std::move(said)
    };
}

}  // namespace

Result<std::unique_ptr<Appliance>> Appliance::open(Options options, const sys::Clock& clock)
{
    TRY(sys::make_private_directory(options.state));
    Result<sys::FileLock> lock = sys::FileLock::acquire(options.state / "lock");
    if (!lock.ok()) {
        return std::move(lock).error().with_hint("Another starkeep serve uses this state folder; "
                                                 "stop it, or name another folder with --state.");
    }
    TRY_LET(SecretBox box, SecretBox::open(options.state / "secret.key"));
    TRY_LET(const codec::Key256 signing_key, key_file(options.state / "signing.key"));
    TRY_LET(std::unique_ptr<Database> database, Database::open(options.state / "starkeep.db"));
    TRY(migrate(*database));
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<Appliance> appliance(new Appliance(
        std::move(options), clock, std::move(*lock), std::move(database), std::move(box), signing_key
    ));
    TRY(appliance->settings_.appliance_id());
    return appliance;
}

Appliance::Appliance(
    Options options,
    const sys::Clock& clock,
    sys::FileLock lock,
    std::unique_ptr<Database> database,
    SecretBox box,
    const codec::Key256& signing_key
)
    : options_(std::move(options))
    , clock_(clock)
    , lock_(std::move(lock))
    , database_(std::move(database))
    , box_(std::move(box))
    , signing_key_(signing_key)
    , settings_(*database_)
    , users_(*database_, clock)
    , audit_(*database_, clock)
    , catalog_(*database_, box_, clock)
    , sessions_(*database_, box_, clock)
    , repositories_(catalog_, store_opener(options_.cloud))
    , runner_(std::make_unique<Runner>(
          sessions_,
          [this](const Session& session, const std::string& task, const std::stop_token& stop) {
              return execute(session, task, stop);
          },
          options_.sessions_at_once
      ))
{
}

Appliance::~Appliance() = default;

Result<std::string> Appliance::begin(const NewSession& session)
{
    TRY_LET(std::string id, sessions_.create(session));
    runner_->enqueue(id);
    return id;
}

Result<std::string> Appliance::run_policy(
    const std::string& name, const std::string& only_source, const std::string& user
)
{
    TRY_LET(const Record record, catalog_.get(Noun::Policy, name));
    TRY_LET(const Policy policy, read_policy(record.document));
    if (!policy.enabled) {
        return Error{
            ErrorCode::Conflict,
            "policy \"" + name + "\" is off",
            "Turn it on with: starkeep policy update " + name + " --enable."
        };
    }
    std::vector<std::string> tasks = policy.sources;
    if (!only_source.empty()) {
        if (std::ranges::find(tasks, only_source) == tasks.end()) {
            return Error{
                ErrorCode::NotFound,
                "policy \"" + name + "\" does not have source \"" + only_source + "\""
            };
        }
        tasks = {only_source};
    }
    TRY_LET(const std::vector<Session> recent, sessions_.list(kRecent));
    for (const Session& session : recent) {
        if (session.policy == name && !is_over(session.state)) {
            return Error{
                ErrorCode::Conflict,
                "policy \"" + name + "\" runs already, as session " + session.id,
                "Follow it with: starkeep session log --follow " + session.id.substr(0, 8) + "."
            };
        }
    }
    return begin(
        {.kind = std::string(kBackup),
         .policy = name,
         .request = record.document,
         .requested_by = user,
         .tasks = std::move(tasks)}
    );
}

Result<std::string> Appliance::begin_backup(const Json& body, const std::string& user)
{
    TRY_LET(Fields fields, Fields::of(body, "backup"));
    TRY_LET(const std::string source, fields.required("source"));
    TRY_LET(const std::string repository, fields.required("repository"));
    Json part = body;
    part.erase("source");
    part.erase("repository");
    part["name"] = repository;
    TRY_LET(
        const Parsed parsed,
        catalog_.check(Noun::Policy, {{"sources", {source}}, {"repository", part}})
    );
    return begin(
        {.kind = std::string(kBackup),
         .policy = {},
         .request = parsed.document,
         .requested_by = user,
         .tasks = {source}}
    );
}

Result<std::string> Appliance::begin_network(const Json& body, const std::string& user)
{
    TRY_LET(Fields fields, Fields::of(body, "network"));
    TRY_LET(const std::string account, fields.required("account"));
    TRY_LET(const std::string region, fields.required("region"));
    TRY(fields.finish());
    TRY(catalog_.get(Noun::Account, account));
    return begin(
        {.kind = std::string(kNetwork),
         .policy = {},
         .request = body,
         .requested_by = user,
         .tasks = {region}}
    );
}

Result<std::string> Appliance::begin_restore(const Json& body, const std::string& user)
{
    TRY_LET(RestoreOrder order, parse_restore_order(body));
    if (order.repository.empty()) {
        TRY_LET(order.repository, repositories_.only());
    }
    TRY(catalog_.get(Noun::Repository, order.repository));
    if (order.target.find("://") == std::string::npos) {
        TRY(catalog_.get(Noun::Source, order.target));
    }
    if (!order.source.empty() && order.source.find("://") == std::string::npos) {
        // A registered source is meant by its name; anything else as the repository knows it.
        if (const Result<Source> known = catalog_.source(order.source); known.ok()) {
            TRY_LET(order.source, source::url_without_password(known->url));
        }
    }
    Secrets secrets;
    if (const auto password = body.find("target_password");
        password != body.end() && password->is_string()) {
        secrets.emplace("password", Secret(password->get_ref<const std::string&>()));
    }
    NewSession session{
        .kind = std::string(kRestore),
        .policy = {},
        .request = to_json(order),
        .requested_by = user,
        .tasks = {std::string(kRestoreTask)}
    };
    if (!secrets.empty()) {
        session.secrets = pack_secrets(secrets);
    }
    return begin(session);
}

Result<std::string> Appliance::retry_session(const std::string& id, const std::string& user)
{
    TRY_LET(const Session session, sessions_.get(id));
    std::vector<std::string> tasks;
    for (const Task& task : session.tasks) {
        if (task.state == State::Failed || task.state == State::Cancelled) {
            tasks.push_back(task.name);
        }
    }
    if (!is_over(session.state) || tasks.empty()) {
        return Error{
            ErrorCode::Conflict,
            "session " + session.id +
                (is_over(session.state) ? " has nothing to retry" : " is not over")
        };
    }
    NewSession again{
        .kind = session.kind,
        .policy = session.policy,
        .request = session.request,
        .requested_by = user,
        .tasks = std::move(tasks)
    };
    TRY_LET(again.secrets, sessions_.secrets(session.id));
    return begin(again);
}

TaskOutcome
Appliance::execute(const Session& session, const std::string& task, const std::stop_token& stop)
{
    TaskReporter reporter(sessions_, session.id, task);
    Result<TaskOutcome> outcome = try_task(session, reporter, stop);
    if (outcome.ok()) {
        return std::move(*outcome);
    }
    const std::string& step = reporter.step();
    if (!step.empty() && outcome.error().code() != ErrorCode::Cancelled) {
        // The task's own error says it all; this is for the list of steps.
        static_cast<void>(
            sessions_.set_step(session.id, task, step, StepState::Failed, outcome.error().account())
        );
    }
    return failed(outcome.error(), step);
}

Result<TaskOutcome>
Appliance::try_task(const Session& session, TaskReporter& reporter, const std::stop_token& stop)
{
    if (session.kind == kRestore) {
        TRY_LET(const RestoreOrder order, parse_restore_order(session.request));
        if (order.target.find("://") == std::string::npos) {
            TRY_LET(const Source known, catalog_.source(order.target));
            if (known.needs_worker()) {
                return restore_in_azure(azure(), known, order, reporter, stop);
            }
        }
        TRY_LET(const Secret target, restore_target(session, order.target));
        return restore_here(repositories_, order, target, reporter, stop);
    }
    if (session.kind == kNetwork) {
        TRY_LET(const std::string account, json::get_string(session.request, "account"));
        return make_network(azure(), account, reporter, stop);
    }
    TRY_LET(const Policy policy, read_policy(session.request));
    TRY_LET(const Source source, catalog_.source(reporter.task()));
    if (source.needs_worker()) {
        return back_up_in_azure(azure(), source, policy, reporter, stop);
    }
    if (policy.native) {
        TRY(reporter.end(
            kNativeStep, StepState::Skipped, "no service of Azure keeps backups of this source"
        ));
    }
    if (!policy.repository) {
        return TaskOutcome{};
    }
    return back_up_here(catalog_, repositories_, *policy.repository, reporter, stop);
}

Result<Secret> Appliance::restore_target(const Session& session, const std::string& target)
{
    TRY_LET(const std::optional<Secret> packed, sessions_.secrets(session.id));
    Secrets secrets;
    std::string url = target;
    if (target.find("://") == std::string::npos) {
        TRY_LET(const Source source, catalog_.source(target));
        url = source.url;
        TRY_LET(secrets, catalog_.secrets(Noun::Source, target));
    }
    if (packed) {
        TRY_LET(Secrets own, unpack_secrets(*packed));
        own.merge(secrets);
        secrets = std::move(own);
    }
    const auto password = secrets.find("password");
    return password == secrets.end() ? Secret(url) : with_password(url, password->second);
}

}  // namespace starkeep::appliance
