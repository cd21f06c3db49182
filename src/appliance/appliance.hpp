// SPDX-License-Identifier: Apache-2.0
// The appliance as one object: its memory, its rules, and the sessions that run.
#pragma once

#include "appliance/audit.hpp"
#include "appliance/azure_task.hpp"
#include "appliance/catalog.hpp"
#include "appliance/database.hpp"
#include "appliance/repository_pool.hpp"
#include "appliance/runner.hpp"
#include "appliance/secret_box.hpp"
#include "appliance/sessions.hpp"
#include "appliance/settings.hpp"
#include "appliance/users.hpp"
#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"
#include "sys/private_files.hpp"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::appliance {

struct Options {
    std::filesystem::path state;  ///< made when missing; its owner's alone
    azure::Cloud cloud{};
    unsigned sessions_at_once = 4;
};

/// Thread: any.
class Appliance {
public:
    /// Errors: Conflict when another process uses the state folder; Unsupported when a newer program wrote it; Denied.
    static Result<std::unique_ptr<Appliance>> open(Options options, const sys::Clock& clock);
    /// Stops what runs; the next start takes it up again.
    ~Appliance();
    Appliance(const Appliance&) = delete;
    Appliance& operator=(const Appliance&) = delete;

    Users& users() { return users_; }
    Audit& audit() { return audit_; }
    Catalog& catalog() { return catalog_; }
    Sessions& sessions() { return sessions_; }
    Settings& settings() { return settings_; }
    RepositoryPool& repositories() { return repositories_; }
    /// For calls to Azure.
    AzureTools azure()
    {
        return {
            .catalog = catalog_,
            .settings = settings_,
            .cloud = options_.cloud,
            .clock = clock_,
            .signing_key = signing_key_
        };
    }
    /// Requested when the appliance ends.
    std::stop_token stopping() const { return stopping_.get_token(); }
    void request_stop() { stopping_.request_stop(); }
    const Options& options() const { return options_; }
    const sys::Clock& clock() const { return clock_; }

    /// Takes up unfinished sessions; call once, when all is ready.
    Result<void> start() { return runner_->resume(); }

    /// Begins a session for the policy's sources, or one of them; its id.
    /// Errors: NotFound; Conflict when the policy is off, or runs already.
    Result<std::string>
    run_policy(const std::string& name, const std::string& only_source, const std::string& user);
    /// One backup of one source without a policy. `body`: {"source", "repository", "jobs", "include", "exclude", "full"}.
    Result<std::string> begin_backup(const Json& body, const std::string& user);
    /// Makes what a region's network lacks. `body`: {"account", "region"}.
    Result<std::string> begin_network(const Json& body, const std::string& user);
    /// `body`: a restore as the API has it, target_password included.
    Result<std::string> begin_restore(const Json& body, const std::string& user);
    Result<void> cancel_session(const std::string& id) { return runner_->cancel(id); }
    /// A new session for what did not succeed of one that is over. Errors: Conflict when it is not, or all did.
    Result<std::string> retry_session(const std::string& id, const std::string& user);

private:
    Appliance(
        Options options,
        const sys::Clock& clock,
        sys::FileLock lock,
        std::unique_ptr<Database> database,
        SecretBox box,
        const codec::Key256& signing_key
    );
    Result<std::string> begin(const NewSession& session);
    TaskOutcome
    execute(const Session& session, const std::string& task, const std::stop_token& stop);
    Result<TaskOutcome>
    try_task(const Session& session, class TaskReporter& reporter, const std::stop_token& stop);
    Result<Secret> restore_target(const Session& session, const std::string& target);

    Options options_;
    const sys::Clock& clock_;
    sys::FileLock lock_;
    std::unique_ptr<Database> database_;
    SecretBox box_;
    codec::Key256 signing_key_;
    std::stop_source stopping_;
    Settings settings_;
    Users users_;
    Audit audit_;
    Catalog catalog_;
    Sessions sessions_;
    RepositoryPool repositories_;
    std::unique_ptr<Runner> runner_;  // last: it uses all the others
};

}  // namespace starkeep::appliance
