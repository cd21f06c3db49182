// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"
#include "source/postgres/server_facts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starkeep::source::postgres {
namespace {

const Json kThen{
    {"system", "7001"},
    {"timeline", 3},
    {"database", 16384},
    {"next_xid", 5'000'000'000},
    {"lsn", 1000},
    {"recovery", false},
    {"started", "then"}
};

Json with(const std::string& key, const Json& value)
{
    Json changed = kThen;
    changed[key] = value;
    return changed;
}

TEST(History, GoesOnWhileTheServerRuns)
{
    Json now = with("lsn", 2000);
    now["next_xid"] = 5'000'000'001;

    EXPECT_TRUE(same_history(kThen, now));
}

TEST(History, IsAnotherWhenAnyOfItsMarksDiffers)
{
    const std::vector<Json> others{
        with("system", "7002"),
        with("timeline", 4),
        with("database", 16385),
        // While a server is down its storage can be rolled back; its own marks then catch up again.
        with("started", "later"),
        with("next_xid", 4'999'999'999),
        with("lsn", 999)
    };
    for (const Json& now : others) {
        EXPECT_FALSE(same_history(kThen, now)) << now.dump();
    }
}

TEST(History, IsUnknownWhenTheServerDoesNotTellWhoItIs)
{
    const Json silent = with("system", "");

    EXPECT_FALSE(same_history(silent, silent));
    EXPECT_FALSE(same_history(Json::object(), Json::object()));
    EXPECT_FALSE(same_history(Json{{"system", 5}, {"timeline", "3"}}, kThen));
}

}  // namespace
}  // namespace starkeep::source::postgres
