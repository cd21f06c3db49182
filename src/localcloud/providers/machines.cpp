// SPDX-License-Identifier: Apache-2.0
// Microsoft.Compute: virtual machines, their power, their instance view.
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/compute_catalog.hpp"
#include "localcloud/providers/machine_rules.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_calls.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"
#include "localcloud/route.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

Json status(std::string_view code, std::string_view text)
{
    return Json{
        {"code", std::string(code)}, {"level", "Info"}, {"displayStatus", std::string(text)}
    };
}

Json instance_view(const Resource& vm)
{
    const std::string state = state_of(vm);
    const std::string power = text_at(vm.hidden, "power");
    Json view{{"computerName", text_at(vm.document, "properties/osProfile/computerName")}};
    Json& statuses = view["statuses"] = Json::array();
    statuses.push_back(status("ProvisioningState/" + lower(state), "Provisioning " + lower(state)));
    if (!power.empty()) {
        statuses.push_back(status("PowerState/" + power, "VM " + power));
    }
    if (state == "Succeeded" && power == "running") {
        view["osName"] = "ubuntu";
        view["osVersion"] = "22.04";
        view["hyperVGeneration"] = "V2";
        view["vmAgent"]["vmAgentVersion"] = "2.11.1.12";
        view["vmAgent"]["statuses"] = Json::array();
        view["vmAgent"]["statuses"].push_back(status("ProvisioningState/succeeded", "Ready"));
    }
    view["extensions"] = Json::array();
    return view;
}

Answer get_machine(Plane& plane, const Call& call)
{
    const Resource* const vm = find_target(plane, call);
    if (vm == nullptr) {
        return target_not_found(call);
    }
    Answer answer{.body = vm->document};
    if (is_same(call.asked("$expand"), "instanceView")) {
        answer.body["properties"]["instanceView"] = instance_view(*vm);
    }
    return answer;
}

Answer get_instance_view(Plane& plane, const Call& call)
{
    const Resource* const vm = find_target(plane, call);
    return vm == nullptr ? target_not_found(call) : Answer{.body = instance_view(*vm)};
}

Resource make_disk(const Call& call, const Resource& vm, const std::string& name)
{
    Resource disk{.type = std::string(kDiskType), .document = Json::object()};
    disk.document["id"] =
        fmt::format("{}/providers/Microsoft.Compute/disks/{}", call.group_id(), name);
    disk.document["name"] = name;
    disk.document["type"] = std::string(kDiskType);
    disk.document["location"] = vm.region();
    disk.document["tags"] =
        at(vm.document, "tags").is_object() ? at(vm.document, "tags") : Json::object();
    disk.document["managedBy"] = vm.id();
    disk.document["properties"]["osType"] = "Linux";
    disk.document["properties"]["diskState"] = "Attached";
    disk.document["properties"]["diskSizeGB"] =
        number_at(vm.document, "properties/storageProfile/osDisk/diskSizeGB").value_or(30);
    set_state(disk, "Succeeded");
    return disk;
}

/// The identity as Azure completes it.
void complete_identity(const Plane& plane, const Call& call, Resource& vm)
{
    const std::string type = text_at(call.body, "identity/type");
    if (type.find("SystemAssigned") == std::string::npos) {
        return;
    }
    vm.document["identity"] = Json{
        {"type", "SystemAssigned"},
        {"principalId", guid_of("principal " + key_of(call.path))},
        {"tenantId", plane.settings().tenant_id},
    };
}

Resource make_machine(const Plane& plane, const Call& call, const std::string& disk_name)
{
    Resource vm = new_resource(call, kMachineType);
    Json& properties = vm.document["properties"];
    merge(properties, at(call.body, "properties"));
    if (has(call.body, "zones")) {
        vm.document["zones"] = at(call.body, "zones");
    }
    properties["vmId"] = guid_of(key_of(call.path));
    properties["timeCreated"] = sys::format_rfc3339(plane.clock().now());
    Json& storage = make_at(properties, "storageProfile");
    storage["imageReference"]["exactVersion"] = *image_version(at(storage, "imageReference"));
    storage["osDisk"]["osType"] = "Linux";
    storage["osDisk"]["name"] = disk_name;
    storage["osDisk"]["managedDisk"]["id"] =
        fmt::format("{}/providers/Microsoft.Compute/disks/{}", call.group_id(), disk_name);
    Json& profile = make_at(properties, "osProfile");
    vm.hidden["custom_data"] = text_at(profile, "customData");
    vm.hidden["power"] = "starting";
    // What a GET never gives back.
    profile.erase("customData");
    profile.erase("adminPassword");
    complete_identity(plane, call, vm);
    return vm;
}

Answer put_machine(Plane& plane, const Call& call)
{
    if (auto refused = check_machine(plane, call)) {
        return *refused;
    }
    Resource* const there = find_target(plane, call);
    if (there != nullptr && is_busy(*there)) {
        return refusal(
            409,
            "Conflict",
            fmt::format(
                "The request failed due to conflict with a concurrent request on virtual machine "
                "{}.",
                there->name()
            )
        );
    }
    std::string disk_name = text_at(call.body, "properties/storageProfile/osDisk/name");
    if (disk_name.empty()) {
        disk_name = fmt::format("{}_OsDisk_1_{}", call.parameter("vm"), guid_of(key_of(call.path)));
    }
    Resource vm = make_machine(plane, call, disk_name);
    Resource disk = make_disk(call, vm, disk_name);
    const std::string disk_key = key_of(disk.id());
    const Resource* const old_disk = plane.store().find(disk_key);
    if (old_disk != nullptr &&
        key_of(text_at(old_disk->document, "managedBy")) != key_of(call.path)) {
        return refusal(
            409,
            "ConflictingUserInput",
            fmt::format(
                "Disk {} already exists in resource group {}. Only CreateOption.Attach is "
                "supported.",
                disk_name,
                call.parameter("group")
            )
        );
    }
    plane.store().put(disk_key, std::move(disk));
    for (const FactId& id : vm_fact(vm).interfaces) {
        plane.store().find(id)->document["properties"]["virtualMachine"]["id"] = vm.id();
    }
    return begin_put(
        plane,
        call,
        {.resource = std::move(vm),
         .form = OperationForm::Compute,
         .begun_state = there == nullptr ? "Creating" : "Updating",
         .work = [&plane](
                     const Resource& copy, std::stop_token
                 ) { return outcome_of(plane.machinery().put_vm(vm_fact(copy))); },
         .finish =
             [](Resource& resource, const Outcome& outcome) {
                 resource.hidden["power"] = outcome.failure ? "stopped" : "running";
             }}
    );
}

Answer patch_machine(Plane& plane, const Call& call)
{
    if (has(call.body, "properties/osProfile") ||
        has(call.body, "properties/storageProfile/imageReference")) {
        return refusal(
            409, "PropertyChangeNotAllowed", "Changing property 'osProfile' is not allowed."
        );
    }
    return patch_tags(plane, call);
}

/// Interfaces and disk that go with the machine.
struct Cascade {
    std::vector<std::string> gone;
    std::vector<std::string> released{};
};

Cascade cascade_of(const Resource& vm)
{
    Cascade cascade{.gone = {}};
    for (const Json& item : list_at(vm.document, "properties/networkProfile/networkInterfaces")) {
        const bool goes = is_same(text_at(item, "properties/deleteOption"), "Delete");
        (goes ? cascade.gone : cascade.released).push_back(key_of(text_at(item, "id")));
    }
    const Json& disk = at(vm.document, "properties/storageProfile/osDisk");
    const std::string disk_key = key_of(text_at(disk, "managedDisk/id"));
    (is_same(text_at(disk, "deleteOption"), "Delete") ? cascade.gone : cascade.released)
        .push_back(disk_key);
    return cascade;
}

Answer delete_machine(Plane& plane, const Call& call)
{
    const Resource* const vm = find_target(plane, call);
    if (vm == nullptr) {
        return {.status = 204};
    }
    const Cascade cascade = cascade_of(*vm);
    return begin_delete(
        plane,
        call,
        OperationForm::Compute,
        [&plane, key = key_of(call.path), cascade](const Resource&) {
            Outcome outcome = outcome_of(plane.machinery().remove_vm(key));
            for (const std::string& gone : cascade.gone) {
                if (!outcome.failure && gone.find("/networkinterfaces/") != std::string::npos) {
                    outcome = outcome_of(plane.machinery().remove_interface(gone));
                }
            }
            return outcome;
        },
        [&plane, cascade] {
            for (const std::string& gone : cascade.gone) {
                plane.store().remove(gone);
            }
            for (const std::string& key : cascade.released) {
                if (Resource* const resource = plane.store().find(key)) {
                    resource->document.erase("managedBy");
                    resource->document["properties"].erase("virtualMachine");
                }
            }
        }
    );
}

struct PowerChange {
    std::string meanwhile;
    std::string afterwards;
    std::function<Outcome(Machinery&, const FactId&)> work;
};

Answer change_power(Plane& plane, const Call& call, PowerChange change)
{
    Resource* const vm = find_target(plane, call);
    if (vm == nullptr) {
        return target_not_found(call);
    }
    if (is_busy(*vm)) {
        return refusal(
            409,
            "Conflict",
            fmt::format(
                "The request failed due to conflict with a concurrent request on virtual machine "
                "{}.",
                vm->name()
            )
        );
    }
    vm->hidden["power"] = change.meanwhile;
    const std::string key = key_of(vm->id());
    return plane.begin(
        call,
        {.status = 202},
        {.form = OperationForm::Compute,
         .resource_id = vm->id(),
         .region = vm->region(),
         .work = [&plane, key, work = std::move(change.work)](std::stop_token
                 ) { return work(plane.machinery(), key); },
         .finish =
             [&plane, key, afterwards = change.afterwards](const Outcome& outcome) {
                 Resource* const found = plane.store().find(key);
                 if (found != nullptr && !outcome.failure) {
                     found->hidden["power"] = afterwards;
                 }
             }}
    );
}

Outcome start(Machinery& machinery, const FactId& id)
{
    return outcome_of(machinery.start_vm(id));
}

Outcome stop(Machinery& machinery, const FactId& id)
{
    return outcome_of(machinery.stop_vm(id));
}

Outcome restart(Machinery& machinery, const FactId& id)
{
    Outcome outcome = stop(machinery, id);
    return outcome.failure ? outcome : start(machinery, id);
}

Answer start_machine(Plane& plane, const Call& call)
{
    return change_power(plane, call, {"starting", "running", start});
}

Answer power_off(Plane& plane, const Call& call)
{
    return change_power(plane, call, {"stopping", "stopped", stop});
}

Answer deallocate(Plane& plane, const Call& call)
{
    return change_power(plane, call, {"deallocating", "deallocated", stop});
}

Answer restart_machine(Plane& plane, const Call& call)
{
    return change_power(plane, call, {"starting", "running", restart});
}

}  // namespace

void add_machine_routes(std::vector<Route>& routes)
{
    const std::string all = "/providers/Microsoft.Compute/virtualMachines";
    const std::string vm = "{RG}" + all + "/{vm}";
    routes.insert(
        routes.end(),
        {
            {"GET", "{S}" + all, "VirtualMachines_ListAll", list_resources},
            {"GET", "{RG}" + all, "VirtualMachines_List", list_resources},
            {"GET", vm, "VirtualMachines_Get", get_machine},
            {"GET", vm + "/instanceView", "VirtualMachines_InstanceView", get_instance_view},
            {"PUT", vm, "VirtualMachines_CreateOrUpdate", put_machine},
            {"PATCH", vm, "VirtualMachines_Update", patch_machine},
            {"DELETE", vm, "VirtualMachines_Delete", delete_machine},
            {"POST", vm + "/start", "VirtualMachines_Start", start_machine},
            {"POST", vm + "/powerOff", "VirtualMachines_PowerOff", power_off},
            {"POST", vm + "/deallocate", "VirtualMachines_Deallocate", deallocate},
            {"POST", vm + "/restart", "VirtualMachines_Restart", restart_machine},
        }
    );
}

}  // namespace starkeep::localcloud
