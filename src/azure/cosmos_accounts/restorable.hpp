// SPDX-License-Identifier: Apache-2.0
// What continuous backup can bring back, and the restore of it into a new account.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/cosmos_accounts/cosmos_accounts.hpp"
#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::cosmos_accounts {

/// Deleted accounts stay in the list as long as they can be restored; names repeat, instance ids do not.
struct RestorableAccount {
    arm::ResourceId id{};
    std::string instance_id{};
    std::string account_name{};
    std::string region{};
    std::string api_type{};
    std::string created{};
    std::optional<std::string> deleted{};
    std::string oldest_restorable{};
    std::vector<std::string> regions{};
};

/// Something happened to a database or collection.
struct RestorableEvent {
    std::string operation{};  ///< "Create", "Delete" …
    std::string time{};
    std::string name{};
    std::string resource_id{};  ///< Cosmos DB's own, of the database or collection
};

struct RestorableResource {
    std::string database{};
    std::vector<std::string> collections{};
};

struct DatabaseSelection {
    std::string database{};
    std::vector<std::string> collections{};
};

struct RestoreSpec {
    std::string region;
    arm::Tags tags{};
    /// Of the restorable account.
    arm::ResourceId source{};
    std::chrono::sys_seconds point_in_time{};
    BackupKind backup = BackupKind::Continuous7Days;
    /// Everything when empty.
    std::vector<DatabaseSelection> selection{};
    bool has_public_access = false;
};

Result<std::vector<RestorableAccount>>
list_restorable_accounts(arm::Client& client, std::string_view subscription, std::stop_token stop);
/// `id`: as the list gives it.
Result<RestorableAccount>
get_restorable_account(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
Result<std::vector<RestorableEvent>>
list_database_events(arm::Client& client, const arm::ResourceId& restorable, std::stop_token stop);
Result<std::vector<RestorableEvent>> list_collection_events(
    arm::Client& client,
    const arm::ResourceId& restorable,
    std::string_view database_resource_id,
    std::stop_token stop
);
/// What existed at that time.
Result<std::vector<RestorableResource>> list_restorable_resources(
    arm::Client& client,
    const arm::ResourceId& restorable,
    std::string_view region,
    std::chrono::sys_seconds time,
    std::stop_token stop
);
/// The latest time to which this collection can be brought back.
/// Errors: also Corrupt for a time in neither of the two forms that the service uses.
Result<std::chrono::sys_seconds> latest_restorable_time(
    arm::Client& client,
    const arm::ResourceId& account,
    const std::vector<std::string>& database_and_collection,
    std::string_view region,
    const arm::Wait& wait
);
/// Makes a new account; hours for terabytes.
Result<Account> restore_account(
    arm::Client& client, const arm::ResourceId& id, const RestoreSpec& spec, const arm::Wait& wait
);

}  // namespace starkeep::azure::cosmos_accounts
