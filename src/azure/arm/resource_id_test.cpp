// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/region.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "base/error.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starkeep::azure::arm {
namespace {

TEST(ResourceId, TellsItsPartsWhateverTheirCase)
{
    ASSERT_OK_AND_LET(
        const ResourceId id,
        ResourceId::parse("/subscriptions/s1/resourcegroups/g1/Providers/microsoft.network/"
                          "virtualNetworks/v/subnets/w")
    );

    EXPECT_EQ(id.subscription(), "s1");
    EXPECT_EQ(id.group(), "g1");
    EXPECT_TRUE(id.is_of_type("Microsoft.Network/virtualNetworks/subnets"));
    EXPECT_EQ(id.names(), (std::vector<std::string>{"v", "w"}));
    EXPECT_EQ(id.name(), "w");
}

TEST(ResourceId, IsEqualWhateverCaseAndSlashes)
{
    ASSERT_OK_AND_LET(const ResourceId id, ResourceId::parse("subscriptions//S/resourceGroups/G/"));

    EXPECT_EQ(id, ResourceId::group_scope("s", "g"));
}

TEST(ResourceId, GoesDownToAChildAndBackUp)
{
    const ResourceId network = ResourceId::make("s", "g", "Microsoft.Network/virtualNetworks", "v");
    const ResourceId subnet = network.child("subnets", "w");

    EXPECT_EQ(subnet.parent(), network);
    EXPECT_EQ(network.parent(), ResourceId::group_scope("s", "g"));
    EXPECT_EQ(ResourceId::group_scope("s", "g").parent(), ResourceId::subscription_scope("s"));
}

TEST(ResourceId, RefusesWhatWouldChangeARequest)
{
    for (const std::string text : {"", "/", "/subscriptions/s?x=1", "/a\nb", "/a%2fb", "/a#b"}) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(ResourceId::parse(text), ErrorCode::InvalidInput);
    }
    EXPECT_ERROR(ResourceId::parse(std::string(3000, 'a')), ErrorCode::InvalidInput);
}

TEST(Region, HasOneSpelling)
{
    EXPECT_EQ(normalize_region("West Europe"), "westeurope");
    EXPECT_EQ(normalize_region("westeurope"), "westeurope");
}

TEST(Tags, KnowNamesWithoutCaseAndValuesWithIt)
{
    const Tags tags{{"Starkeep-Role", "worker"}};

    EXPECT_TRUE(has_tag(tags, "starkeep-role", "worker"));
    EXPECT_FALSE(has_tag(tags, "starkeep-role", "Worker"));
}

TEST(Tags, AreRefusedBeforeAzureRefusesThem)
{
    Tags many;
    for (int i = 0; i < 16; ++i) {
        many.emplace("n" + std::to_string(i), "v");
    }

    EXPECT_ERROR(check_tags(many), ErrorCode::InvalidInput);
    EXPECT_ERROR(check_tags({{"a/b", "v"}}), ErrorCode::InvalidInput);
    EXPECT_ERROR(check_tags({{"", "v"}}), ErrorCode::InvalidInput);
    EXPECT_ERROR(check_tags({{"n", std::string(257, 'v')}}), ErrorCode::InvalidInput);
    EXPECT_OK(check_tags({{"starkeep-lease", "2026-11-26T12:00:00Z"}}));
}

}  // namespace
}  // namespace starkeep::azure::arm
