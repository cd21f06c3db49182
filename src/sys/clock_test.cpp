// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "sys/clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string_view>

namespace starkeep::sys {
namespace {

std::chrono::sys_seconds at(std::int64_t seconds)
{
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

TEST(Rfc3339, IsWrittenInUtc)
{
    EXPECT_EQ(format_rfc3339(at(0)), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_rfc3339(at(1'709'210'096)), "2024-02-29T12:34:56Z");
    EXPECT_EQ(format_rfc3339(at(-1)), "1969-12-31T23:59:59Z");
}

TEST(Rfc3339, IsClampedToYearsOfFourDigits)
{
    EXPECT_EQ(format_rfc3339(at(std::numeric_limits<std::int64_t>::max())), "9999-12-31T23:59:59Z");
    EXPECT_EQ(format_rfc3339(at(std::numeric_limits<std::int64_t>::min())), "0000-01-01T00:00:00Z");
}

TEST(Rfc3339, IsReadInEveryFormThatItAllows)
{
    for (const char* text :
         {"2024-02-29T12:34:56Z",
          "2024-02-29t12:34:56z",
          "2024-02-29T12:34:56.999Z",
          "2024-02-29T13:34:56+01:00",
          "2024-02-28T23:04:56-13:30",
          "2024-02-29T12:33:60.5-00:01"}) {
        SCOPED_TRACE(text);
        ASSERT_OK_AND_LET(const std::chrono::sys_seconds time, parse_rfc3339(text));
        const bool leap = std::string_view(text).find(":60") != std::string_view::npos;
        EXPECT_EQ(time, leap ? at(1'709'210'100) : at(1'709'210'096));
    }
}

TEST(Rfc3339, IsRefusedWhenAnythingIsAmiss)
{
    for (const char* text :
         {"",
          "2024-02-29",
          "2024-02-29T12:34:56",
          "2024-02-29 12:34:56Z",
          "2023-02-29T12:34:56Z",
          "2024-13-01T12:34:56Z",
          "2024-00-01T12:34:56Z",
          "2024-02-29T24:00:00Z",
          "2024-02-29T12:60:00Z",
          "2024-02-29T12:34:61Z",
          "2024-02-29T12:34:56.Z",
          "2024-02-29T12:34:56+1:00",
          "2024-02-29T12:34:56+24:00",
          "2024-02-29T12:34:56Zx",
          "+024-02-29T12:34:56Z"}) {
        SCOPED_TRACE(text);
        EXPECT_ERROR(parse_rfc3339(text), ErrorCode::InvalidInput);
    }
}

TEST(SystemClock, TellsATimeAfterThisWasWritten)
{
    EXPECT_GT(system_clock().now(), std::chrono::sys_days(std::chrono::year(2024) / 1 / 1));
}

TEST(Wait, LastsAsLongAsWanted)
{
    const Stopwatch watch;

    EXPECT_TRUE(wait_for({}, std::chrono::milliseconds(30)));

    EXPECT_GE(watch.seconds(), 0.03);
}

TEST(Wait, EndsWithAStopRequest)
{
    const std::stop_source stop;
    stop.request_stop();
    const Stopwatch watch;

    EXPECT_FALSE(wait_for(stop.get_token(), std::chrono::hours(1)));

    EXPECT_LT(watch.seconds(), 60);
}

}  // namespace
}  // namespace starkeep::sys
