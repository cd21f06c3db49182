// SPDX-License-Identifier: Apache-2.0
// Microsoft.Storage: accounts, their keys, their private endpoint connections.
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/link_targets.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kAccountType = "Microsoft.Storage/storageAccounts";
constexpr std::size_t kShortestName = 3;
constexpr std::size_t kLongestName = 24;
constexpr std::array<std::string_view, 8> kSkus{
    "Standard_LRS",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_ZRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
    "Premium_LRS",
    "Premium_ZRS"
};
constexpr std::array<std::string_view, 5> kKinds{
    "Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"
};

bool is_account_name(std::string_view name)
{
    return name.size() >= kShortestName && name.size() <= kLongestName &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
           });
}

std::string bad_name_text(std::string_view name)
{
    return fmt::format(
        "{} is not a valid storage account name. Storage account name must be between 3 and 24 "
        "characters in length and use numbers and lower-case letters only.",
        name
    );
}

const Resource* find_by_name(Plane& plane, std::string_view name)
{
    for (const Resource* const account : plane.store().list(kAccountType)) {
        if (is_same(account->name(), name)) {
            return account;
        }
    }
    return nullptr;
}

Answer check_name(Plane& plane, const Call& call)
{
    const std::string name = text_at(call.body, "name");
    if (!is_same(text_at(call.body, "type"), kAccountType)) {
        return invalid_parameter(
            "InvalidValuesForRequestParameters", "Values for request parameters are invalid: type."
        );
    }
    Answer answer;
    const bool is_good = is_account_name(name);
    const bool is_free = is_good && find_by_name(plane, name) == nullptr;
    answer.body["nameAvailable"] = is_free;
    if (!is_free) {
        answer.body["reason"] = is_good ? "AlreadyExists" : "AccountNameInvalid";
        answer.body["message"] =
            is_good ? fmt::format("The storage account named {} is already taken.", name)
                    : bad_name_text(name);
    }
    return answer;
}

std::optional<Answer> check_properties(const Json& properties)
{
    const std::string access = text_at(properties, "publicNetworkAccess");
    const std::string action = text_at(properties, "networkAcls/defaultAction");
    if (!access.empty() && access != "Enabled" && access != "Disabled" &&
        access != "SecuredByPerimeter") {
        return invalid_parameter(
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: publicNetworkAccess."
        );
    }
    if (has(properties, "networkAcls") && action != "Allow" && action != "Deny") {
        return invalid_parameter(
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: networkAcls.defaultAction."
        );
    }
    if (!flag_at(properties, "supportsHttpsTrafficOnly", true)) {
        return invalid_parameter(
            "InvalidValuesForRequestParameters",
            "The local cloud serves storage over HTTPS only: supportsHttpsTrafficOnly cannot be "
            "false."
        );
    }
    return std::nullopt;
}

std::optional<Answer> check_account(const Call& call)
{
    const auto is_in = [](const auto& known, const std::string& value) {
        return std::ranges::find(known, std::string_view(value)) != known.end();
    };
    if (!is_account_name(call.parameter("account"))) {
        return invalid_parameter("AccountNameInvalid", bad_name_text(call.parameter("account")));
    }
    if (!is_in(kSkus, text_at(call.body, "sku/name"))) {
        return invalid_parameter(
            "InvalidValuesForRequestParameters", "Values for request parameters are invalid: sku."
        );
    }
    if (!is_in(kKinds, text_at(call.body, "kind"))) {
        return invalid_parameter(
            "InvalidValuesForRequestParameters", "Values for request parameters are invalid: kind."
        );
    }
    return check_properties(at(call.body, "properties"));
}

/// What Azure fills in.
void complete(const Plane& plane, Resource& account)
{
    Json& document = account.document;
    Json& properties = document["properties"];
    const std::string now = sys::format_rfc3339(plane.clock().now());
    document["sku"]["tier"] =
        text_at(document, "sku/name").starts_with("Premium") ? "Premium" : "Standard";
    const auto otherwise = [&properties](const char* name, Json value) {
        if (!has(properties, name)) {
            properties[name] = std::move(value);
        }
    };
    otherwise("publicNetworkAccess", "Enabled");
    otherwise("allowSharedKeyAccess", true);
    otherwise("allowBlobPublicAccess", false);
    otherwise("minimumTlsVersion", "TLS1_2");
    otherwise("supportsHttpsTrafficOnly", true);
    otherwise("accessTier", "Hot");
    otherwise("creationTime", now);
    otherwise("keyCreationTime", Json{{"key1", now}, {"key2", now}});
    if (!has(properties, "networkAcls")) {
        properties["networkAcls"] = Json{{"bypass", "AzureServices"}, {"defaultAction", "Allow"}};
        for (const char* const list : {"ipRules", "virtualNetworkRules"}) {
            properties["networkAcls"][list] = Json::array();
        }
    }
    properties["primaryLocation"] = account.region();
    properties["statusOfPrimary"] = "available";
    properties["primaryEndpoints"] = Json{
        {"blob", fmt::format("https://{}.blob.{}/", account.name(), plane.settings().storage_suffix)
        },
        {"queue",
         fmt::format("https://{}.queue.{}/", account.name(), plane.settings().storage_suffix)},
    };
}

Answer put_account(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    const Resource* const holder = find_by_name(plane, call.parameter("account"));
    if (holder != nullptr && holder != there) {
        return refusal(
            409,
            "StorageAccountAlreadyTaken",
            fmt::format("The storage account named {} is already taken.", call.parameter("account"))
        );
    }
    for (auto refused : {check_account(call), check_location(plane, call), check_tags(call.body)}) {
        if (refused) {
            return *refused;
        }
    }
    if (there != nullptr && is_busy(*there)) {
        return refusal(
            409,
            "StorageAccountOperationInProgress",
            fmt::format(
                "An operation is currently performing on this storage account that requires "
                "exclusive access: {}.",
                there->name()
            )
        );
    }
    if (there != nullptr &&
        !is_same(text_at(there->document, "kind"), text_at(call.body, "kind"))) {
        return refusal(
            409,
            "StorageAccountAlreadyExists",
            fmt::format(
                "The storage account {} exists with other properties: its kind cannot be changed.",
                there->name()
            )
        );
    }
    Resource account = there == nullptr ? new_resource(call, kAccountType) : *there;
    account.document["kind"] = text_at(call.body, "kind");
    account.document["sku"]["name"] = text_at(call.body, "sku/name");
    if (has(call.body, "tags")) {
        account.document["tags"] = at(call.body, "tags");
    }
    merge(account.document["properties"], at(call.body, "properties"));
    complete(plane, account);
    if (account.hidden.is_null()) {
        account.hidden = Json{{"key1", new_account_key()}, {"key2", new_account_key()}};
    }
    const auto work = [&plane](const Resource& copy, std::stop_token) {
        return outcome_of(plane.machinery().put_storage_account(storage_fact(copy)));
    };
    if (there != nullptr) {
        set_state(account, "Succeeded");
        return put_at_once(
            plane, call, {.resource = std::move(account), .status = 200, .work = work}
        );
    }
    return begin_put(
        plane,
        call,
        {.resource = std::move(account),
         .form = OperationForm::Storage,
         .begun_state = "ResolvingDNS",
         .status = 202,
         .hides_body = true,
         .work = work}
    );
}

Answer patch_account(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there == nullptr) {
        return target_not_found(call);
    }
    for (auto refused : {check_tags(call.body), check_properties(at(call.body, "properties"))}) {
        if (refused) {
            return *refused;
        }
    }
    Resource account = *there;
    if (has(call.body, "tags")) {
        account.document["tags"] = at(call.body, "tags");
    }
    merge(account.document["properties"], at(call.body, "properties"));
    return put_at_once(
        plane,
        call,
        {.resource = std::move(account),
         .status = 200,
         .work =
             [&plane](const Resource& copy, std::stop_token) {
                 return outcome_of(plane.machinery().put_storage_account(storage_fact(copy)));
             }}
    );
}

Answer delete_account(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there == nullptr) {
        return {.status = 204};
    }
    const std::string key = key_of(there->id());
    const Outcome outcome = outcome_of(plane.machinery().remove_storage_account(key));
    if (outcome.failure) {
        return refusal(500, outcome.failure->code, outcome.failure->message);
    }
    for (const std::string& below : plane.store().keys_below(key)) {
        plane.store().remove(below);
    }
    plane.store().remove(key);
    return {.status = 200};
}

Answer keys_document(const Resource& account)
{
    Answer answer;
    answer.body["keys"] = Json::array();
    for (const char* const name : {"key1", "key2"}) {
        answer.body["keys"].push_back(Json{
            {"creationTime",
             text_at(account.document, std::string("properties/keyCreationTime/") + name)},
            {"keyName", name},
            {"value", text_at(account.hidden, name)},
            {"permissions", "FULL"},
        });
    }
    return answer;
}

Answer list_keys(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    return there == nullptr ? target_not_found(call) : keys_document(*there);
}

Answer regenerate_key(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    const std::string name = text_at(call.body, "keyName");
    if (there == nullptr) {
        return target_not_found(call);
    }
    if (name != "key1" && name != "key2") {
        return invalid_parameter(
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: keyName."
        );
    }
    Resource account = *there;
    account.hidden[name] = new_account_key();
    account.document["properties"]["keyCreationTime"][name] =
        sys::format_rfc3339(plane.clock().now());
    const Answer done = put_at_once(
        plane,
        call,
        {.resource = account,
         .status = 200,
         .work =
             [&plane](const Resource& copy, std::stop_token) {
                 return outcome_of(plane.machinery().put_storage_account(storage_fact(copy)));
             }}
    );
    return done.status == 200 ? keys_document(account) : done;
}

}  // namespace

void add_storage_routes(std::vector<Route>& routes)
{
    const std::string all = "/providers/Microsoft.Storage/storageAccounts";
    const std::string account = "{RG}" + all + "/{account}";
    const std::string connection = account + "/privateEndpointConnections/{name}";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + all, "StorageAccounts_List", list_resources},
            {"GET", "{RG}" + all, "StorageAccounts_ListByResourceGroup", list_resources},
            {"GET", account, "StorageAccounts_GetProperties", get_resource},
            {"POST",
             "{S}/providers/Microsoft.Storage/checkNameAvailability",
             "StorageAccounts_CheckNameAvailability",
             check_name,
             "Microsoft.Storage/checknameavailability/read"},
            {"PUT", account, "StorageAccounts_Create", put_account},
            {"PATCH", account, "StorageAccounts_Update", patch_account},
            {"DELETE", account, "StorageAccounts_Delete", delete_account},
            {"POST", account + "/listKeys", "StorageAccounts_ListKeys", list_keys},
            {"POST", account + "/regenerateKey", "StorageAccounts_RegenerateKey", regenerate_key},
            {"GET",
             account + "/privateLinkResources",
             "PrivateLinkResources_ListByStorageAccount",
             list_link_resources},
            {"GET",
             account + "/privateEndpointConnections",
             "PrivateEndpointConnections_List",
             list_resources},
            {"GET", connection, "PrivateEndpointConnections_Get", get_resource},
            {"PUT", connection, "PrivateEndpointConnections_Put", put_connection},
        }
    );
}

}  // namespace starkeep::localcloud
