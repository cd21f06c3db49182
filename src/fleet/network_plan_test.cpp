// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "base/error.hpp"
#include "fleet/fake_azure_test.hpp"
#include "fleet/fixture_test.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "json/json.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kVnetType = "Microsoft.Network/virtualNetworks";
constexpr std::string_view kAccountType = "Microsoft.Storage/storageAccounts";
constexpr std::string_view kEndpointType = "Microsoft.Network/privateEndpoints";

std::string vnet_id(const std::string& group, const std::string& name)
{
    return azure::arm::ResourceId::make(kFakeSubscription, group, kVnetType, name).text();
}

std::size_t count(const NetworkPlan& plan, ItemState state)
{
    return static_cast<std::size_t>(std::count_if(
        plan.items.begin(),
        plan.items.end(),
        [&](const NetworkItem& item) { return item.state == state; }
    ));
}

TEST_F(FleetTest, PlanOfAnEmptySubscriptionNamesAllAndMakesNothing)
{
    ASSERT_OK_AND_LET(const NetworkPlan plan, plan_network(*services_, request()));

    EXPECT_EQ(count(plan, ItemState::Missing), plan.items.size());
    EXPECT_EQ(plan.network.region, "westeurope");
    EXPECT_EQ(plan.network.address_prefix, "10.233.0.0/24");
    EXPECT_NE(plan.network.files.name, plan.network.talk.name);
    EXPECT_THAT(azure_.names_of(kVnetType), IsEmpty());
    EXPECT_THAT(format(plan), HasSubstr("missing    virtual network starkeep-vnet-westeurope"));
    EXPECT_FALSE(to_json(plan)["complete"].get<bool>());
}

TEST_F(FleetTest, ApplyMakesWhatThePlanNamesAndASecondPlanFindsNothingToDo)
{
    ASSERT_OK_AND_LET(const Network network, apply_network(*services_, request(), sink_));

    EXPECT_EQ(
        network.files.blob_endpoint, "https://" + network.files.name + ".blob.core.starkeep.test"
    );
    EXPECT_EQ(azure_.names_of(kEndpointType).size(), 3U);
    ASSERT_OK_AND_LET(const NetworkPlan again, plan_network(*services_, request()));
    EXPECT_TRUE(again.is_complete()) << format(again);
    const std::size_t before = azure_.calls();
    ASSERT_OK(apply_network(*services_, request(), sink_));
    EXPECT_GT(azure_.calls(), before);
    EXPECT_EQ(azure_.names_of(kEndpointType).size(), 3U);
    EXPECT_THAT(sink_.operations, IsEmpty());
}

TEST_F(FleetTest, EverythingMadeBearsTheAppliancesTag)
{
    ASSERT_OK_AND_LET(const Network network, apply_network(*services_, request(), sink_));

    for (const std::string& id :
         {network.network_id,
          network.security_group_id,
          network.files.resource_id,
          network.talk.resource_id}) {
        EXPECT_EQ(azure_.resource(id)["tags"]["starkeep-appliance"], "0123456789abcdef") << id;
    }
}

TEST_F(FleetTest, AccountsAreClosedToThePublicNetworkOnlyWithAPrivateNetwork)
{
    ASSERT_OK_AND_LET(const Network closed, apply_network(*services_, request(), sink_));
    EXPECT_EQ(
        azure_.resource(closed.files.resource_id)["properties"]["publicNetworkAccess"], "Disabled"
    );

    NetworkRequest open = request();
    open.deployment.private_network = false;
    ASSERT_OK(apply_network(*services_, open, sink_));

    EXPECT_EQ(
        azure_.resource(closed.files.resource_id)["properties"]["publicNetworkAccess"], "Enabled"
    );
}

TEST_F(FleetTest, WithoutAPrivateNetworkNoEndpointIsMade)
{
    NetworkRequest open = request();
    open.deployment.private_network = false;

    ASSERT_OK(apply_network(*services_, open, sink_));

    EXPECT_THAT(azure_.names_of(kEndpointType), IsEmpty());
    EXPECT_THAT(azure_.names_of("Microsoft.Network/privateDnsZones"), IsEmpty());
    EXPECT_EQ(azure_.names_of(kAccountType).size(), 2U);
}

TEST_F(FleetTest, OneAccountServesBothPurposesWhereApplianceAndSourceShareARegion)
{
    NetworkRequest near = request();
    near.region = "northeurope";

    ASSERT_OK_AND_LET(const Network network, apply_network(*services_, near, sink_));

    EXPECT_EQ(network.files.name, network.talk.name);
    EXPECT_THAT(
        azure_.names_of(kEndpointType),
        ElementsAre(network.files.name + "-blob", network.files.name + "-queue")
    );
}

TEST_F(FleetTest, TheAddressSpaceAvoidsEveryNetworkOfTheSubscription)
{
    azure_.put_resource(
        vnet_id("theirs", "big"),
        {{"location", "eastus"},
         {"properties", {{"addressSpace", {{"addressPrefixes", {"10.233.0.0/23", "fd00::/48"}}}}}}}
    );

    ASSERT_OK_AND_LET(const NetworkPlan plan, plan_network(*services_, request()));

    EXPECT_EQ(plan.network.address_prefix, "10.233.2.0/24");
}

TEST_F(FleetTest, AFullAddressPoolIsSaidWithLayerOwnerAndRemedy)
{
    azure_.put_resource(
        vnet_id("theirs", "all"),
        {{"location", "eastus"},
         {"properties", {{"addressSpace", {{"addressPrefixes", {"10.0.0.0/8"}}}}}}}
    );

    const auto plan = plan_network(*services_, request());

    EXPECT_ERROR(plan, ErrorCode::NoSpace);
    EXPECT_THAT(plan.error().hint(), HasSubstr("Layer: address space. Owner: "));
}

TEST_F(FleetTest, ATakenAccountNameIsAvoided)
{
    const std::string first = storage_account_name(deployment(), "westeurope", 0);
    azure_.taken_names.insert(first);

    ASSERT_OK_AND_LET(const Network network, apply_network(*services_, request(), sink_));

    EXPECT_EQ(network.files.name, storage_account_name(deployment(), "westeurope", 1));
}

TEST_F(FleetTest, WhenEveryAccountNameIsTakenTheErrorSaysWhatToDo)
{
    for (unsigned attempt = 0; attempt < 8; ++attempt) {
        azure_.taken_names.insert(storage_account_name(deployment(), "westeurope", attempt));
    }

    const auto plan = plan_network(*services_, request());

    EXPECT_ERROR(plan, ErrorCode::Conflict);
    EXPECT_THAT(plan.error().hint(), HasSubstr("Layer: name."));
}

TEST_F(FleetTest, AnotherAppliancesNetworkIsNotTouched)
{
    azure_.put_resource(
        vnet_id("starkeep-westeurope", "starkeep-vnet-westeurope"),
        {{"location", "westeurope"},
         {"tags", {{"starkeep-appliance", "ffffffffffffffff"}}},
         {"properties", {{"addressSpace", {{"addressPrefixes", {"10.233.0.0/24"}}}}}}}
    );

    EXPECT_ERROR(apply_network(*services_, request(), sink_), ErrorCode::Conflict);
}

ForeignEndpoint repository(bool has_consent)
{
    return {
        .target_id =
            azure::arm::ResourceId::make(kFakeSubscription, "their", kAccountType, "theirrepo")
                .text(),
        .group_id = "blob",
        .zone = storage_zone("blob", kFakeSuffix),
        .records = {"theirrepo"},
        .has_consent = has_consent,
    };
}

TEST_F(FleetTest, TheRepositorysAccountGetsAnEndpointBesideTheOthers)
{
    NetworkRequest with_repository = request();
    with_repository.foreign.push_back(repository(true));

    ASSERT_OK(apply_network(*services_, with_repository, sink_));

    EXPECT_THAT(azure_.names_of(kEndpointType), ::testing::Contains("theirrepo-blob"));
}

TEST_F(FleetTest, ASourceWithoutConsentIsRefusedWithoutAnEndpoint)
{
    NetworkRequest with_source = request();
    with_source.foreign.push_back(repository(false));

    const auto applied = apply_network(*services_, with_source, sink_);

    EXPECT_ERROR(applied, ErrorCode::Denied);
    EXPECT_THAT(applied.error().hint(), HasSubstr("--allow-endpoint"));
    EXPECT_THAT(
        azure_.names_of(kEndpointType), ::testing::Not(::testing::Contains("theirrepo-blob"))
    );
}

TEST_F(FleetTest, AnEndpointThatWaitsForItsTargetsOwnerIsSaidToDoSo)
{
    NetworkRequest with_repository = request();
    with_repository.foreign.push_back(repository(true));
    azure_.pending_targets.insert("theirrepo");

    const auto applied = apply_network(*services_, with_repository, sink_);

    EXPECT_ERROR(applied, ErrorCode::Denied);
    EXPECT_THAT(applied.error().message(), HasSubstr("waits for approval"));
    EXPECT_THAT(applied.error().hint(), HasSubstr("Approve the connection"));
}

TEST_F(FleetTest, TheAppliancesOwnSubnetGetsEndpointsInAGroupOfItsOwn)
{
    const std::string home = vnet_id("home", "home-vnet");
    azure_.put_resource(
        home,
        {{"location", "North Europe"},
         {"properties", {{"addressSpace", {{"addressPrefixes", {"10.1.0.0/16"}}}}}}}
    );
    NetworkRequest with_home = request();
    with_home.deployment.appliance_subnet = home + "/subnets/default";

    ASSERT_OK(apply_network(*services_, with_home, sink_));

    const Json endpoint =
        azure_.resource(azure::arm::ResourceId::make(
                            kFakeSubscription,
                            "starkeep-northeurope-appliance",
                            kEndpointType,
                            storage_account_name(deployment(), "westeurope", 0) + "-blob"
        )
                            .text());
    EXPECT_EQ(endpoint["location"], "northeurope");
    EXPECT_EQ(azure_.names_of(kEndpointType).size(), 5U);
}

TEST_F(FleetTest, ARecordThatWasLeftBehindIsSaidAsAFaultOfDns)
{
    ASSERT_OK_AND_LET(const Network network, apply_network(*services_, request(), sink_));
    const std::string record = azure::arm::ResourceId::make(
                                   kFakeSubscription,
                                   "starkeep-westeurope",
                                   "Microsoft.Network/privateDnsZones",
                                   storage_zone("blob", kFakeSuffix)
    )
                                   .child("A", network.files.name)
                                   .text();
    azure_.put_resource(
        record, {{"properties", {{"ttl", 10}, {"aRecords", {{{"ipv4Address", "10.9.9.9"}}}}}}}
    );

    const auto applied = apply_network(*services_, request(), sink_);

    EXPECT_ERROR(applied, ErrorCode::TimedOut);
    EXPECT_THAT(applied.error().text(), HasSubstr("leads to 10.9.9.9"));
    EXPECT_THAT(applied.error().hint(), HasSubstr("Layer: dns."));
}

}  // namespace
}  // namespace starkeep::fleet
