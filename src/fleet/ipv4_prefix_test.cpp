// SPDX-License-Identifier: Apache-2.0
#include "fleet/ipv4_prefix.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {
namespace {

Ipv4Prefix prefix(std::string_view text)
{
    const std::optional<Ipv4Prefix> parsed = Ipv4Prefix::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Ipv4Prefix::parse("0.0.0.0/0").value());
}

std::string first_free(std::string_view pool, unsigned length, const std::vector<Ipv4Prefix>& taken)
{
    const std::optional<Ipv4Prefix> free = prefix(pool).first_free(length, taken);
    return free ? free->text() : "none";
}

TEST(Ipv4Prefix, IsReadOnlyWhenItIsOne)
{
    EXPECT_EQ(prefix("10.1.2.0/24").text(), "10.1.2.0/24");
    EXPECT_EQ(prefix("0.0.0.0/0").last(), 0xFFFFFFFFU);
    for (const std::string_view wrong :
         {"",
          "10.1.2.0",
          "10.1.2.1/24",
          "10.1.2.0/33",
          "10.1.2/24",
          "10.1.2.0.0/24",
          "256.0.0.0/8",
          "10.1.2.0/",
          "10..2.0/24",
          "fd00::/8",
          "10.1.2.0/24 ",
          "+10.1.2.0/24",
          "1000.0.0.0/8"}) {
        EXPECT_FALSE(Ipv4Prefix::parse(wrong)) << wrong;
    }
}

TEST(Ipv4Prefix, MeetsWhatSharesAnAddressWithIt)
{
    EXPECT_TRUE(prefix("10.0.0.0/8").meets(prefix("10.255.255.0/24")));
    EXPECT_TRUE(prefix("10.255.255.0/24").meets(prefix("10.0.0.0/8")));
    EXPECT_FALSE(prefix("10.0.0.0/24").meets(prefix("10.0.1.0/24")));
}

TEST(Ipv4Prefix, IsPrivateOnlyWhollyInsideTheStretchesOfRfc1918)
{
    EXPECT_TRUE(prefix("172.16.0.0/12").is_private());
    EXPECT_FALSE(prefix("172.0.0.0/8").is_private());
    EXPECT_FALSE(prefix("11.0.0.0/16").is_private());
    EXPECT_TRUE(is_private_ipv4("192.168.7.1"));
    EXPECT_FALSE(is_private_ipv4("192.169.7.1"));
    EXPECT_FALSE(is_private_ipv4("::1"));
}

TEST(Ipv4Prefix, FindsTheFirstFreeStretch)
{
    EXPECT_EQ(first_free("10.233.0.0/16", 24, {}), "10.233.0.0/24");
    EXPECT_EQ(
        first_free("10.233.0.0/16", 24, {prefix("10.233.0.0/25"), prefix("10.233.1.0/24")}),
        "10.233.2.0/24"
    );
    EXPECT_EQ(first_free("10.233.0.0/16", 24, {prefix("10.233.0.0/17")}), "10.233.128.0/24");
    EXPECT_EQ(first_free("10.233.0.0/16", 24, {prefix("10.0.0.0/8")}), "none");
    EXPECT_EQ(first_free("0.0.0.0/0", 24, {prefix("0.0.0.0/0")}), "none");
    EXPECT_EQ(first_free("10.233.0.0/24", 24, {prefix("10.232.0.0/16")}), "10.233.0.0/24");
}

}  // namespace
}  // namespace starkeep::fleet
