// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"
#include "localcloud/control_plane_fixture_test.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"

#include <gtest/gtest.h>

#include <string>

namespace starkeep::localcloud {
namespace {

using Network = ControlPlaneTest;

TEST_F(Network, RefusesASubnetOutsideOfItsNetworkOrOverAnother)
{
    make_network();

    EXPECT_EQ(
        network("PUT", "virtualNetworks/v/subnets/t", subnet_body("10.1.0.0/24")).code(),
        "NetcfgSubnetRangeOutsideVnet"
    );
    EXPECT_EQ(
        network("PUT", "virtualNetworks/v/subnets/t", subnet_body("10.0.0.128/25")).code(),
        "NetcfgSubnetRangesOverlap"
    );
    EXPECT_EQ(
        network("PUT", "virtualNetworks/v/subnets/t", subnet_body("10.0.1.0/30")).code(),
        "NetcfgInvalidSubnet"
    );
    EXPECT_EQ(
        network("PUT", "virtualNetworks/v/subnets/t", subnet_body("10.0.1.1/24")).code(),
        "InvalidAddressPrefixFormat"
    );
}

TEST_F(Network, LosesItsSubnetsWhenTheyAreLeftOutOfAPut)
{
    make_network();
    Json body{{"location", "westeurope"}};
    body["properties"]["addressSpace"]["addressPrefixes"] = Json::array({"10.0.0.0/16"});

    EXPECT_EQ(network("PUT", "virtualNetworks/v", body).status, 200);

    EXPECT_EQ(network("GET", "virtualNetworks/v/subnets/s").status, 404);
    EXPECT_FALSE(
        machinery_.has("subnet", lower(id("Microsoft.Network/virtualNetworks/v/subnets/s")))
    );
}

TEST_F(Network, KeepsASubnetThatIsInUse)
{
    make_network();
    ASSERT_EQ(network("PUT", "networkInterfaces/n", interface_body()).status, 201);
    Json body{{"location", "westeurope"}};
    body["properties"]["addressSpace"]["addressPrefixes"] = Json::array({"10.0.0.0/16"});

    EXPECT_EQ(
        network("DELETE", "virtualNetworks/v/subnets/s").code(), "InUseSubnetCannotBeDeleted"
    );
    EXPECT_EQ(network("PUT", "virtualNetworks/v", body).code(), "InUseSubnetCannotBeDeleted");
    EXPECT_EQ(network("DELETE", "virtualNetworks/v").code(), "InUseSubnetCannotBeDeleted");
}

TEST_F(Network, GivesAddressesBehindTheFourReservedOnesUntilTheSubnetIsFull)
{
    make_network();
    ASSERT_EQ(
        network("PUT", "virtualNetworks/v/subnets/t", subnet_body("10.0.1.0/29")).status, 201
    );

    const Said first = network("PUT", "networkInterfaces/n1", interface_body("t"));
    ASSERT_EQ(network("PUT", "networkInterfaces/n2", interface_body("t")).status, 201);
    ASSERT_EQ(network("PUT", "networkInterfaces/n3", interface_body("t")).status, 201);
    const Said full = network("PUT", "networkInterfaces/n4", interface_body("t"));

    EXPECT_EQ(
        text_at(first.body["properties"]["ipConfigurations"][0], "properties/privateIPAddress"),
        "10.0.1.4"
    );
    EXPECT_EQ(full.status, 400);
    EXPECT_EQ(full.code(), "SubnetIsFull");
}

TEST_F(Network, KeepsAnInterfacesAddressWhenItIsPutAgain)
{
    make_network();
    ASSERT_EQ(network("PUT", "networkInterfaces/n", interface_body()).status, 201);

    const Said again = network("PUT", "networkInterfaces/n", interface_body());

    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(
        text_at(again.body["properties"]["ipConfigurations"][0], "properties/privateIPAddress"),
        "10.0.0.4"
    );
}

TEST_F(Network, RefusesAnInterfaceInASubnetThatIsNotThere)
{
    make_network();

    EXPECT_EQ(
        network("PUT", "networkInterfaces/n", interface_body("none")).code(),
        "InvalidResourceReference"
    );
}

TEST_F(Network, WantsSecurityRulesWithDifferentPriorities)
{
    make_network();
    Json rule{{"name", "a"}};
    rule["properties"] =
        Json{{"priority", 100}, {"direction", "Inbound"}, {"access", "Deny"}, {"protocol", "*"}};
    Json other = rule;
    other["name"] = "b";
    Json body{{"location", "westeurope"}};
    body["properties"]["securityRules"] = Json::array({rule, other});

    EXPECT_EQ(network("PUT", "networkSecurityGroups/n", body).code(), "SecurityRuleConflict");
    body["properties"]["securityRules"] = Json::array({rule});
    EXPECT_EQ(network("PUT", "networkSecurityGroups/n", body).status, 201);
    body["properties"]["securityRules"][0]["properties"]["priority"] = 5000;
    EXPECT_EQ(
        network("PUT", "networkSecurityGroups/n", body).code(), "SecurityRuleInvalidPriority"
    );
}

class PrivateEndpoint : public ControlPlaneTest {
protected:
    void make_all()
    {
        make_network();
        ASSERT_EQ(make_storage("skpaccount").status, 202);
    }
    Said put_zone(const std::string& name, http::Headers headers = {})
    {
        return call(
            "PUT",
            "{RG}/providers/Microsoft.Network/privateDnsZones/" + name,
            "2024-06-01",
            Json{{"location", "global"}},
            std::move(headers)
        );
    }
    Said put_link(const std::string& zone)
    {
        Json body{{"location", "global"}};
        body["properties"]["virtualNetwork"]["id"] = id("Microsoft.Network/virtualNetworks/v");
        body["properties"]["registrationEnabled"] = false;
        return call(
            "PUT",
            "{RG}/providers/Microsoft.Network/privateDnsZones/" + zone + "/virtualNetworkLinks/l",
            "2024-06-01",
            body
        );
    }
    const std::string account_ = id("Microsoft.Storage/storageAccounts/skpaccount");
    const std::string zone_ = "privatelink.blob.core.starkeep.test";
};

TEST_F(PrivateEndpoint, IsApprovedAtOnceAndHasAnInterfaceOfItsOwn)
{
    make_all();

    const Said said = network("PUT", "privateEndpoints/p", endpoint_body(account_, "blob"));

    EXPECT_EQ(said.status, 201);
    const Json& connection = said.body["properties"]["privateLinkServiceConnections"][0];
    EXPECT_EQ(
        text_at(connection, "properties/privateLinkServiceConnectionState/status"), "Approved"
    );
    EXPECT_EQ(
        said.body["properties"]["customDnsConfigs"][0]["fqdn"], "skpaccount.blob.core.starkeep.test"
    );
    EXPECT_EQ(said.body["properties"]["customDnsConfigs"][0]["ipAddresses"][0], "10.0.0.4");
    const auto fact = machinery_.endpoint(lower(id("Microsoft.Network/privateEndpoints/p")));
    EXPECT_TRUE(fact.approved);
    EXPECT_EQ(fact.address, "10.0.0.4");
    EXPECT_EQ(fact.target, lower(account_));
}

TEST_F(PrivateEndpoint, ShowsItsConnectionAtTheTarget)
{
    make_all();
    ASSERT_EQ(network("PUT", "privateEndpoints/p", endpoint_body(account_, "queue")).status, 201);

    const Said said =
        call("GET", "{RG}/providers/Microsoft.Storage/storageAccounts/skpaccount", "2023-05-01");

    const Json& connection = said.body["properties"]["privateEndpointConnections"][0];
    EXPECT_EQ(
        text_at(connection, "properties/privateEndpoint/id"),
        id("Microsoft.Network/privateEndpoints/p")
    );
    EXPECT_EQ(
        text_at(connection, "properties/privateLinkServiceConnectionState/status"), "Approved"
    );
}

TEST_F(PrivateEndpoint, RefusesWrongTargetsGroupsAndRegions)
{
    make_all();
    Json elsewhere = endpoint_body(account_, "blob");
    elsewhere["location"] = "northeurope";
    Json two = endpoint_body(account_, "blob");
    two["properties"]["privateLinkServiceConnections"].push_back(
        two["properties"]["privateLinkServiceConnections"][0]
    );

    EXPECT_EQ(
        network("PUT", "privateEndpoints/p", endpoint_body(account_, "mongo")).code(),
        "InvalidPrivateLinkServiceConnectionGroupIds"
    );
    EXPECT_EQ(
        network("PUT", "privateEndpoints/p", endpoint_body(account_ + "x", "blob")).code(),
        "PrivateLinkServiceIdNotFound"
    );
    EXPECT_EQ(network("PUT", "privateEndpoints/p", elsewhere).code(), "InvalidResourceReference");
    EXPECT_EQ(
        network("PUT", "privateEndpoints/p", two).code(),
        "PrivateEndpointMustHaveOnePrivateLinkServiceConnection"
    );
}

TEST_F(PrivateEndpoint, WaitsForApprovalWhenAskedManually)
{
    make_all();
    Json body = endpoint_body(account_, "blob");
    body["properties"]["manualPrivateLinkServiceConnections"] =
        body["properties"]["privateLinkServiceConnections"];
    body["properties"].erase("privateLinkServiceConnections");
    const std::string key = lower(id("Microsoft.Network/privateEndpoints/p"));
    ASSERT_EQ(network("PUT", "privateEndpoints/p", body).status, 201);
    ASSERT_FALSE(machinery_.endpoint(key).approved);

    const Said list = call(
        "GET",
        "{RG}/providers/Microsoft.Storage/storageAccounts/skpaccount/privateEndpointConnections",
        "2023-05-01"
    );
    Json approval;
    approval["properties"]["privateLinkServiceConnectionState"]["status"] = "Approved";
    const Said approved = call("PUT", text_at(list.body["value"][0], "id"), "2023-05-01", approval);

    EXPECT_EQ(approved.status, 200);
    EXPECT_TRUE(machinery_.endpoint(key).approved);
}

TEST_F(PrivateEndpoint, IsNamedByItsZoneGroupUntilItGoes)
{
    make_all();
    ASSERT_EQ(network("PUT", "privateEndpoints/p", endpoint_body(account_, "blob")).status, 201);
    ASSERT_EQ(put_zone(zone_).status, 202);
    ASSERT_EQ(put_link(zone_).status, 202);
    Json config{{"name", "blob"}};
    config["properties"]["privateDnsZoneId"] = id("Microsoft.Network/privateDnsZones/" + zone_);
    Json body;
    body["properties"]["privateDnsZoneConfigs"] = Json::array({config});

    const Said group = network("PUT", "privateEndpoints/p/privateDnsZoneGroups/default", body);
    const ZoneFact with = machinery_.zone(lower(id("Microsoft.Network/privateDnsZones/" + zone_)));
    ASSERT_EQ(network("DELETE", "privateEndpoints/p").status, 202);
    const ZoneFact without =
        machinery_.zone(lower(id("Microsoft.Network/privateDnsZones/" + zone_)));

    EXPECT_EQ(group.status, 201);
    EXPECT_EQ(
        text_at(
            group.body["properties"]["privateDnsZoneConfigs"][0]["properties"]["recordSets"][0],
            "recordSetName"
        ),
        "skpaccount"
    );
    ASSERT_EQ(with.records.size(), 1U);
    EXPECT_EQ(with.records[0].name, "skpaccount");
    EXPECT_EQ(with.records[0].addresses, std::vector<std::string>{"10.0.0.4"});
    EXPECT_EQ(
        with.networks, std::vector<std::string>{lower(id("Microsoft.Network/virtualNetworks/v"))}
    );
    EXPECT_TRUE(without.records.empty());
    EXPECT_FALSE(machinery_.has("endpoint", lower(id("Microsoft.Network/privateEndpoints/p"))));
    EXPECT_EQ(network("DELETE", "privateEndpoints/p").status, 204);
}

TEST_F(PrivateEndpoint, ZonesAreGlobalAndMadeOnceWhenAskedSo)
{
    make_all();

    EXPECT_EQ(
        call(
            "PUT",
            "{RG}/providers/Microsoft.Network/privateDnsZones/a.b",
            "2024-06-01",
            Json{{"location", "westeurope"}}
        )
            .code(),
        "LocationNotAvailableForResourceType"
    );
    EXPECT_EQ(put_zone(zone_, {{"If-None-Match", "*"}}).status, 202);
    EXPECT_EQ(put_zone(zone_, {{"If-None-Match", "*"}}).code(), "PreconditionFailed");
}

TEST_F(PrivateEndpoint, ANetworkSeesOnlyOneZoneOfAName)
{
    make_all();
    ASSERT_EQ(put_zone(zone_).status, 202);
    ASSERT_EQ(put_link(zone_).status, 202);
    const std::string other = "{S}/resourceGroups/h";
    ASSERT_EQ(call("PUT", other, "2024-07-01", Json{{"location", "westeurope"}}).status, 201);
    const std::string zone = other + "/providers/Microsoft.Network/privateDnsZones/" + zone_;
    ASSERT_EQ(call("PUT", zone, "2024-06-01", Json{{"location", "global"}}).status, 202);
    Json body{{"location", "global"}};
    body["properties"]["virtualNetwork"]["id"] = id("Microsoft.Network/virtualNetworks/v");

    const Said said = call("PUT", zone + "/virtualNetworkLinks/l", "2024-06-01", body);

    EXPECT_EQ(said.status, 409);
    EXPECT_EQ(said.code(), "Conflict");
}

}  // namespace
}  // namespace starkeep::localcloud
