// SPDX-License-Identifier: Apache-2.0
// What the appliance asks a worker to do.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace starkeep::protocol {

using TaskId = Id<struct TaskTag, 16>;

enum class IfExists : std::uint8_t { Fail, Skip, Replace, Merge };

/// Members mean what the options of the same names of `starkeep backup`, `restore` and `verify` mean. URLs hold no password.
struct BackupTask {
    std::string source_url;
    std::string repository_url;
    std::vector<std::string> include{};
    std::vector<std::string> exclude{};
    bool full = false;
    unsigned jobs = 2;  ///< 1 to 256
    std::map<std::string, std::string> labels{};
};

struct RestoreTask {
    std::string repository_url;
    std::string point;     ///< id, unique prefix of one, or "latest"
    std::string source{};  ///< whose latest; may be empty
    std::string target_url;
    std::vector<std::string> include{};
    std::vector<std::string> exclude{};
    std::vector<std::string> renames{};  ///< OLD=NEW
    IfExists if_exists = IfExists::Fail;
    unsigned jobs = 2;
    bool dry_run = false;
    bool verify = false;
};

struct VerifyTask {
    std::string repository_url;
    std::string point;
    std::string source{};
    std::string into_url{};  ///< server for a real test restore; empty: only reading
    unsigned jobs = 2;
};

/// With a task: that one ends as soon as it can, failed as Cancelled, also when it has not come yet. Without one: the
/// worker ends, after stopping what it does.
struct StopTask {
    std::optional<TaskId> task{};
};

using TaskBody = std::variant<BackupTask, RestoreTask, VerifyTask, StopTask>;

/// The same id means the same task, however often it is sent: it is done once.
struct Task {
    TaskId id;
    TaskBody body;
};

/// How the worker gets at the repository's store.
enum class StorageCredentialKind : std::uint8_t {
    None,  ///< file:///, or a store that asks for nothing
    SasToken,
    ConnectionString,
    ManagedIdentity,  ///< of the worker's machine; no secret travels
};

/// Sealed with the task and never kept with it. What is empty is not needed.
struct TaskSecrets {
    Secret database_password{{}};  ///< of the source, the target, or the server of a test restore
    Secret repository_password{{}};
    StorageCredentialKind storage_kind = StorageCredentialKind::None;
    Secret storage_credential{{}};
};

struct SecretTask {
    Task task;
    TaskSecrets secrets;
};

/// "backup", "restore", "verify" or "stop".
std::string_view kind_name(const TaskBody& body);

/// The document inside a sealed message; it holds the secrets in clear.
Secret encode_task(const Task& task, const TaskSecrets& secrets);
/// Errors: Unsupported for a kind or a member that this version does not know; Corrupt, naming the member, for everything
/// else that encode_task() would not write: numbers out of range, unknown words.
Result<SecretTask> decode_task(std::string_view text);
/// The id alone, also of a task that decode_task() refuses, so that the refusal can be answered.
std::optional<TaskId> task_id_of(std::string_view text);

}  // namespace starkeep::protocol
