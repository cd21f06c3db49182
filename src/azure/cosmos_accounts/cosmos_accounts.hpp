// SPDX-License-Identifier: Apache-2.0
// Azure Cosmos DB accounts of the MongoDB kind: found, their backup policy kept, their connection strings.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::cosmos_accounts {

enum class BackupKind { Periodic, Continuous7Days, Continuous30Days, Unknown };

/// "Periodic", "Continuous7Days" …
std::string_view name(BackupKind kind);

struct BackupPolicy {
    BackupKind kind = BackupKind::Unknown;
    /// "InProgress", "Failed" …: of a change from periodic to continuous; empty when there is none.
    std::string migration_state{};
};

struct Account {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::string kind{};
    std::string provisioning_state{};
    std::string instance_id{};  ///< the restorable account's name
    std::string server_version{};
    std::vector<std::string> capabilities{};
    std::vector<std::string> regions{};
    bool has_public_access = true;
    bool has_many_write_regions = false;
    bool refuses_keys = false;
    BackupPolicy backup{};

    /// Whether it speaks MongoDB's protocol.
    bool is_mongo() const;
};

struct ConnectionString {
    std::string description{};
    std::string key_kind{
    };  ///< "Primary", "PrimaryReadonly" …; empty where the service does not say
    Secret value{""};
};

Result<std::vector<Account>>
list_accounts(arm::Client& client, std::string_view subscription, std::stop_token stop);
Result<Account> get_account(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Turns continuous backup on with this tier, or changes the tier. There is no way back to periodic; from 30 to 7 days the
/// older history is lost. `kind`: one of the continuous ones.
/// Returns when Azure has taken the change; a migration from periodic may go on for an hour: see `migration_state`.
Result<Account> set_backup_tier(
    arm::Client& client, const arm::ResourceId& id, BackupKind kind, const arm::Wait& wait
);
Result<void> remove_account(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);
Result<bool> is_name_taken(arm::Client& client, std::string_view name, std::stop_token stop);
/// Errors: also Denied where the account refuses keys.
Result<std::vector<ConnectionString>>
list_connection_strings(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// Names of databases.
Result<std::vector<std::string>>
list_databases(arm::Client& client, const arm::ResourceId& account, std::stop_token stop);
Result<std::vector<std::string>> list_collections(
    arm::Client& client,
    const arm::ResourceId& account,
    std::string_view database,
    std::stop_token stop
);

}  // namespace starkeep::azure::cosmos_accounts
