// SPDX-License-Identifier: Apache-2.0
#include "sys/clock.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::sys {

namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

class SystemClock final : public Clock {
public:
    sys_seconds now() const override
    {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }
};

constexpr sys_seconds kFirst = sys_days(std::chrono::year(0) / 1 / 1);
constexpr sys_seconds kLast = sys_days(std::chrono::year(10'000) / 1 / 1) - std::chrono::seconds(1);

// Each taker removes from the front of `rest` what it understood; nothing or 0 means that something else is there.

constexpr std::string_view kDigits = "0123456789";

std::optional<int> take_number(std::string_view& rest, std::size_t digits)
{
    const std::string_view text = rest.substr(0, digits);
    if (text.size() < digits || text.find_first_not_of(kDigits) != std::string_view::npos) {
        return std::nullopt;
    }
    int value = 0;
    for (const char digit : text) {
        value = value * 10 + (digit - '0');
    }
    rest.remove_prefix(digits);
    return value;
}

char take_one_of(std::string_view& rest, std::string_view wanted)
{
    if (rest.empty() || wanted.find(rest[0]) == std::string_view::npos) {
        return 0;
    }
    const char found = rest[0];
    rest.remove_prefix(1);
    return found;
}

std::optional<sys_days> take_date(std::string_view& rest)
{
    const std::optional<int> year = take_number(rest, 4);
    const bool first_dash = take_one_of(rest, "-") != 0;
    const std::optional<int> month = take_number(rest, 2);
    const bool second_dash = take_one_of(rest, "-") != 0;
    const std::optional<int> day = take_number(rest, 2);
    if (!year || !first_dash || !month || !second_dash || !day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(
        std::chrono::year(*year),
        std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(*day))
    );
    return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

std::optional<std::chrono::seconds> take_hours_and_minutes(std::string_view& rest)
{
    const std::optional<int> hour = take_number(rest, 2);
    const bool colon = take_one_of(rest, ":") != 0;
    const std::optional<int> minute = take_number(rest, 2);
    if (!hour || !colon || !minute || *hour > 23 || *minute > 59) {
        return std::nullopt;
    }
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute);
}

std::optional<std::chrono::seconds> take_time(std::string_view& rest)
{
    const std::optional<std::chrono::seconds> start = take_hours_and_minutes(rest);
    const bool colon = take_one_of(rest, ":") != 0;
    const std::optional<int> second = take_number(rest, 2);
    // 60 is a leap second; it counts as the first one of the next minute.
    if (!start || !colon || !second || *second > 60) {
        return std::nullopt;
    }
    if (take_one_of(rest, ".") != 0) {
        const std::size_t digits = std::min(rest.size(), rest.find_first_not_of(kDigits));
        if (digits == 0) {
            return std::nullopt;
        }
        rest.remove_prefix(digits);
    }
    return *start + std::chrono::seconds(*second);
}

std::optional<std::chrono::seconds> take_offset(std::string_view& rest)
{
    const char sign = take_one_of(rest, "Zz+-");
    if (sign == 'Z' || sign == 'z') {
        return std::chrono::seconds(0);
    }
    const std::optional<std::chrono::seconds> amount =
        sign == 0 ? std::nullopt : take_hours_and_minutes(rest);
    if (!amount) {
        return std::nullopt;
    }
    return sign == '+' ? *amount : -*amount;
}

}  // namespace

const Clock& system_clock()
{
    static const SystemClock kClock;
    return kClock;
}

std::string format_rfc3339(std::chrono::sys_seconds time)
{
    const sys_seconds shown = std::clamp(time, kFirst, kLast);
    const sys_days day = std::chrono::floor<std::chrono::days>(shown);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(shown - day);
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
}

Result<std::chrono::sys_seconds> parse_rfc3339(std::string_view text)
{
    std::string_view rest = text;
    const std::optional<sys_days> date = take_date(rest);
    const bool separator = take_one_of(rest, "Tt") != 0;
    const std::optional<std::chrono::seconds> time = take_time(rest);
    const std::optional<std::chrono::seconds> offset = take_offset(rest);
    if (!date || !separator || !time || !offset || !rest.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + std::string(text) + "\" is no time",
            "Write a time as in 2026-11-23T10:00:00Z."
        };
    }
    return sys_seconds(*date) + *time - *offset;
}

double Stopwatch::seconds() const
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

bool wait_for(std::stop_token stop, std::chrono::milliseconds duration)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace starkeep::sys
