// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/dns/private_zones.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

namespace starkeep::azure::dns {
namespace {

const arm::ResourceId kZone = arm::ResourceId::make(
    "sub", "group", "Microsoft.Network/privateDnsZones", "privatelink.blob.core.windows.net"
);

TEST(PrivateZone, IsCreatedOnlyWhereThereIsNone)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(412, R"({"code":"PreconditionFailed","message":"exists already"})");

    EXPECT_ERROR(create_zone(azure.client, kZone, {}, {}), ErrorCode::Conflict);

    EXPECT_EQ(azure.transport.requests.size(), 1U);
    EXPECT_EQ(azure.transport.requests[0].headers.find("If-None-Match"), "*");
}

TEST(PrivateZone, GivesAndTakesAddresses)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        201,
        R"({"name":"abc","properties":{"ttl":10,"fqdn":"abc.privatelink.blob.core.windows.net.","aRecords":[{"ipv4Address":"10.0.0.4"}]}})"
    );

    ASSERT_OK_AND_LET(
        const AddressRecord record,
        put_address(
            azure.client, kZone, {.name = "abc", .ttl_seconds = 10, .addresses = {"10.0.0.4"}}, {}
        )
    );

    EXPECT_EQ(record.addresses.at(0), "10.0.0.4");
    EXPECT_EQ(
        as_text(azure.transport.requests[0].body),
        R"({"properties":{"ttl":10,"aRecords":[{"ipv4Address":"10.0.0.4"}]}})"
    );
    EXPECT_TRUE(azure.asked(0).starts_with(
        "PUT /subscriptions/sub/resourceGroups/group/providers/Microsoft.Network/privateDnsZones/"
        "privatelink.blob.core.windows.net/A/abc?"
    ));
}

}  // namespace
}  // namespace starkeep::azure::dns
