// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "localcloud/machinery/address.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

namespace starkeep::localcloud {
namespace {

TEST(Address, IsReadAndWrittenAlike)
{
    ASSERT_OK_AND_LET(const Address address, parse_address("168.63.129.16"));

    EXPECT_EQ(address, kResolverAddress);
    EXPECT_EQ(address.text(), "168.63.129.16");
    EXPECT_EQ(kMetadataAddress.text(), "169.254.169.254");
    EXPECT_EQ(kControlAddress.text(), "203.0.113.10");
}

TEST(Address, RefusesWhatIsNoAddress)
{
    for (const char* text :
         {"",
          "10.0.0",
          "10.0.0.0.0",
          "10.0.0.256",
          "10.0.0.01",
          "10.0.0.-1",
          "a.b.c.d",
          "10..0.1",
          "10.0.0.1 ",
          "99999999999.0.0.1"}) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(parse_address(text), ErrorCode::InvalidInput);
    }
}

TEST(Prefix, KnowsItsMembersItsRouterAndItsEnd)
{
    ASSERT_OK_AND_LET(const Prefix prefix, parse_prefix("10.50.1.77/24"));

    EXPECT_EQ(prefix.text(), "10.50.1.0/24");
    EXPECT_EQ(prefix.gateway().text(), "10.50.1.1");
    EXPECT_EQ(prefix.last().text(), "10.50.1.255");
    EXPECT_TRUE(prefix.contains(parse_address("10.50.1.255").value()));
    EXPECT_FALSE(prefix.contains(parse_address("10.50.2.0").value()));
}

TEST(Prefix, ContainsSmallerOnesOnly)
{
    ASSERT_OK_AND_LET(const Prefix wide, parse_prefix("10.50.0.0/16"));
    ASSERT_OK_AND_LET(const Prefix narrow, parse_prefix("10.50.3.0/24"));
    ASSERT_OK_AND_LET(const Prefix all, parse_prefix("0.0.0.0/0"));

    EXPECT_TRUE(wide.contains(narrow));
    EXPECT_FALSE(narrow.contains(wide));
    EXPECT_TRUE(all.contains(wide));
}

TEST(Prefix, OfABareAddressHoldsThatAlone)
{
    ASSERT_OK_AND_LET(const Prefix single, parse_prefix("10.0.0.4"));

    EXPECT_EQ(single.length, 32U);
    EXPECT_EQ(single.first, single.last());
    EXPECT_ERROR(parse_prefix("10.0.0.0/33"), ErrorCode::InvalidInput);
    EXPECT_ERROR(parse_prefix("10.0.0.0/"), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace starkeep::localcloud
