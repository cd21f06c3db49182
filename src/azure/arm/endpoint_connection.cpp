// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/endpoint_connection.hpp"

#include "azure/arm/reply_reader.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <string>
#include <string_view>

namespace starkeep::azure::arm {

Result<TargetConnection> parse_target_connection(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "private endpoint connection");
    const ReplyReader properties = reader.properties();
    const ReplyReader state = properties.object("privateLinkServiceConnectionState");
    const ResourceId id = reader.needed_id("id");
    return fault.or_value(TargetConnection{
        .id = id,
        .name = reader.has("name") ? reader.text("name") : id.name(),
        .endpoint = properties.reference("privateEndpoint"),
        .status = state.text("status"),
        .description = state.text("description"),
        .provisioning_state = properties.text("provisioningState")
    });
}

Json approval(std::string_view description)
{
    return {
        {"properties",
         {{"privateLinkServiceConnectionState",
           {{"status", "Approved"}, {"description", std::string(description)}}}}}
    };
}

}  // namespace starkeep::azure::arm
