// SPDX-License-Identifier: Apache-2.0
#include "azure/cosmos_accounts/cosmos_accounts.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/verbs.hpp"
#include "azure/cosmos_accounts/account_parser_internal.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::cosmos_accounts {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

/// In the enumerators' order.
constexpr std::array<std::string_view, 4> kKinds{
    "Periodic", "Continuous7Days", "Continuous30Days", "Unknown"
};

BackupPolicy read_backup(const ReplyReader& policy)
{
    BackupPolicy backup{.migration_state = policy.object("migrationState").text("status")};
    if (arm::same_text(policy.text("type"), "Periodic")) {
        backup.kind = BackupKind::Periodic;
    } else if (arm::same_text(policy.text("type"), "Continuous")) {
        // Thirty days is what the service means when it says nothing.
        backup.kind = arm::same_text(
                          policy.object("continuousModeProperties").text("tier"), "Continuous7Days"
                      )
                          ? BackupKind::Continuous7Days
                          : BackupKind::Continuous30Days;
    }
    return backup;
}

Result<std::vector<ConnectionString>> parse_connection_strings(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "connection strings");
    std::vector<ConnectionString> strings;
    for (const ReplyReader& string : reader.objects("connectionStrings")) {
        strings.push_back(
            {.description = string.text("description"),
             .key_kind = string.text("keyKind"),
             .value = Secret(string.needed_text("connectionString"))}
        );
    }
    return fault.or_value(std::move(strings));
}

/// The name of a database or collection: its own id, which the resource's name only repeats.
Result<std::string> parse_child_name(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "database or collection");
    const ReplyReader resource = reader.properties().object("resource");
    return fault.or_value(resource.has("id") ? resource.text("id") : reader.needed_text("name"));
}

}  // namespace

std::string_view name(BackupKind kind)
{
    return kKinds.at(static_cast<std::size_t>(kind));
}

bool Account::is_mongo() const
{
    return arm::same_text(kind, "MongoDB") ||
           std::ranges::any_of(capabilities, [](const std::string& capability) {
               return arm::same_text(capability, "EnableMongo");
           });
}

Json continuous_policy(BackupKind kind)
{
    Json policy = Json::object();
    policy["type"] = "Continuous";
    policy["continuousModeProperties"]["tier"] = std::string(name(kind));
    return policy;
}

Result<Account> parse_account(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "Cosmos DB account");
    const ReplyReader properties = reader.properties();
    const ResourceId id = reader.needed_id("id");
    Account account{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .kind = reader.text("kind"),
        .provisioning_state = properties.text("provisioningState"),
        .instance_id = properties.text("instanceId"),
        .server_version = properties.object("apiProperties").text("serverVersion"),
        .has_public_access = arm::same_text(properties.text("publicNetworkAccess"), "Enabled") ||
                             !properties.has("publicNetworkAccess"),
        .has_many_write_regions = properties.flag("enableMultipleWriteLocations", false),
        .refuses_keys = properties.flag("disableLocalAuth", false),
        .backup = read_backup(properties.object("backupPolicy"))
    };
    for (const ReplyReader& capability : properties.objects("capabilities")) {
        account.capabilities.push_back(capability.text("name"));
    }
    for (const ReplyReader& location : properties.objects("locations")) {
        account.regions.push_back(arm::normalize_region(location.text("locationName")));
    }
    return fault.or_value(std::move(account));
}

Result<std::vector<Account>>
list_accounts(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(client, arm::operation::kCosmosList, subscription, parse_account, stop);
}

Result<Account> get_account(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kCosmosGet, id, parse_account, stop);
}

Result<Account>
set_backup_tier(arm::Client& client, const ResourceId& id, BackupKind kind, const arm::Wait& wait)
{
    if (kind != BackupKind::Continuous7Days && kind != BackupKind::Continuous30Days) {
        return Error{
            ErrorCode::InvalidInput,
            "backup of Cosmos DB account " + id.name() + " cannot be made " +
                std::string(name(kind))
        };
    }
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kCosmosUpdate, id));
    Json body = Json::object();
    body["properties"]["backupPolicy"] = continuous_policy(kind);
    return arm::put_one(client, std::move(call), std::move(body), parse_account, wait);
}

Result<void> remove_account(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kCosmosDelete, id, wait);
}

Result<bool> is_name_taken(arm::Client& client, std::string_view name, std::stop_token stop)
{
    const arm::Call call{
        .operation = arm::operation::kCosmosNameExists, .arguments = {std::string(name)}
    };
    const Result<Json> asked = client.call(call, stop);
    if (!asked.ok() && asked.error().code() != ErrorCode::NotFound) {
        return asked.error();
    }
    return asked.ok();
}

Result<std::vector<ConnectionString>>
list_connection_strings(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(
        client, arm::operation::kCosmosConnectionStrings, id, parse_connection_strings, stop
    );
}

Result<std::vector<std::string>>
list_databases(arm::Client& client, const ResourceId& account, std::stop_token stop)
{
    return arm::list_below(
        client, arm::operation::kMongoDatabasesList, account, parse_child_name, stop
    );
}

Result<std::vector<std::string>> list_collections(
    arm::Client& client, const ResourceId& account, std::string_view database, std::stop_token stop
)
{
    TRY_LET(
        const arm::Call call,
        arm::call_on(arm::operation::kMongoCollectionsList, account, {std::string(database)})
    );
    return arm::list_by(client, call, parse_child_name, stop);
}

}  // namespace starkeep::azure::cosmos_accounts
