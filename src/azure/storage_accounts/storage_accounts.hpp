// SPDX-License-Identifier: Apache-2.0
// Storage accounts as resources: found, made, their keys; what lies in them is azure/storage's.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/endpoint_connection.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::storage_accounts {

struct StorageAccount {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::string kind{};
    std::string sku{};
    /// "https://{name}.blob.core.windows.net/": taken from the service, never built.
    std::string blob_endpoint{};
    std::string queue_endpoint{};
    bool has_public_access = true;
    bool allows_shared_key = true;
    std::string provisioning_state{};
    std::vector<arm::TargetConnection> connections{};
};

struct StorageAccountSpec {
    std::string region;
    arm::Tags tags{};
    std::string sku = "Standard_LRS";
    /// Without it, private endpoints are the only way in.
    bool has_public_access = false;
};

struct NameAnswer {
    bool is_available = false;
    std::string reason{};
    std::string message{};
};

struct AccountKey {
    std::string name{};
    Secret value{""};
};

/// Errors: InvalidInput when Azure would not take it as a name: 3 to 24 small letters and digits.
Result<void> check_account_name(std::string_view name);

Result<NameAnswer> check_name(
    arm::Client& client, std::string_view subscription, std::string_view name, std::stop_token stop
);
Result<std::vector<StorageAccount>>
list_storage_accounts(arm::Client& client, std::string_view subscription, std::stop_token stop);
Result<StorageAccount>
get_storage_account(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// TLS 1.2 at least, https only, no anonymous blobs.
/// Errors: also Exists when the name is another account's.
Result<StorageAccount> put_storage_account(
    arm::Client& client,
    const arm::ResourceId& id,
    const StorageAccountSpec& spec,
    const arm::Wait& wait
);
/// Opens or closes the way in from outside the private endpoints; takes up to a minute to be felt.
Result<StorageAccount> set_public_access(
    arm::Client& client, const arm::ResourceId& id, bool has_public_access, std::stop_token stop
);
Result<void>
remove_storage_account(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// At least one.
Result<std::vector<AccountKey>>
list_keys(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);

Result<std::vector<arm::TargetConnection>>
list_connections(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
/// `connection`: the id that the list gives.
Result<void> approve_connection(
    arm::Client& client,
    const arm::ResourceId& connection,
    std::string_view description,
    std::stop_token stop
);

}  // namespace starkeep::azure::storage_accounts
