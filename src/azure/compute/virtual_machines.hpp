// SPDX-License-Identifier: Apache-2.0
// Virtual machines of Linux workers: made, watched, stopped, deleted.
#pragma once

#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::compute {

struct ImageReference {
    std::string publisher{};
    std::string offer{};
    std::string sku{};
    std::string version = "latest";
};

/// Ubuntu 22.04 LTS.
inline ImageReference ubuntu_22_04()
{
    return {
        .publisher = "Canonical", .offer = "0001-com-ubuntu-server-jammy", .sku = "22_04-lts-gen2"
    };
}

struct VirtualMachine {
    arm::ResourceId id{};
    std::string name{};
    std::string region{};
    arm::Tags tags{};
    std::string vm_id{};
    std::string size{};
    std::vector<std::string> zones{};
    ImageReference image{};
    std::string os_disk_name{};
    std::vector<arm::ResourceId> interfaces{};
    std::string provisioning_state{};
    std::string time_created{};
};

struct VirtualMachineSpec {
    std::string region;
    arm::Tags tags{};
    std::string size{};
    /// One availability zone, or empty.
    std::string zone{};
    ImageReference image = ubuntu_22_04();
    std::string os_disk_name{};
    std::uint32_t os_disk_gb = 64;
    std::string os_disk_sku = "Premium_LRS";
    arm::ResourceId interface{};
    /// Deleted with the machine, as its interface and disk are.
    std::string admin_user = "azureuser";
    std::string ssh_public_key{};
    /// cloud-init, plain; at most 64 KiB.
    std::string custom_data{};
    /// User-assigned identities.
    std::vector<arm::ResourceId> identities{};
    bool has_system_identity = false;
    bool is_spot = false;
};

struct Status {
    std::string code{};  ///< "PowerState/running"
    std::string display{};
    std::string message{};
};

struct InstanceView {
    std::vector<Status> statuses{};
    std::vector<Status> agent_statuses{};
    std::string os_name{};
    std::string os_version{};

    /// "running", "deallocated" …; empty when unknown.
    std::string power_state() const;
    /// Run Command works from then on.
    bool is_agent_ready() const;
};

Result<VirtualMachine>
get_virtual_machine(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
Result<std::vector<VirtualMachine>>
list_virtual_machines(arm::Client& client, std::string_view subscription, std::stop_token stop);
/// `group`: ResourceId::group_scope.
Result<std::vector<VirtualMachine>>
list_group_machines(arm::Client& client, const arm::ResourceId& group, std::stop_token stop);
/// Errors: also NoSpace for quota, size not on offer or no capacity: another size or zone may have some. A machine that could
/// not be made stays behind as "Failed" and has to be removed.
Result<VirtualMachine> put_virtual_machine(
    arm::Client& client,
    const arm::ResourceId& id,
    const VirtualMachineSpec& spec,
    const arm::Wait& wait
);
/// With interface and disk, where it was made by `put_virtual_machine`.
Result<void>
remove_virtual_machine(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);
Result<void>
start_virtual_machine(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);
/// Stops it and gives its hardware back: it costs its disk only.
Result<void>
deallocate_virtual_machine(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);
Result<InstanceView>
get_instance_view(arm::Client& client, const arm::ResourceId& id, std::stop_token stop);
Result<void> remove_disk(arm::Client& client, const arm::ResourceId& id, const arm::Wait& wait);

}  // namespace starkeep::azure::compute
