// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http/date.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace starkeep::http {
namespace {

TEST(HttpDate, ComesBackAsItWasWritten)
{
    const std::chrono::sys_seconds time{std::chrono::seconds(1'790'000'043)};

    EXPECT_EQ(format_http_date(time), "Mon, 21 Sep 2026 14:14:03 GMT");
    ASSERT_OK_AND_LET(const auto parsed, parse_http_date(format_http_date(time)));
    EXPECT_EQ(parsed, time);
}

TEST(HttpDate, RefusesWhatIsNoFixedDate)
{
    for (const std::string text :
         {"",
          "Mon, 31 Feb 2026 14:14:03 GMT",
          "Mon, 21 Sep 2026 25:34:03 GMT",
          "Mon, 21 Sxp 2026 14:14:03 GMT",
          "Monday, 21-Sep-26 14:14:03 GMT",
          "Mon, 2x Sep 2026 14:14:03 GMT"}) {
        EXPECT_ERROR(parse_http_date(text), ErrorCode::InvalidInput);
    }
}

}  // namespace
}  // namespace starkeep::http
