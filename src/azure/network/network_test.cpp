// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/network/interfaces.hpp"
#include "azure/network/private_endpoints.hpp"
#include "azure/network/virtual_networks.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace starkeep::azure::network {
namespace {

const arm::ResourceId kSubnet = arm::network_id().child("subnets", "workers");
const arm::ResourceId kAccount =
    arm::ResourceId::make("sub", "group", "Microsoft.Storage/storageAccounts", "abc");
const arm::ResourceId kEndpoint =
    arm::ResourceId::make("sub", "group", "Microsoft.Network/privateEndpoints", "abc-blob");

TEST(Subnet, IsPutReadyForPrivateEndpointsAndWithoutAWayOut)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        201,
        R"({"id":"/subscriptions/sub/x","name":"workers","properties":{"addressPrefix":"10.0.0.0/24","defaultOutboundAccess":false,"provisioningState":"Succeeded"}})"
    );

    ASSERT_OK_AND_LET(
        const Subnet subnet,
        put_subnet(azure.client, kSubnet, {.address_prefix = "10.0.0.0/24"}, {})
    );

    EXPECT_EQ(
        as_text(azure.transport.requests[0].body),
        R"({"properties":{"addressPrefix":"10.0.0.0/24","privateEndpointNetworkPolicies":"Disabled","privateLinkServiceNetworkPolicies":"Enabled","defaultOutboundAccess":false}})"
    );
    EXPECT_EQ(subnet.address_prefixes.front(), "10.0.0.0/24");
    EXPECT_FALSE(subnet.has_default_outbound);
}

TEST(VirtualNetwork, TellsSubnetsAndPeerings)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        200,
        R"({"id":"/subscriptions/sub/resourcegroups/group/providers/microsoft.network/virtualnetworks/NET","location":"West Europe",
            "properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":[{"id":"/s","properties":{"addressPrefixes":["10.0.0.0/24"]}}],
            "virtualNetworkPeerings":[{"name":"p","properties":{"peeringState":"Connected","remoteVirtualNetwork":{"id":"/r"},"remoteAddressSpace":{"addressPrefixes":["10.1.0.0/16"]}}}]}})"
    );

    ASSERT_OK_AND_LET(
        const VirtualNetwork network, get_virtual_network(azure.client, arm::network_id(), {})
    );

    EXPECT_EQ(network.id, arm::network_id());
    EXPECT_EQ(network.region, "westeurope");
    EXPECT_EQ(network.subnets.at(0).address_prefixes.at(0), "10.0.0.0/24");
    EXPECT_EQ(network.peerings.at(0).remote_prefixes.at(0), "10.1.0.0/16");
}

TEST(VirtualNetwork, IsRemovedWhenItIsNotThere)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(404, R"({"error":{"code":"ResourceNotFound","message":"gone"}})");

    EXPECT_OK(remove_virtual_network(azure.client, arm::network_id(), {}));
}

TEST(VirtualNetwork, ThatIsNotAnObjectIsRefused)
{
    for (const std::string reply : {"[]", "{}", R"({"id":7})", R"({"id":"/a","properties":[]})"}) {
        SCOPED_TRACE(reply);
        arm::ScriptedAzure azure;
        azure.transport.answer(200, reply);
        EXPECT_ERROR(get_virtual_network(azure.client, arm::network_id(), {}), ErrorCode::Corrupt);
    }
}

TEST(Interface, SaysThatItsSubnetIsFull)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(400, R"({"error":{"code":"SubnetIsFull","message":"no address left"}})");

    EXPECT_ERROR(
        put_interface(
            azure.client,
            arm::ResourceId::make("sub", "group", "Microsoft.Network/networkInterfaces", "n"),
            {.region = "westeurope", .subnet = kSubnet},
            {}
        ),
        ErrorCode::NoSpace
    );
}

TEST(PrivateEndpoint, LeadsToASubResourceWhateverTheCase)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        201,
        R"({"id":"/subscriptions/sub/resourceGroups/group/providers/Microsoft.Network/privateEndpoints/abc-blob","properties":{"provisioningState":"Succeeded",
            "privateLinkServiceConnections":[{"properties":{"privateLinkServiceId":"/Subscriptions/SUB/resourceGroups/group/providers/Microsoft.Storage/storageAccounts/abc",
            "groupIds":["Blob"],"privateLinkServiceConnectionState":{"status":"Approved","actionsRequired":"None"}}}],
            "customDnsConfigs":[{"fqdn":"abc.blob.core.windows.net","ipAddresses":["10.0.0.4"]}]}})"
    );

    ASSERT_OK_AND_LET(
        const PrivateEndpoint endpoint,
        put_private_endpoint(
            azure.client,
            kEndpoint,
            {.region = "westeurope", .subnet = kSubnet, .target = kAccount, .group_id = "blob"},
            {}
        )
    );

    EXPECT_TRUE(endpoint.leads_to(kAccount, "blob"));
    EXPECT_FALSE(endpoint.leads_to(kAccount, "queue"));
    EXPECT_EQ(endpoint.dns.at(0).addresses.at(0), "10.0.0.4");
    EXPECT_NE(
        as_text(azure.transport.requests[0].body)
            .find(R"("customNetworkInterfaceName":"abc-blob-nic")"),
        std::string::npos
    );
}

}  // namespace
}  // namespace starkeep::azure::network
