// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/compute/catalog.hpp"
#include "azure/compute/virtual_machines.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::azure::compute {
namespace {

const arm::ResourceId kMachine =
    arm::ResourceId::make("sub", "group", "Microsoft.Compute/virtualMachines", "w");

VirtualMachineSpec spec()
{
    return {
        .region = "westeurope",
        .size = "Standard_F4s_v2",
        .os_disk_name = "w-os",
        .interface =
            arm::ResourceId::make("sub", "group", "Microsoft.Network/networkInterfaces", "n"),
        .ssh_public_key = "ssh-ed25519 A"
    };
}

TEST(VirtualMachine, TakesInterfaceAndDiskWithItWhenItGoes)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        201,
        R"({"id":"/subscriptions/sub/resourceGroups/group/providers/Microsoft.Compute/virtualMachines/w","properties":{"provisioningState":"Succeeded","vmId":"v-1"}})"
    );

    ASSERT_OK_AND_LET(
        const VirtualMachine machine, put_virtual_machine(azure.client, kMachine, spec(), {})
    );

    EXPECT_EQ(machine.vm_id, "v-1");
    const std::string_view body = as_text(azure.transport.requests[0].body);
    EXPECT_NE(body.find(R"("sku":"22_04-lts-gen2")"), std::string::npos);
    EXPECT_NE(body.find(R"("primary":true,"deleteOption":"Delete")"), std::string::npos);
    EXPECT_EQ(body.find("publicIP"), std::string::npos);
}

TEST(VirtualMachine, ThatFindsNoRoomSaysSo)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        409,
        R"({"error":{"code":"OperationNotAllowed","message":"exceeding approved Total Regional Cores quota"}})"
    );
    azure.transport.answer(
        201,
        R"({"properties":{"provisioningState":"Creating"}})",
        {{"Azure-AsyncOperation", "https://management.azure.com/o"}}
    );
    azure.transport.answer(
        200, R"({"status":"Failed","error":{"code":"ZonalAllocationFailed","message":"none left"}})"
    );

    EXPECT_ERROR(put_virtual_machine(azure.client, kMachine, spec(), {}), ErrorCode::NoSpace);
    EXPECT_ERROR(put_virtual_machine(azure.client, kMachine, spec(), {}), ErrorCode::NoSpace);
}

TEST(VirtualMachine, IsRefusedMoreFirstBootDataThanAzureTakes)
{
    arm::ScriptedAzure azure;
    VirtualMachineSpec large = spec();
    large.custom_data = std::string(65537, 'x');

    EXPECT_ERROR(put_virtual_machine(azure.client, kMachine, large, {}), ErrorCode::InvalidInput);
}

TEST(InstanceView, TellsPowerAndAgent)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        200,
        R"({"vmAgent":{"statuses":[{"code":"ProvisioningState/succeeded","displayStatus":"Ready"}]},
            "statuses":[{"code":"ProvisioningState/succeeded"},{"code":"PowerState/running"}]})"
    );
    azure.transport.answer(200, "{}");

    ASSERT_OK_AND_LET(const InstanceView running, get_instance_view(azure.client, kMachine, {}));
    ASSERT_OK_AND_LET(const InstanceView unknown, get_instance_view(azure.client, kMachine, {}));

    EXPECT_EQ(running.power_state(), "running");
    EXPECT_TRUE(running.is_agent_ready());
    EXPECT_EQ(unknown.power_state(), "");
    EXPECT_FALSE(unknown.is_agent_ready());
}

TEST(Sizes, LeaveOutWhatARestrictionTakes)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        200,
        R"({"value":[{"resourceType":"disks","name":"Premium_LRS"},
            {"resourceType":"virtualMachines","name":"Standard_F4s_v2","family":"standardFSv2Family",
             "locationInfo":[{"location":"westeurope","zones":["2","1"]}],
             "capabilities":[{"name":"vCPUs","value":"4"},{"name":"MemoryGB","value":"8"},{"name":"HyperVGenerations","value":"V1,V2"}],
             "restrictions":[{"type":"Zone","restrictionInfo":{"zones":["2"]}}]},
            {"resourceType":"virtualMachines","name":"Standard_X","restrictions":[{"type":"Location"}]}]})"
    );

    ASSERT_OK_AND_LET(
        const std::vector<Size> sizes, list_sizes(azure.client, "sub", "West Europe", {})
    );

    ASSERT_EQ(sizes.size(), 2U);
    EXPECT_EQ(sizes[0].cores, 4U);
    EXPECT_EQ(sizes[0].zones, std::vector<std::string>{"1"});
    EXPECT_TRUE(sizes[0].is_generation_2);
    EXPECT_TRUE(sizes[1].is_restricted);
}

}  // namespace
}  // namespace starkeep::azure::compute
