// SPDX-License-Identifier: Apache-2.0
#include "azure/compute/disks.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/verbs.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>

namespace starkeep::azure::compute {

namespace {

Result<Disk> parse_disk(const Json& json)
{
    arm::ReplyFault fault;
    const arm::ReplyReader reader(json, fault, "disk");
    const arm::ReplyReader properties = reader.properties();
    const arm::ResourceId id = reader.needed_id("id");
    return fault.or_value(Disk{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .size_gb = properties.small_number("diskSizeGB"),
        .state = properties.text("diskState"),
        .machine = reader.id("managedBy")
    });
}

}  // namespace

Result<Disk> get_disk(arm::Client& client, const arm::ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kDisksGet, id, parse_disk, stop);
}

}  // namespace starkeep::azure::compute
