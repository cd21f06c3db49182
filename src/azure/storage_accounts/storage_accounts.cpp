// SPDX-License-Identifier: Apache-2.0
#include "azure/storage_accounts/storage_accounts.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/endpoint_connection.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::storage_accounts {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

Result<StorageAccount> parse_account(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "storage account");
    const ReplyReader properties = reader.properties();
    const ReplyReader endpoints = properties.object("primaryEndpoints");
    const ResourceId id = reader.needed_id("id");
    StorageAccount account{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .kind = reader.text("kind"),
        .sku = reader.object("sku").text("name"),
        .blob_endpoint = endpoints.text("blob"),
        .queue_endpoint = endpoints.text("queue"),
        .has_public_access = !arm::same_text(properties.text("publicNetworkAccess"), "Disabled"),
        .allows_shared_key = properties.flag("allowSharedKeyAccess", true),
        .provisioning_state = properties.text("provisioningState")
    };
    for (const ReplyReader& connection : properties.objects("privateEndpointConnections")) {
        TRY_LET(arm::TargetConnection parsed, arm::parse_target_connection(connection.json()));
        account.connections.push_back(std::move(parsed));
    }
    return fault.or_value(std::move(account));
}

Result<NameAnswer> parse_name_answer(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "answer about a name");
    if (!reader.has("nameAvailable")) {
        fault.set("reply: answer about a name does not say whether it is free");
    }
    return fault.or_value(NameAnswer{
        .is_available = reader.flag("nameAvailable", false),
        .reason = reader.text("reason"),
        .message = reader.text("message")
    });
}

Result<std::vector<AccountKey>> parse_keys(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "keys of a storage account");
    std::vector<AccountKey> keys;
    for (const ReplyReader& key : reader.objects("keys")) {
        keys.push_back({.name = key.text("keyName"), .value = Secret(key.needed_text("value"))});
    }
    if (keys.empty()) {
        fault.set("reply: a storage account without keys");
    }
    return fault.or_value(std::move(keys));
}

void set_access(Json& properties, bool has_public_access)
{
    properties["publicNetworkAccess"] = has_public_access ? "Enabled" : "Disabled";
    properties["networkAcls"]["bypass"] = "AzureServices";
    properties["networkAcls"]["defaultAction"] = has_public_access ? "Allow" : "Deny";
}

Json body_of(const StorageAccountSpec& spec)
{
    Json properties = Json::object();
    properties["minimumTlsVersion"] = "TLS1_2";
    properties["supportsHttpsTrafficOnly"] = true;
    properties["allowBlobPublicAccess"] = false;
    properties["allowSharedKeyAccess"] = true;
    set_access(properties, spec.has_public_access);
    Json body = Json::object();
    body["location"] = spec.region;
    body["kind"] = "StorageV2";
    body["sku"]["name"] = spec.sku;
    body["tags"] = arm::to_json(spec.tags);
    body["properties"] = std::move(properties);
    return body;
}

}  // namespace

Result<void> check_account_name(std::string_view name)
{
    const auto is_fit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    if (name.size() < 3 || name.size() > 24 || !std::ranges::all_of(name, is_fit)) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + std::string(name) + "\" cannot be the name of a storage account",
            "It has 3 to 24 small letters and digits."
        };
    }
    return {};
}

Result<NameAnswer> check_name(
    arm::Client& client, std::string_view subscription, std::string_view name, std::stop_token stop
)
{
    TRY_LET(
        arm::Call call,
        arm::call_on(
            arm::operation::kStorageCheckName, ResourceId::subscription_scope(subscription)
        )
    );
    Json body = Json::object();
    body["name"] = std::string(name);
    body["type"] = "Microsoft.Storage/storageAccounts";
    call.body = std::move(body);
    TRY_LET(const Json reply, client.call(call, stop));
    return parse_name_answer(reply);
}

Result<std::vector<StorageAccount>>
list_storage_accounts(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(client, arm::operation::kStorageList, subscription, parse_account, stop);
}

Result<StorageAccount>
get_storage_account(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kStorageGet, id, parse_account, stop);
}

Result<StorageAccount> put_storage_account(
    arm::Client& client, const ResourceId& id, const StorageAccountSpec& spec, const arm::Wait& wait
)
{
    TRY(check_account_name(id.name()));
    TRY(arm::check_tags(spec.tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kStoragePut, id));
    return arm::put_one(client, std::move(call), body_of(spec), parse_account, wait);
}

Result<StorageAccount> set_public_access(
    arm::Client& client, const ResourceId& id, bool has_public_access, std::stop_token stop
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kStorageUpdate, id));
    Json body = Json::object();
    set_access(body["properties"], has_public_access);
    return arm::put_one(client, std::move(call), std::move(body), parse_account, {.stop = stop});
}

Result<void> remove_storage_account(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::remove_one(client, arm::operation::kStorageDelete, id, {.stop = stop});
}

Result<std::vector<AccountKey>>
list_keys(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kStorageListKeys, id, parse_keys, stop);
}

Result<std::vector<arm::TargetConnection>>
list_connections(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::list_below(
        client, arm::operation::kStorageConnectionsList, id, arm::parse_target_connection, stop
    );
}

Result<void> approve_connection(
    arm::Client& client,
    const ResourceId& connection,
    std::string_view description,
    std::stop_token stop
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kStorageConnectionsPut, connection));
    call.body = arm::approval(description);
    TRY(client.call(call, stop));
    return {};
}

}  // namespace starkeep::azure::storage_accounts
