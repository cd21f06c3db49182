// SPDX-License-Identifier: Apache-2.0
#include "azure/network/interfaces.hpp"

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

Result<Interface> parse_interface(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "network interface");
    const ReplyReader properties = reader.properties();
    const ResourceId id = reader.needed_id("id");
    Interface interface{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .virtual_machine = properties.reference("virtualMachine"),
        .provisioning_state = properties.text("provisioningState")
    };
    for (const ReplyReader& configuration : properties.objects("ipConfigurations")) {
        const ReplyReader inner = configuration.properties();
        if (inner.has("privateIPAddress")) {
            interface.private_addresses.push_back(inner.text("privateIPAddress"));
        }
        if (inner.has("subnet")) {
            interface.subnets.push_back(inner.reference("subnet"));
        }
        if (inner.has("publicIPAddress")) {
            interface.public_addresses.push_back(inner.reference("publicIPAddress"));
        }
    }
    return fault.or_value(std::move(interface));
}

Json body_of(const InterfaceSpec& spec)
{
    Json configuration = Json::object();
    configuration["name"] = "ipconfig1";
    configuration["properties"]["primary"] = true;
    configuration["properties"]["privateIPAllocationMethod"] = "Dynamic";
    configuration["properties"]["privateIPAddressVersion"] = "IPv4";
    configuration["properties"]["subnet"] = arm::reference_to(spec.subnet);
    Json body = Json::object();
    body["location"] = spec.region;
    body["tags"] = arm::to_json(spec.tags);
    body["properties"]["enableAcceleratedNetworking"] = spec.is_accelerated;
    body["properties"]["ipConfigurations"] = Json::array({std::move(configuration)});
    return body;
}

}  // namespace

Result<Interface> get_interface(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kInterfacesGet, id, parse_interface, stop);
}

Result<Interface> put_interface(
    arm::Client& client, const ResourceId& id, const InterfaceSpec& spec, const arm::Wait& wait
)
{
    TRY(arm::check_tags(spec.tags));
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kInterfacesPut, id));
    return arm::put_one(client, std::move(call), body_of(spec), parse_interface, wait);
}

Result<void> remove_interface(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kInterfacesDelete, id, wait);
}

}  // namespace starkeep::azure::network
