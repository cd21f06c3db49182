// SPDX-License-Identifier: Apache-2.0
// When a policy runs by itself: daily, weekly, monthly or yearly at a time of a time zone.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <string>

namespace starkeep::appliance {

enum class Every : std::uint8_t { Day, Week, Month, Year };

struct Schedule {
    Every every = Every::Day;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned weekday = 1;  ///< ISO 8601: Monday is 1; for Week
    unsigned day = 1;      ///< of the month; a month without it has its last; for Month and Year
    unsigned month = 1;    ///< for Year
    std::string timezone = "UTC";  ///< IANA name
};

/// {"every": "day"|"week"|"month"|"year", "at": "02:30", "weekday": "monday", "day": 1, "month": 1, "timezone": "UTC"}
/// Errors: InvalidInput naming the member, also for one that this kind of schedule does not use.
Result<Schedule> parse_schedule(const Json& body);
Json to_json(const Schedule& schedule);

}  // namespace starkeep::appliance
