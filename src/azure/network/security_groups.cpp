// SPDX-License-Identifier: Apache-2.0
#include "azure/network/security_groups.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::azure::network {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

SecurityRule read_rule(const ReplyReader& reader)
{
    const ReplyReader properties = reader.properties();
    return {
        .name = reader.text("name"),
        .priority = properties.small_number("priority"),
        .direction = properties.text("direction"),
        .access = properties.text("access"),
        .protocol = properties.text("protocol"),
        .source = properties.text("sourceAddressPrefix"),
        .source_port = properties.text("sourcePortRange"),
        .destination = properties.text("destinationAddressPrefix"),
        .destination_port = properties.text("destinationPortRange")
    };
}

Result<SecurityGroup> parse_group(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "network security group");
    const ResourceId id = reader.needed_id("id");
    SecurityGroup group{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .provisioning_state = reader.properties().text("provisioningState")
    };
    for (const ReplyReader& rule : reader.properties().objects("securityRules")) {
        group.rules.push_back(read_rule(rule));
    }
    return fault.or_value(std::move(group));
}

Json body_of(const SecurityRule& rule)
{
    Json properties = Json::object();
    properties["priority"] = rule.priority;
    properties["direction"] = rule.direction;
    properties["access"] = rule.access;
    properties["protocol"] = rule.protocol;
    properties["sourceAddressPrefix"] = rule.source;
    properties["sourcePortRange"] = rule.source_port;
    properties["destinationAddressPrefix"] = rule.destination;
    properties["destinationPortRange"] = rule.destination_port;
    Json body = Json::object();
    body["name"] = rule.name;
    body["properties"] = std::move(properties);
    return body;
}

Json body_of(const SecurityGroupSpec& spec)
{
    Json rules = Json::array();
    for (const SecurityRule& rule : spec.rules) {
        rules.push_back(body_of(rule));
    }
    Json body = Json::object();
    body["location"] = spec.region;
    body["tags"] = arm::to_json(spec.tags);
    body["properties"]["securityRules"] = std::move(rules);
    return body;
}

}  // namespace

Result<SecurityGroup>
get_security_group(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kSecurityGroupsGet, id, parse_group, stop);
}

Result<SecurityGroup> put_security_group(
    arm::Client& client, const ResourceId& id, const SecurityGroupSpec& spec, const arm::Wait& wait
)
{
    TRY(arm::check_tags(spec.tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kSecurityGroupsPut, id));
    return arm::put_one(client, std::move(call), body_of(spec), parse_group, wait);
}

Result<void> remove_security_group(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kSecurityGroupsDelete, id, wait);
}

}  // namespace starkeep::azure::network
