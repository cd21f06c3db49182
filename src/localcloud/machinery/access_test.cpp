// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/access.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/fabric.hpp"

#include <gtest/gtest.h>

namespace starkeep::localcloud {
namespace {

const Caller kStranger{.address = {0xC6120005U}};  // 198.18.0.5

Caller machine(std::vector<std::string> service_endpoints)
{
    return {
        .address = {0x0A320004U},
        .subnet =
            SubnetFact{
                .id = "/subnet",
                .network = "/network",
                .address_prefix = "10.50.0.0/24",
                .service_endpoints = std::move(service_endpoints)
            }
    };
}

TEST(AccessRules, LetEverybodyInByDefault)
{
    EXPECT_TRUE(is_allowed({}, kStranger));
    EXPECT_TRUE(is_allowed({}, machine({})));
}

TEST(AccessRules, LetNobodyInWhenNotPublic)
{
    const AccessRules rules{
        .is_public = false, .allowed_addresses = {"198.18.0.5"}, .allowed_subnets = {"/subnet"}
    };

    EXPECT_FALSE(is_allowed(rules, kStranger));
    EXPECT_FALSE(is_allowed(rules, machine({"Microsoft.Storage"})));
}

TEST(AccessRules, LetInNamedAddressesAndSubnetsWithServiceEndpoint)
{
    const AccessRules rules{
        .allows_by_default = false,
        .allowed_addresses = {"198.18.0.0/24"},
        .allowed_subnets = {"/subnet"}
    };

    EXPECT_TRUE(is_allowed(rules, kStranger));
    EXPECT_TRUE(is_allowed(rules, machine({"Microsoft.Storage"})));
    EXPECT_FALSE(is_allowed(rules, machine({})));
    EXPECT_FALSE(is_allowed(rules, {.address = {0xC6130005U}}));
}

}  // namespace
}  // namespace starkeep::localcloud
