// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/table_weights.hpp"
#include "source/writer.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

Placement
table(const std::string& name, std::uint64_t mib, const std::vector<std::string>& ancestors)
{
    Placement placement;
    placement.object.name = name;
    placement.object.kind = "table";
    placement.object.estimated_bytes = mib * 1024 * 1024;
    placement.object.facts = {{"partition_of", ancestors}};
    placement.target = name;
    return placement;
}

QualifiedName name(const std::string& table)
{
    return {.schema = "s", .name = table};
}

TEST(TableWeights, AddUpPartitionsForEveryTableAboveThemAndKnowWhatIsLockedWithIt)
{
    ASSERT_OK_AND_LET(
        const TableWeights weights,
        TableWeights::of(
            {table("s.leaf", 5, {"s.half", "s.root"}),
             table("s.other", 2, {"s.root"}),
             table("s.plain", 7, {})}
        )
    );

    EXPECT_EQ(weights.weight(name("root")), 7);
    EXPECT_EQ(weights.weight(name("half")), 5);
    EXPECT_EQ(weights.weight(name("plain")), 7);
    EXPECT_EQ(weights.weight(name("unknown")), 0);
    EXPECT_THAT(
        weights.with_partitions(name("root")),
        testing::UnorderedElementsAre(name("root"), name("half"), name("leaf"), name("other"))
    );
    EXPECT_THAT(weights.with_partitions(name("plain")), testing::ElementsAre(name("plain")));
}

}  // namespace
}  // namespace starkeep::source::postgres
