// SPDX-License-Identifier: Apache-2.0
#include "azure/cosmos_accounts/restorable.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "azure/cosmos_accounts/account_parser_internal.hpp"
#include "azure/cosmos_accounts/cosmos_accounts.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "sys/clock.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace starkeep::azure::cosmos_accounts {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

Result<RestorableAccount> parse_restorable(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "restorable account");
    const ReplyReader properties = reader.properties();
    RestorableAccount account{
        .id = reader.needed_id("id"),
        .instance_id = reader.needed_text("name"),
        .account_name = properties.text("accountName"),
        .region = reader.region(),
        .api_type = properties.text("apiType"),
        .created = properties.text("creationTime"),
        .oldest_restorable = properties.text("oldestRestorableTime")
    };
    if (properties.has("deletionTime")) {
        account.deleted = properties.text("deletionTime");
    }
    for (const ReplyReader& location : properties.objects("restorableLocations")) {
        account.regions.push_back(arm::normalize_region(location.text("locationName")));
    }
    return fault.or_value(std::move(account));
}

Result<RestorableEvent> parse_event(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "event of a restorable account");
    const ReplyReader resource = reader.properties().object("resource");
    return fault.or_value(RestorableEvent{
        .operation = resource.text("operationType"),
        .time = resource.text("eventTimestamp"),
        .name = resource.text("ownerId"),
        .resource_id = resource.text("ownerResourceId")
    });
}

Result<RestorableResource> parse_restorable_resource(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "restorable resource");
    return fault.or_value(RestorableResource{
        .database = reader.needed_text("databaseName"),
        .collections = reader.texts("collectionNames")
    });
}

/// "7/15/2026 4:56:09 PM", in UTC.
std::optional<std::chrono::sys_seconds> parse_american(std::string_view text)
{
    const bool is_afternoon = text.ends_with(" PM");
    if (!is_afternoon && !text.ends_with(" AM")) {
        return std::nullopt;
    }
    text.remove_suffix(3);
    constexpr std::string_view kSeparators = "// ::";
    std::array<int, 6> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto read = std::from_chars(text.data(), text.data() + text.size(), parts.at(i));
        if (read.ec != std::errc() || parts.at(i) < 0) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        const bool is_last = i + 1 == parts.size();
        if (is_last ? !text.empty() : !text.starts_with(kSeparators[i])) {
            return std::nullopt;
        }
        text.remove_prefix(is_last ? 0 : 1);
    }
    const auto [month, day, year, hour, minute, second] = parts;
    const bool is_fit = year <= 9999 && month <= 12 && day <= 31 && hour >= 1 && hour <= 12 &&
                        minute <= 59 && second <= 59;
    const std::chrono::year_month_day date(
        std::chrono::year(is_fit ? year : 0),
        std::chrono::month(is_fit ? static_cast<unsigned>(month) : 0U),
        std::chrono::day(is_fit ? static_cast<unsigned>(day) : 0U)
    );
    if (!is_fit || !date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(hour % 12 + (is_afternoon ? 12 : 0)) +
           std::chrono::minutes(minute) + std::chrono::seconds(second);
}

Result<std::chrono::sys_seconds> parse_backup_information(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "backup information");
    const std::string text =
        reader.object("continuousBackupInformation").needed_text("latestRestorableTimestamp");
    std::chrono::sys_seconds time{};
    if (const Result<std::chrono::sys_seconds> exact = sys::parse_rfc3339(text); exact.ok()) {
        time = *exact;
    } else if (const auto american = parse_american(text)) {
        time = *american;
    } else {
        fault.set("reply: latestRestorableTimestamp is no time that is known");
    }
    return fault.or_value(time);
}

Json body_of(const RestoreSpec& spec)
{
    Json location = Json::object();
    location["locationName"] = spec.region;
    location["failoverPriority"] = 0;
    location["isZoneRedundant"] = false;
    Json restore = Json::object();
    restore["restoreMode"] = "PointInTime";
    restore["restoreSource"] = spec.source.text();
    restore["restoreTimestampInUtc"] = sys::format_rfc3339(spec.point_in_time);
    restore["restoreWithTtlDisabled"] = false;
    for (const DatabaseSelection& selected : spec.selection) {
        Json database = Json::object();
        database["databaseName"] = selected.database;
        database["collectionNames"] = selected.collections;
        restore["databasesToRestore"].push_back(std::move(database));
    }
    Json body = Json::object();
    body["location"] = spec.region;
    body["kind"] = "MongoDB";
    body["tags"] = arm::to_json(spec.tags);
    Json& properties = body["properties"];
    properties["databaseAccountOfferType"] = "Standard";
    properties["createMode"] = "Restore";
    // Left out, it would be open.
    properties["publicNetworkAccess"] = spec.has_public_access ? "Enabled" : "Disabled";
    properties["locations"] = Json::array({std::move(location)});
    properties["backupPolicy"] = continuous_policy(spec.backup);
    properties["restoreParameters"] = std::move(restore);
    return body;
}

}  // namespace

Result<std::vector<RestorableAccount>>
list_restorable_accounts(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(
        client, arm::operation::kRestorableList, subscription, parse_restorable, stop
    );
}

Result<RestorableAccount>
get_restorable_account(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kRestorableGet, id, parse_restorable, stop);
}

Result<std::vector<RestorableEvent>>
list_database_events(arm::Client& client, const ResourceId& restorable, std::stop_token stop)
{
    return arm::list_below(
        client, arm::operation::kRestorableDatabases, restorable, parse_event, stop
    );
}

Result<std::vector<RestorableEvent>> list_collection_events(
    arm::Client& client,
    const ResourceId& restorable,
    std::string_view database_resource_id,
    std::stop_token stop
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kRestorableCollections, restorable));
    call.query.emplace_back("restorableMongodbDatabaseRid", database_resource_id);
    return arm::list_by(client, call, parse_event, stop);
}

Result<std::vector<RestorableResource>> list_restorable_resources(
    arm::Client& client,
    const ResourceId& restorable,
    std::string_view region,
    std::chrono::sys_seconds time,
    std::stop_token stop
)
{
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kRestorableResources, restorable));
    call.query.emplace_back("restoreLocation", region);
    call.query.emplace_back("restoreTimestampInUtc", sys::format_rfc3339(time));
    return arm::list_by(client, call, parse_restorable_resource, stop);
}

Result<std::chrono::sys_seconds> latest_restorable_time(
    arm::Client& client,
    const ResourceId& account,
    const std::vector<std::string>& database_and_collection,
    std::string_view region,
    const arm::Wait& wait
)
{
    TRY_LET(
        arm::Call call,
        arm::call_on(arm::operation::kMongoBackupInformation, account, database_and_collection)
    );
    Json body = Json::object();
    body["location"] = std::string(region);
    call.body = std::move(body);
    TRY_LET(const Json reply, client.run(call, wait));
    return parse_backup_information(reply);
}

Result<Account> restore_account(
    arm::Client& client, const ResourceId& id, const RestoreSpec& spec, const arm::Wait& wait
)
{
    TRY(arm::check_tags(spec.tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kCosmosPut, id));
    return arm::put_one(client, std::move(call), body_of(spec), parse_account, wait);
}

}  // namespace starkeep::azure::cosmos_accounts
