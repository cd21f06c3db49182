// SPDX-License-Identifier: Apache-2.0
#include "azure/compute/catalog.hpp"
#include "fleet/vm_size_internal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starkeep::fleet {
namespace {

using ::testing::ElementsAre;

azure::compute::Size size(const std::string& name)
{
    azure::compute::Size one;
    one.name = name;
    one.family = "familyOf" + name;
    one.cores = 4;
    one.architecture = "x64";
    one.has_premium_disk = true;
    one.is_generation_2 = true;
    return one;
}

TEST(SizeChoice, KeepsTheOrderOfTheWishAndIgnoresCase)
{
    const SizeChoice choice =
        choose_sizes({"standard_b", "standard_a"}, {size("Standard_A"), size("Standard_B")}, {});

    EXPECT_THAT(choice.usable, ElementsAre("standard_b", "standard_a"));
    EXPECT_TRUE(choice.refused.empty());
}

TEST(SizeChoice, RefusesWhatTheQuotaOfFamilyOrRegionHasNoRoomFor)
{
    azure::compute::Usage family;
    family.name = "familyOfA";
    family.current = 8;
    family.limit = 10;
    azure::compute::Usage all;
    all.name = "cores";
    all.current = 100;
    all.limit = 100;

    EXPECT_THAT(
        choose_sizes({"A"}, {size("A")}, {family}).refused,
        ElementsAre("A: 2 of 4 cores left in quota familyOfA")
    );
    EXPECT_THAT(
        choose_sizes({"B"}, {size("B")}, {family, all}).refused,
        ElementsAre("B: 0 of 4 cores left in quota cores")
    );
}

TEST(SizeChoice, SaysWhyEachOtherSizeCannotBe)
{
    azure::compute::Size restricted = size("A");
    restricted.is_restricted = true;
    azure::compute::Size arm = size("B");
    arm.architecture = "Arm64";
    azure::compute::Size old = size("C");
    old.is_generation_2 = false;

    const SizeChoice choice = choose_sizes({"A", "B", "C", "D"}, {restricted, arm, old}, {});

    EXPECT_TRUE(choice.usable.empty());
    EXPECT_THAT(
        choice.refused,
        ElementsAre(
            "A: not on offer for this subscription",
            "B: its processor is Arm64, the worker needs x64",
            "C: it runs no generation 2 image",
            "D: not sold in this region"
        )
    );
}

}  // namespace
}  // namespace starkeep::fleet
