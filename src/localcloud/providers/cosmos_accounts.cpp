// SPDX-License-Identifier: Apache-2.0
// Microsoft.DocumentDB: request-unit accounts with the Mongo API, their backup policy, what can be restored.
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/link_targets.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/providers/teardown.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::string_view kAccountType = "Microsoft.DocumentDB/databaseAccounts";
constexpr std::string_view kDatabaseType = "Microsoft.DocumentDB/databaseAccounts/mongodbDatabases";
constexpr std::size_t kShortestName = 3;
constexpr std::size_t kLongestName = 44;

Answer bad_request(std::string_view message)
{
    return bare_refusal(400, "BadRequest", message);
}

bool is_account_name(std::string_view name)
{
    return name.size() >= kShortestName && name.size() <= kLongestName && !name.starts_with('-') &&
           !name.ends_with('-') && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
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

/// What a backup policy may not be. Source: azure README 7.2.
std::optional<Answer> check_backup_policy(const Json& wish, const Resource* there)
{
    if (wish.is_null()) {
        return std::nullopt;
    }
    const std::string type = text_at(wish, "type");
    const std::string tier = text_at(wish, "continuousModeProperties/tier");
    if (type != "Continuous" && type != "Periodic") {
        return bad_request(fmt::format("Invalid backup policy type '{}'.", type));
    }
    if (!tier.empty() && tier != "Continuous7Days" && tier != "Continuous30Days") {
        return bad_request(fmt::format("Invalid continuous backup tier '{}'.", tier));
    }
    if (there == nullptr) {
        return std::nullopt;
    }
    if (text_at(there->document, "properties/backupPolicy/type") == "Continuous" &&
        type == "Periodic") {
        return bad_request(
            "Database account backup policy type cannot be changed from 'Continuous' to 'Periodic'."
        );
    }
    if (type == "Continuous" &&
        flag_at(there->document, "properties/enableMultipleWriteLocations")) {
        return bad_request(
            "Continuous backup mode cannot be enabled together with multiple write locations."
        );
    }
    return std::nullopt;
}

Json completed_policy(const Json& wish)
{
    Json policy = wish;
    if (policy.is_null()) {
        policy = Json{{"type", "Periodic"}};
    }
    if (text_at(policy, "type") == "Continuous") {
        if (!has(policy, "continuousModeProperties/tier")) {
            make_at(policy, "continuousModeProperties/tier") = "Continuous30Days";
        }
        policy.erase("periodicModeProperties");
    } else if (!has(policy, "periodicModeProperties")) {
        policy["periodicModeProperties"] = Json{
            {"backupIntervalInMinutes", 240},
            {"backupRetentionIntervalInHours", 8},
            {"backupStorageRedundancy", "Geo"}
        };
    }
    return policy;
}

Answer busy(const Resource& account)
{
    return bare_refusal(
        412,
        "PreconditionFailed",
        fmt::format(
            "There is already an operation in progress which requires exclusive lock on this "
            "service {}. Please retry the operation after sometime.",
            account.name()
        )
    );
}

std::optional<Answer> check_restore(Plane& plane, const Call& call)
{
    const Json& wish = at(call.body, "properties/restoreParameters");
    const std::vector<std::string> parts = split_path(text_at(wish, "restoreSource"));
    const std::string instance = parts.empty() ? std::string() : parts.back();
    const Resource* source = nullptr;
    for (const Resource* const account : plane.store().list(kAccountType)) {
        if (is_same(text_at(account->document, "properties/instanceId"), instance)) {
            source = account;
        }
    }
    if (source == nullptr) {
        return bare_refusal(
            404,
            "NotFound",
            fmt::format("Restorable database account '{}' was not found.", instance)
        );
    }
    if (source->region() != region_name(text_at(call.body, "location"))) {
        return bad_request(
            "Location provided in 'restoreSource' does not match the location of the request."
        );
    }
    const auto when = sys::parse_rfc3339(text_at(wish, "restoreTimestampInUtc"));
    if (!when.ok() || *when > plane.clock().now()) {
        return bad_request(
            "Invalid restore timestamp: it must lie between the oldest restorable time and now."
        );
    }
    if (text_at(source->document, "properties/backupPolicy/type") != "Continuous") {
        return bad_request("The source account has no continuous backup.");
    }
    return std::nullopt;
}

Resource make_account(const Plane& plane, const Call& call)
{
    Resource account = new_resource(call, kAccountType);
    account.document["kind"] =
        has(call.body, "kind") ? text_at(call.body, "kind") : "GlobalDocumentDB";
    account.document["location"] = display_region(account.region());
    Json& properties = account.document["properties"];
    merge(properties, at(call.body, "properties"));
    properties["instanceId"] = guid_of("instance " + key_of(call.path) + new_guid());
    properties["backupPolicy"] = completed_policy(at(call.body, "properties/backupPolicy"));
    properties["documentEndpoint"] =
        fmt::format("https://{}.documents.{}:443/", account.name(), plane.settings().mongo_suffix);
    properties["mongoEndpoint"] =
        fmt::format("https://{}.{}:443/", account.name(), plane.settings().mongo_suffix);
    if (!has(properties, "publicNetworkAccess")) {
        properties["publicNetworkAccess"] = "Enabled";
    }
    if (!has(properties, "createMode")) {
        properties["createMode"] = "Default";
    }
    account.document["systemData"]["createdAt"] = sys::format_rfc3339(plane.clock().now());
    account.hidden = Json{
        {"primary", new_account_key()},
        {"secondary", new_account_key()},
        {"primary_readonly", new_account_key()},
        {"secondary_readonly", new_account_key()}
    };
    return account;
}

Put account_put(Resource account)
{
    return {
        .resource = std::move(account),
        .form = OperationForm::Cosmos,
        .begun_state = "Creating",
        .status = 200,
        .work = [](const Resource&, std::stop_token) { return Outcome{}; },
    };
}

Answer put_account(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    const Resource* const holder = find_by_name(plane, call.parameter("account"));
    if (!is_account_name(call.parameter("account"))) {
        return bad_request(fmt::format(
            "Database account name '{}' is not valid: it has 3 to 44 lower-case letters, digits "
            "and '-'.",
            call.parameter("account")
        ));
    }
    if (holder != nullptr && holder != there) {
        return bare_refusal(
            409,
            "Conflict",
            fmt::format("Database account name '{}' is already taken.", call.parameter("account"))
        );
    }
    for (auto refused :
         {check_location(plane, call),
          check_tags(call.body),
          check_backup_policy(at(call.body, "properties/backupPolicy"), there)}) {
        if (refused) {
            return *refused;
        }
    }
    if (there != nullptr && is_busy(*there)) {
        return busy(*there);
    }
    if (list_at(call.body, "properties/locations").empty() ||
        text_at(call.body, "properties/databaseAccountOfferType") != "Standard") {
        return bad_request(
            "The request needs 'locations' and the databaseAccountOfferType 'Standard'."
        );
    }
    if (is_same(text_at(call.body, "properties/createMode"), "Restore")) {
        if (auto refused = check_restore(plane, call)) {
            return *refused;
        }
    }
    if (there == nullptr) {
        return begin_put(plane, call, account_put(make_account(plane, call)));
    }
    Resource account = *there;
    merge(account.document["properties"], at(call.body, "properties"));
    Put put = account_put(std::move(account));
    put.begun_state = "Updating";
    return begin_put(plane, call, std::move(put));
}

Answer patch_account(Plane& plane, const Call& call)
{
    const Resource* const there = find_target(plane, call);
    if (there == nullptr) {
        return target_not_found(call);
    }
    const Json& policy = at(call.body, "properties/backupPolicy");
    if (is_busy(*there)) {
        return busy(*there);
    }
    for (auto refused : {check_tags(call.body), check_backup_policy(policy, there)}) {
        if (refused) {
            return *refused;
        }
    }
    Resource account = *there;
    if (has(call.body, "tags")) {
        account.document["tags"] = at(call.body, "tags");
    }
    Json changes = at(call.body, "properties");
    if (changes.is_object()) {
        changes.erase("backupPolicy");
    }
    merge(account.document["properties"], changes);
    Put put = account_put(std::move(account));
    put.begun_state = "Updating";
    if (!policy.is_null()) {
        // The old policy shows, with the migration beside it, until the operation has ended.
        Json& shown = put.resource.document["properties"]["backupPolicy"];
        if (text_at(shown, "type") != text_at(policy, "type")) {
            shown["migrationState"] = Json{
                {"status", "InProgress"},
                {"targetType", text_at(policy, "type")},
                {"startTime", sys::format_rfc3339(plane.clock().now())}
            };
        }
        put.finish = [wanted =
                          completed_policy(policy)](Resource& resource, const Outcome& outcome) {
            Json& now = resource.document["properties"]["backupPolicy"];
            if (outcome.failure) {
                now.erase("migrationState");
            } else {
                now = wanted;
            }
        };
    }
    return begin_put(plane, call, std::move(put));
}

Answer delete_account(Plane& plane, const Call& call)
{
    return begin_delete(plane, call, OperationForm::Cosmos, [](const Resource&) {
        return Outcome{};
    });
}

Answer check_name(Plane& plane, const Call& call)
{
    return {.status = find_by_name(plane, call.parameter("account")) == nullptr ? 404 : 200};
}

Answer list_connection_strings(Plane& plane, const Call& call)
{
    const Resource* const account = find_target(plane, call);
    if (account == nullptr) {
        return target_not_found(call);
    }
    Answer answer;
    answer.body["connectionStrings"] = Json::array();
    for (const auto& [hidden, kind] :
         {std::pair{"primary", "Primary"},
          {"secondary", "Secondary"},
          {"primary_readonly", "PrimaryReadonly"},
          {"secondary_readonly", "SecondaryReadonly"}}) {
        answer.body["connectionStrings"].push_back(Json{
            {"connectionString",
             fmt::format(
                 "mongodb://{0}:{1}@{0}.{2}:10255/"
                 "?ssl=true&replicaSet=globaldb&retrywrites=false&maxIdleTimeMS=120000&appName=@{0}"
                 "@",
                 account->name(),
                 text_at(account->hidden, hidden),
                 plane.settings().mongo_suffix
             )},
            {"description", fmt::format("{} MongoDB Connection String", kind)},
            {"keyKind", kind},
            {"type", "MongoDB"},
        });
    }
    return answer;
}

Answer list_keys(Plane& plane, const Call& call)
{
    const Resource* const account = find_target(plane, call);
    if (account == nullptr) {
        return target_not_found(call);
    }
    return {
        .body =
            Json{
                {"primaryMasterKey", text_at(account->hidden, "primary")},
                {"secondaryMasterKey", text_at(account->hidden, "secondary")},
                {"primaryReadonlyMasterKey", text_at(account->hidden, "primary_readonly")},
                {"secondaryReadonlyMasterKey", text_at(account->hidden, "secondary_readonly")},
            }
    };
}

Json restorable(const Plane& plane, const Resource& account)
{
    const std::string instance = text_at(account.document, "properties/instanceId");
    Json item{
        {"id",
         fmt::format(
             "/subscriptions/{}/providers/Microsoft.DocumentDB/locations/{}/"
             "restorableDatabaseAccounts/{}",
             plane.settings().subscription_id,
             account.region(),
             instance
         )},
        {"name", instance},
        {"type", "Microsoft.DocumentDB/locations/restorableDatabaseAccounts"},
        {"location", display_region(account.region())},
    };
    const std::string created = text_at(account.document, "systemData/createdAt");
    item["properties"] = Json{
        {"accountName", account.name()},
        {"apiType", "MongoDB"},
        {"creationTime", created},
        {"oldestRestorableTime", created}
    };
    item["properties"]["restorableLocations"] = Json::array();
    item["properties"]["restorableLocations"].push_back(Json{
        {"locationName", display_region(account.region())},
        {"regionalDatabaseAccountInstanceId", guid_of(instance)},
        {"creationTime", created}
    });
    return item;
}

Answer list_restorable(Plane& plane, const Call& call)
{
    const std::string location = region_name(call.parameter("location"));
    Answer answer;
    answer.body["value"] = Json::array();
    for (const Resource* const account : plane.store().list(kAccountType)) {
        if (text_at(account->document, "properties/backupPolicy/type") == "Continuous" &&
            (location.empty() || account->region() == location)) {
            answer.body["value"].push_back(restorable(plane, *account));
        }
    }
    return answer;
}

Answer get_restorable(Plane& plane, const Call& call)
{
    const Answer all = list_restorable(plane, call);
    for (const Json& item : list_at(all.body, "value")) {
        if (is_same(text_at(item, "name"), call.parameter("instance"))) {
            return {.body = item};
        }
    }
    return bare_refusal(
        404,
        "NotFound",
        fmt::format("Restorable database account '{}' was not found.", call.parameter("instance"))
    );
}

Answer put_database(Plane& plane, const Call& call)
{
    if (plane.store().find(ResourceId::parse(call.path)->parent()->key()) == nullptr) {
        return resource_not_found(
            std::string(kAccountType) + "/" + call.parameter("account"), call.parameter("group")
        );
    }
    const std::string name = text_at(call.body, "properties/resource/id");
    if (name != call.parameter("database")) {
        return bad_request("The id of the resource in the body does not equal the name in the path."
        );
    }
    Resource database = new_resource(call, kDatabaseType);
    database.document["properties"]["resource"] = Json{
        {"id", name},
        {"_rid", random_name(8)},
        {"_ts", plane.clock().now().time_since_epoch().count()},
        {"_etag", new_guid()}
    };
    return begin_put(
        plane,
        call,
        {.resource = std::move(database),
         .form = OperationForm::Cosmos,
         .begun_state = "Creating",
         .status = 202,
         .hides_body = true,
         .work =
             [](const Resource&, std::stop_token) {
                 return Outcome{};
             }}
    );
}

Answer delete_database(Plane& plane, const Call& call)
{
    return begin_delete(plane, call, OperationForm::Cosmos, [](const Resource&) {
        return Outcome{};
    });
}

}  // namespace

void add_cosmos_routes(std::vector<Route>& routes)
{
    const std::string all = "/providers/Microsoft.DocumentDB/databaseAccounts";
    const std::string account = "{RG}" + all + "/{account}";
    const std::string database = account + "/mongodbDatabases/{database}";
    const std::string restorables =
        "{S}/providers/Microsoft.DocumentDB/locations/{location}/restorableDatabaseAccounts";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + all, "DatabaseAccounts_List", list_resources},
            {"GET", "{RG}" + all, "DatabaseAccounts_ListByResourceGroup", list_resources},
            {"GET", account, "DatabaseAccounts_Get", get_resource},
            {"PUT", account, "DatabaseAccounts_CreateOrUpdate", put_account},
            {"PATCH", account, "DatabaseAccounts_Update", patch_account},
            {"DELETE", account, "DatabaseAccounts_Delete", delete_account},
            {"HEAD",
             "/providers/Microsoft.DocumentDB/databaseAccountNames/{account}",
             "DatabaseAccounts_CheckNameExists",
             check_name},
            {"POST",
             account + "/listConnectionStrings",
             "DatabaseAccounts_ListConnectionStrings",
             list_connection_strings},
            {"POST", account + "/listKeys", "DatabaseAccounts_ListKeys", list_keys},
            {"GET",
             "{S}/providers/Microsoft.DocumentDB/restorableDatabaseAccounts",
             "RestorableDatabaseAccounts_List",
             list_restorable},
            {"GET", restorables, "RestorableDatabaseAccounts_ListByLocation", list_restorable},
            {"GET",
             restorables + "/{instance}",
             "RestorableDatabaseAccounts_GetByLocation",
             get_restorable},
            {"GET",
             account + "/mongodbDatabases",
             "MongoDBResources_ListMongoDBDatabases",
             list_resources},
            {"GET", database, "MongoDBResources_GetMongoDBDatabase", get_resource},
            {"PUT", database, "MongoDBResources_CreateUpdateMongoDBDatabase", put_database},
            {"DELETE", database, "MongoDBResources_DeleteMongoDBDatabase", delete_database},
            {"GET",
             account + "/privateLinkResources",
             "PrivateLinkResources_ListByDatabaseAccount",
             list_link_resources},
            {"GET",
             account + "/privateEndpointConnections",
             "PrivateEndpointConnections_ListByDatabaseAccount",
             list_resources},
            {"GET",
             account + "/privateEndpointConnections/{name}",
             "PrivateEndpointConnections_Get",
             get_resource},
            {"PUT",
             account + "/privateEndpointConnections/{name}",
             "PrivateEndpointConnections_CreateOrUpdate",
             put_connection},
        }
    );
}

}  // namespace starkeep::localcloud
