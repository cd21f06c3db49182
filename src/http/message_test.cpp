// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include <gtest/gtest.h>

namespace starkeep::http {
namespace {

TEST(Headers, AreFoundWhateverTheCaseOfTheirNames)
{
    const Headers headers{{"Retry-After", "3"}};

    EXPECT_EQ(headers.find("retry-after"), "3");
    EXPECT_FALSE(headers.find("retry").has_value());
}

TEST(Headers, SetReplacesEveryFieldOfTheName)
{
    Headers headers{{"x-ms-date", "1"}, {"X-MS-Date", "2"}, {"Accept", "*/*"}};

    headers.set("X-Ms-Date", "3");

    EXPECT_EQ(headers.fields().size(), 2U);
    EXPECT_EQ(headers.find("x-ms-date"), "3");
}

}  // namespace
}  // namespace starkeep::http
