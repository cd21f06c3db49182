// SPDX-License-Identifier: Apache-2.0
#include "azure/compute/virtual_machines.hpp"

#include "azure/arm/client.hpp"
#include "azure/arm/operation.hpp"
#include "azure/arm/reply_reader.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/arm/verbs.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/base64.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::compute {

namespace {

using arm::ReplyFault;
using arm::ReplyReader;
using arm::ResourceId;

constexpr std::size_t kLongestCustomData = 65536;
constexpr std::string_view kPowerState = "PowerState/";

std::vector<Status> read_statuses(const ReplyReader& reader)
{
    std::vector<Status> statuses;
    for (const ReplyReader& status : reader.objects("statuses")) {
        statuses.push_back(
            {.code = status.text("code"),
             .display = status.text("displayStatus"),
             .message = status.text("message")}
        );
    }
    return statuses;
}

Result<VirtualMachine> parse_machine(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "virtual machine");
    const ReplyReader properties = reader.properties();
    const ReplyReader storage = properties.object("storageProfile");
    const ReplyReader image = storage.object("imageReference");
    const ResourceId id = reader.needed_id("id");
    return fault.or_value(VirtualMachine{
        .id = id,
        .name = id.name(),
        .region = reader.region(),
        .tags = reader.tags(),
        .vm_id = properties.text("vmId"),
        .size = properties.object("hardwareProfile").text("vmSize"),
        .zones = reader.texts("zones"),
        .image =
            {.publisher = image.text("publisher"),
             .offer = image.text("offer"),
             .sku = image.text("sku"),
             .version = image.text("version")},
        .os_disk_name = storage.object("osDisk").text("name"),
        .interfaces = properties.object("networkProfile").references("networkInterfaces"),
        .provisioning_state = properties.text("provisioningState"),
        .time_created = properties.text("timeCreated")
    });
}

Result<InstanceView> parse_instance_view(const Json& json)
{
    ReplyFault fault;
    const ReplyReader reader(json, fault, "instance view");
    return fault.or_value(InstanceView{
        .statuses = read_statuses(reader),
        .agent_statuses = read_statuses(reader.object("vmAgent")),
        .os_name = reader.text("osName"),
        .os_version = reader.text("osVersion")
    });
}

Json identity_of(const VirtualMachineSpec& spec)
{
    Json identity = Json::object();
    identity["type"] = spec.identities.empty()    ? "SystemAssigned"
                       : spec.has_system_identity ? "SystemAssigned, UserAssigned"
                                                  : "UserAssigned";
    for (const ResourceId& id : spec.identities) {
        identity["userAssignedIdentities"][id.text()] = Json::object();
    }
    return identity;
}

Json storage_of(const VirtualMachineSpec& spec)
{
    Json storage = Json::object();
    Json& image = storage["imageReference"];
    image["publisher"] = spec.image.publisher;
    image["offer"] = spec.image.offer;
    image["sku"] = spec.image.sku;
    image["version"] = spec.image.version;
    Json& disk = storage["osDisk"];
    disk["name"] = spec.os_disk_name;
    disk["createOption"] = "FromImage";
    disk["caching"] = "ReadWrite";
    disk["diskSizeGB"] = spec.os_disk_gb;
    disk["deleteOption"] = "Delete";
    disk["managedDisk"]["storageAccountType"] = spec.os_disk_sku;
    return storage;
}

Json os_of(const VirtualMachineSpec& spec, const std::string& name)
{
    Json os = Json::object();
    os["computerName"] = name;
    os["adminUsername"] = spec.admin_user;
    if (!spec.custom_data.empty()) {
        os["customData"] = codec::encode_base64(as_bytes(spec.custom_data));
    }
    Json key = Json::object();
    key["path"] = "/home/" + spec.admin_user + "/.ssh/authorized_keys";
    key["keyData"] = spec.ssh_public_key;
    Json& system = os["linuxConfiguration"];
    system["disablePasswordAuthentication"] = true;
    system["provisionVMAgent"] = true;
    system["ssh"]["publicKeys"] = Json::array({std::move(key)});
    system["patchSettings"]["patchMode"] = "ImageDefault";
    system["patchSettings"]["assessmentMode"] = "ImageDefault";
    return os;
}

Json body_of(const VirtualMachineSpec& spec, const std::string& name)
{
    Json interface = arm::reference_to(spec.interface);
    interface["properties"]["primary"] = true;
    interface["properties"]["deleteOption"] = "Delete";
    Json properties = Json::object();
    properties["hardwareProfile"]["vmSize"] = spec.size;
    properties["storageProfile"] = storage_of(spec);
    properties["osProfile"] = os_of(spec, name);
    properties["networkProfile"]["networkInterfaces"] = Json::array({std::move(interface)});
    properties["securityProfile"]["securityType"] = "TrustedLaunch";
    properties["securityProfile"]["uefiSettings"]["secureBootEnabled"] = true;
    properties["securityProfile"]["uefiSettings"]["vTpmEnabled"] = true;
    properties["diagnosticsProfile"]["bootDiagnostics"]["enabled"] = true;
    properties["priority"] = spec.is_spot ? "Spot" : "Regular";
    if (spec.is_spot) {
        properties["evictionPolicy"] = "Delete";
        // -1: up to the regular price.
        properties["billingProfile"]["maxPrice"] = -1;
    }
    Json body = Json::object();
    body["location"] = spec.region;
    body["tags"] = arm::to_json(spec.tags);
    if (!spec.zone.empty()) {
        body["zones"] = Json::array({spec.zone});
    }
    if (!spec.identities.empty() || spec.has_system_identity) {
        body["identity"] = identity_of(spec);
    }
    body["properties"] = std::move(properties);
    return body;
}

}  // namespace

std::string InstanceView::power_state() const
{
    for (const Status& status : statuses) {
        if (status.code.starts_with(kPowerState)) {
            return status.code.substr(kPowerState.size());
        }
    }
    return {};
}

bool InstanceView::is_agent_ready() const
{
    return std::ranges::any_of(agent_statuses, [](const Status& status) {
        return arm::same_text(status.display, "Ready");
    });
}

Result<VirtualMachine>
get_virtual_machine(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(client, arm::operation::kMachinesGet, id, parse_machine, stop);
}

Result<std::vector<VirtualMachine>>
list_virtual_machines(arm::Client& client, std::string_view subscription, std::stop_token stop)
{
    return arm::list_all(
        client, arm::operation::kMachinesListAll, subscription, parse_machine, stop
    );
}

Result<std::vector<VirtualMachine>>
list_group_machines(arm::Client& client, const ResourceId& group, std::stop_token stop)
{
    return arm::list_below(client, arm::operation::kMachinesList, group, parse_machine, stop);
}

Result<VirtualMachine> put_virtual_machine(
    arm::Client& client, const ResourceId& id, const VirtualMachineSpec& spec, const arm::Wait& wait
)
{
    TRY(arm::check_tags(spec.tags));
    if (spec.custom_data.size() > kLongestCustomData) {
        return Error{
            ErrorCode::InvalidInput,
            "the first-boot data of virtual machine " + id.name() + " is longer than 64 KiB"
        };
    }
    TRY_LET(arm::Call call, arm::call_on(arm::operation::kMachinesPut, id));
    return arm::put_one(client, std::move(call), body_of(spec, id.name()), parse_machine, wait);
}

Result<void>
remove_virtual_machine(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kMachinesDelete, id, wait);
}

Result<void> start_virtual_machine(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::act_on(client, arm::operation::kMachinesStart, id, wait);
}

Result<void>
deallocate_virtual_machine(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::act_on(client, arm::operation::kMachinesDeallocate, id, wait);
}

Result<InstanceView>
get_instance_view(arm::Client& client, const ResourceId& id, std::stop_token stop)
{
    return arm::get_one(
        client, arm::operation::kMachinesInstanceView, id, parse_instance_view, stop
    );
}

Result<void> remove_disk(arm::Client& client, const ResourceId& id, const arm::Wait& wait)
{
    return arm::remove_one(client, arm::operation::kDisksDelete, id, wait);
}

}  // namespace starkeep::azure::compute
