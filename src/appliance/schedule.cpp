// SPDX-License-Identifier: Apache-2.0
#include "appliance/schedule.hpp"

#include "appliance/fields.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::appliance {

namespace {

constexpr std::array<std::string_view, 4> kEvery = {"day", "week", "month", "year"};
constexpr std::array<std::string_view, 7> kWeekdays = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
};

template <std::size_t Count>
Result<unsigned> place_of(
    const std::array<std::string_view, Count>& words, std::string_view text, std::string_view member
)
{
    const auto* const found = std::ranges::find(words, text);
    if (found == words.end()) {
        return Error{
            ErrorCode::InvalidInput,
            "policy.schedule." + std::string(member) + " \"" + std::string(text) + "\" is not known"
        };
    }
    return static_cast<unsigned>(found - words.begin());
}

bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/// "02:30"
Result<void> read_time(std::string_view text, Schedule& schedule)
{
    const bool shaped = text.size() == 5 && text[2] == ':' && is_digit(text[0]) &&
                        is_digit(text[1]) && is_digit(text[3]) && is_digit(text[4]);
    if (shaped) {
        schedule.hour = static_cast<unsigned>(((text[0] - '0') * 10) + (text[1] - '0'));
        schedule.minute = static_cast<unsigned>(((text[3] - '0') * 10) + (text[4] - '0'));
    }
    if (!shaped || schedule.hour > 23 || schedule.minute > 59) {
        return Error{
            ErrorCode::InvalidInput,
            "policy.schedule.at \"" + std::string(text) + "\" is no time of day",
            "Write hours and minutes, as in \"02:30\"."
        };
    }
    return {};
}

bool is_zone_name(std::string_view text)
{
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-";
    return !text.empty() && text.size() <= 64 && text.front() != '/' &&
           text.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<unsigned> day_in(Fields& fields, std::string_view key, std::uint64_t most)
{
    TRY_LET(const std::optional<std::uint64_t> number, fields.number(key, most));
    if (number && *number == 0) {
        return Error{
            ErrorCode::InvalidInput, "policy.schedule." + std::string(key) + " counts from 1"
        };
    }
    return static_cast<unsigned>(number.value_or(1));
}

}  // namespace

Result<Schedule> parse_schedule(const Json& body)
{
    Schedule schedule;
    TRY_LET(Fields fields, Fields::of(body, "policy.schedule"));
    TRY_LET(const std::string every, fields.required("every"));
    TRY_LET(const unsigned place, place_of(kEvery, every, "every"));
    schedule.every = static_cast<Every>(place);
    TRY_LET(const std::string at, fields.required("at"));
    TRY(read_time(at, schedule));
    TRY_LET(const std::optional<std::string> zone, fields.text("timezone"));
    schedule.timezone = zone.value_or("UTC");
    if (!is_zone_name(schedule.timezone)) {
        return Error{
            ErrorCode::InvalidInput,
            "policy.schedule.timezone \"" + schedule.timezone + "\" is no name of a time zone",
            "Use names such as UTC or Europe/Berlin."
        };
    }
    if (schedule.every == Every::Week) {
        TRY_LET(const std::string weekday, fields.required("weekday"));
        TRY_LET(const unsigned found, place_of(kWeekdays, weekday, "weekday"));
        schedule.weekday = found + 1;
    }
    if (schedule.every == Every::Month || schedule.every == Every::Year) {
        TRY_LET(schedule.day, day_in(fields, "day", 31));
    }
    if (schedule.every == Every::Year) {
        TRY_LET(schedule.month, day_in(fields, "month", 12));
    }
    TRY(fields.finish());
    return schedule;
}

Json to_json(const Schedule& schedule)
{
    Json document = {
        {"every", std::string(kEvery.at(static_cast<std::size_t>(schedule.every)))},
        {"at", fmt::format("{:02}:{:02}", schedule.hour, schedule.minute)},
        {"timezone", schedule.timezone}
    };
    if (schedule.every == Every::Week) {
        document["weekday"] = std::string(kWeekdays.at(schedule.weekday - 1));
    }
    if (schedule.every == Every::Month || schedule.every == Every::Year) {
        document["day"] = schedule.day;
    }
    if (schedule.every == Every::Year) {
        document["month"] = schedule.month;
    }
    return document;
}

}  // namespace starkeep::appliance
