// SPDX-License-Identifier: Apache-2.0
#include "http/date.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::http {

namespace {

constexpr std::array<std::string_view, 7> kWeekdays{
    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
};
constexpr std::array<std::string_view, 12> kMonths{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};
/// What stands for digits is a zero.
constexpr std::string_view kShape = "xxx, 00 xxx 0000 00:00:00 GMT";

bool has_shape(std::string_view text)
{
    return text.size() == kShape.size() &&
           std::ranges::equal(text, kShape, [](char given, char wanted) {
               if (wanted == '0') {
                   return given >= '0' && given <= '9';
               }
               return wanted == 'x' || given == wanted;
           });
}

/// Only digits stand there: `has_shape` has looked.
unsigned number(std::string_view digits)
{
    unsigned value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::optional<std::chrono::sys_seconds> find_time(std::string_view text)
{
    if (!has_shape(text)) {
        return std::nullopt;
    }
    const auto* const month_name = std::ranges::find(kMonths, text.substr(8, 3));
    const unsigned hour = number(text.substr(17, 2));
    const unsigned minute = number(text.substr(20, 2));
    const unsigned second = number(text.substr(23, 2));
    const auto month_number = static_cast<unsigned>(month_name - kMonths.begin()) + 1;
    const std::chrono::year_month_day date{
        std::chrono::year(static_cast<int>(number(text.substr(12, 4)))),
        std::chrono::month(month_number),
        std::chrono::day(number(text.substr(5, 2)))
    };
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

}  // namespace

std::string format_http_date(std::chrono::sys_seconds time)
{
    const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        kWeekdays.at(std::chrono::weekday(day).c_encoding()),
        static_cast<unsigned>(date.day()),
        kMonths.at(static_cast<unsigned>(date.month()) - 1),
        static_cast<int>(date.year()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
}

Result<std::chrono::sys_seconds> parse_http_date(std::string_view text)
{
    const std::optional<std::chrono::sys_seconds> time = find_time(text);
    if (!time) {
        return Error{
            ErrorCode::InvalidInput, "\"" + std::string(text.substr(0, 64)) + "\" is no HTTP date"
        };
    }
    return *time;
}

}  // namespace starkeep::http
