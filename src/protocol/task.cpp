// SPDX-License-Identifier: Apache-2.0
#include "protocol/task.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "protocol/members_internal.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace starkeep::protocol {

namespace {

/// Source: docs/worker-protocol.md section 5, as the command line's own limit.
constexpr unsigned kMostJobs = 256;

constexpr std::array<Word<IfExists>, 4> kIfExists = {{
    {"fail", IfExists::Fail},
    {"skip", IfExists::Skip},
    {"replace", IfExists::Replace},
    {"merge", IfExists::Merge},
}};
constexpr std::array<Word<StorageCredentialKind>, 4> kStorageKinds = {{
    {"none", StorageCredentialKind::None},
    {"sas", StorageCredentialKind::SasToken},
    {"connection_string", StorageCredentialKind::ConnectionString},
    {"managed_identity", StorageCredentialKind::ManagedIdentity},
}};

void add_body(Json& document, const BackupTask& task)
{
    document["source"] = task.source_url;
    document["repository"] = task.repository_url;
    document["include"] = task.include;
    document["exclude"] = task.exclude;
    document["full"] = task.full;
    document["jobs"] = task.jobs;
    document["labels"] = task.labels;
}

void add_body(Json& document, const RestoreTask& task)
{
    document["repository"] = task.repository_url;
    document["point"] = task.point;
    document["source"] = task.source;
    document["target"] = task.target_url;
    document["include"] = task.include;
    document["exclude"] = task.exclude;
    document["renames"] = task.renames;
    document["if_exists"] = word_for(task.if_exists, kIfExists);
    document["jobs"] = task.jobs;
    document["dry_run"] = task.dry_run;
    document["verify"] = task.verify;
}

void add_body(Json& document, const VerifyTask& task)
{
    document["repository"] = task.repository_url;
    document["point"] = task.point;
    document["source"] = task.source;
    document["into"] = task.into_url;
    document["jobs"] = task.jobs;
}

void add_body(Json& document, const StopTask& task)
{
    document["stops"] = task.task ? Json(task.task->hex()) : Json();
}

/// A member that this version does not know may change what is meant, so it is not passed over.
Result<void> require_known(const Json& document, std::initializer_list<std::string_view> known)
{
    for (const auto& [key, value] : document.items()) {
        if (key != "task" && key != "kind" && key != "secrets" &&
            std::ranges::find(known, key) == known.end()) {
            return Error{
                ErrorCode::Unsupported,
                "the task has a member \"" + key + "\" that this worker does not know",
                "Use worker files of the appliance's own version."
            };
        }
    }
    return {};
}

Result<unsigned> get_jobs(const Json& document)
{
    TRY_LET(const std::uint64_t jobs, get_number(document, "jobs", 1, kMostJobs));
    return static_cast<unsigned>(jobs);
}

Result<TaskBody> decode_backup(const Json& document)
{
    TRY(require_known(
        document, {"source", "repository", "include", "exclude", "full", "jobs", "labels"}
    ));
    BackupTask task;
    TRY_LET(task.source_url, json::get_string(document, "source"));
    TRY_LET(task.repository_url, json::get_string(document, "repository"));
    TRY_LET(task.include, get_strings(document, "include"));
    TRY_LET(task.exclude, get_strings(document, "exclude"));
    TRY_LET(task.full, json::get_bool(document, "full"));
    TRY_LET(task.jobs, get_jobs(document));
    TRY_LET(const Json labels, json::get_object(document, "labels"));
    for (const auto& [key, value] : labels.items()) {
        TRY_LET(task.labels[key], json::get_string(labels, key));
    }
    return TaskBody(std::move(task));
}

Result<TaskBody> decode_restore(const Json& document)
{
    TRY(require_known(
        document,
        {"repository",
         "point",
         "source",
         "target",
         "include",
         "exclude",
         "renames",
         "if_exists",
         "jobs",
         "dry_run",
         "verify"}
    ));
    RestoreTask task;
    TRY_LET(task.repository_url, json::get_string(document, "repository"));
    TRY_LET(task.point, json::get_string(document, "point"));
    TRY_LET(task.source, json::get_string(document, "source"));
    TRY_LET(task.target_url, json::get_string(document, "target"));
    TRY_LET(task.include, get_strings(document, "include"));
    TRY_LET(task.exclude, get_strings(document, "exclude"));
    TRY_LET(task.renames, get_strings(document, "renames"));
    TRY_LET(task.if_exists, get_word(document, "if_exists", kIfExists));
    TRY_LET(task.jobs, get_jobs(document));
    TRY_LET(task.dry_run, json::get_bool(document, "dry_run"));
    TRY_LET(task.verify, json::get_bool(document, "verify"));
    return TaskBody(std::move(task));
}

Result<TaskBody> decode_verify(const Json& document)
{
    TRY(require_known(document, {"repository", "point", "source", "into", "jobs"}));
    VerifyTask task;
    TRY_LET(task.repository_url, json::get_string(document, "repository"));
    TRY_LET(task.point, json::get_string(document, "point"));
    TRY_LET(task.source, json::get_string(document, "source"));
    TRY_LET(task.into_url, json::get_string(document, "into"));
    TRY_LET(task.jobs, get_jobs(document));
    return TaskBody(std::move(task));
}

Result<TaskBody> decode_stop(const Json& document)
{
    TRY(require_known(document, {"stops"}));
    StopTask task;
    TRY_LET(task.task, get_optional_id<TaskId>(document, "stops"));
    return TaskBody(task);
}

Result<TaskBody> decode_body(const Json& document)
{
    TRY_LET(const std::string kind, json::get_string(document, "kind"));
    if (kind == "backup") {
        return decode_backup(document);
    }
    if (kind == "restore") {
        return decode_restore(document);
    }
    if (kind == "verify") {
        return decode_verify(document);
    }
    if (kind == "stop") {
        return decode_stop(document);
    }
    return Error{
        ErrorCode::Unsupported,
        "the task is of a kind that this worker does not know",
        "Use worker files of the appliance's own version."
    };
}

Result<Secret> get_secret(const Json& object, std::string_view key)
{
    TRY_LET(std::string text, json::get_string(object, key));
    return Secret(std::move(text));
}

Result<TaskSecrets> decode_secrets(const Json& document)
{
    TRY_LET(const Json object, json::get_object(document, "secrets"));
    TaskSecrets secrets;
    TRY_LET(secrets.database_password, get_secret(object, "database_password"));
    TRY_LET(secrets.repository_password, get_secret(object, "repository_password"));
    TRY_LET(secrets.storage_kind, get_word(object, "storage", kStorageKinds));
    TRY_LET(secrets.storage_credential, get_secret(object, "storage_credential"));
    return secrets;
}

}  // namespace

std::string_view kind_name(const TaskBody& body)
{
    constexpr std::array<std::string_view, 4> kNames = {"backup", "restore", "verify", "stop"};
    static_assert(kNames.size() == std::variant_size_v<TaskBody>);
    return kNames.at(body.index());
}

Secret encode_task(const Task& task, const TaskSecrets& secrets)
{
    Json document = {{"task", task.id.hex()}, {"kind", std::string(kind_name(task.body))}};
    std::visit([&document](const auto& body) { add_body(document, body); }, task.body);
    document["secrets"] = {
        {"database_password", std::string(secrets.database_password.reveal())},
        {"repository_password", std::string(secrets.repository_password.reveal())},
        {"storage", word_for(secrets.storage_kind, kStorageKinds)},
        {"storage_credential", std::string(secrets.storage_credential.reveal())},
    };
    return Secret(json::format(document));
}

Result<SecretTask> decode_task(std::string_view text)
{
    TRY_LET(const Json document, json::parse(text));
    SecretTask decoded;
    TRY_LET(decoded.task.id, get_id<TaskId>(document, "task"));
    TRY_LET(decoded.task.body, decode_body(document));
    TRY_LET(decoded.secrets, decode_secrets(document));
    return decoded;
}

std::optional<TaskId> task_id_of(std::string_view text)
{
    const Result<Json> document = json::parse(text);
    if (!document.ok()) {
        return std::nullopt;
    }
    const Result<TaskId> id = get_id<TaskId>(*document, "task");
    return id.ok() ? std::optional(*id) : std::nullopt;
}

}  // namespace starkeep::protocol
