// SPDX-License-Identifier: Apache-2.0
#include "source/sql_name.hpp"

#include <gtest/gtest.h>

namespace starkeep::source {
namespace {

TEST(SqlName, QuotesWhatSqlWouldFoldOrTakeForAKeyWord)
{
    EXPECT_EQ(sql_name("user", "users"), "\"user\".users");
    EXPECT_EQ(sql_name("my.x", "Order Lines"), "\"my.x\".\"Order Lines\"");
    EXPECT_EQ(sql_name("_a1", "say \"hi\""), "_a1.\"say \"\"hi\"\"\"");
}

}  // namespace
}  // namespace starkeep::source
