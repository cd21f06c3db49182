// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/id.hpp"
#include "engine/points.hpp"
#include "repository/model.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace starkeep::engine {
namespace {

repository::Point point(const std::string& id, const std::string& source, const std::string& time)
{
    repository::Point made;
    made.id = PointId::from_hex(id + std::string(32 - id.size(), '0')).value();
    made.source = source;
    made.time = time;
    return made;
}

std::vector<std::string> times(const std::vector<repository::Point>& points)
{
    std::vector<std::string> out;
    for (const repository::Point& one : points) {
        out.push_back(one.time);
    }
    return out;
}

const std::string kShop = "postgresql://ann@db/shop";
const std::string kBank = "postgresql://ann@db/bank";

TEST(SelectPoint, TakesTheNewestForLatest)
{
    const std::vector<repository::Point> points{
        point("bb", kShop, "2026-11-02T00:00:00Z"), point("aa", kShop, "2026-11-01T00:00:00Z")
    };

    ASSERT_OK_AND_LET(const repository::Point chosen, select_point(points, "latest", std::nullopt));

    EXPECT_EQ(chosen.time, "2026-11-02T00:00:00Z");
}

TEST(SelectPoint, RefusesLatestAmongSeveralSourcesAndNamesThem)
{
    const std::vector<repository::Point> points{point("bb", kShop, "t"), point("aa", kBank, "t")};

    const auto chosen = select_point(points, "latest", std::nullopt);

    EXPECT_ERROR(chosen, ErrorCode::InvalidInput);
    EXPECT_THAT(
        chosen.error().text(), testing::AllOf(testing::HasSubstr(kShop), testing::HasSubstr(kBank))
    );
}

TEST(SelectPoint, TakesTheLatestOfTheNamedSource)
{
    const std::vector<repository::Point> points{point("bb", kShop, "t"), point("aa", kBank, "t")};

    ASSERT_OK_AND_LET(const repository::Point chosen, select_point(points, "latest", kBank));

    EXPECT_EQ(chosen.source, kBank);
}

TEST(SelectPoint, TakesAUniquePrefixAndRefusesAnAmbiguousOne)
{
    const std::vector<repository::Point> points{
        point("abcd1", kShop, "t"), point("abcd2", kShop, "t")
    };

    EXPECT_OK(select_point(points, "abcd1", std::nullopt));
    EXPECT_ERROR(select_point(points, "abcd", std::nullopt), ErrorCode::InvalidInput);
}

TEST(SelectPoint, DoesNotFindAnUnknownShortOrEmptyName)
{
    const std::vector<repository::Point> points{point("abcd1", kShop, "t")};

    for (const char* name : {"abcd2", "abc", ""}) {
        EXPECT_ERROR(select_point(points, name, std::nullopt), ErrorCode::NotFound);
    }
    EXPECT_ERROR(select_point({}, "latest", std::nullopt), ErrorCode::NotFound);
}

TEST(IsOfSource, TakesTheUrlOrAPartThatBeginsAtABorder)
{
    const repository::Point shop = point("aa", kShop, "t");

    EXPECT_TRUE(is_of_source(shop, kShop));
    EXPECT_TRUE(is_of_source(shop, "db/shop"));
    EXPECT_TRUE(is_of_source(shop, "shop"));
    EXPECT_TRUE(is_of_source(shop, "/shop"));
    EXPECT_FALSE(is_of_source(shop, "hop"));
    EXPECT_FALSE(is_of_source(shop, ""));
}

TEST(PlanRetention, KeepsTheNewestOfEachDayWeekMonthAndYear)
{
    const std::vector<repository::Point> points{
        point("1", kShop, "2026-03-02T10:00:00Z"),  // Monday
        point("2", kShop, "2026-03-02T09:00:00Z"),
        point("3", kShop, "2026-03-01T10:00:00Z"),  // Sunday
        point("4", kShop, "2026-02-20T10:00:00Z"),
        point("5", kShop, "2025-12-31T10:00:00Z"),
    };
    struct Case {
        const char* name;
        Retention rule;
        std::vector<std::size_t> kept;
    };
    const std::vector<Case> cases{
        {"last", {.last = 2}, {0, 1}},
        {"daily", {.daily = 2}, {0, 2}},
        {"weekly", {.weekly = 2}, {0, 2}},
        {"monthly", {.monthly = 2}, {0, 3}},
        {"yearly", {.yearly = 5}, {0, 4}},
        {"any rule is enough", {.last = 1, .yearly = 2}, {0, 4}},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        std::vector<std::string> expected;
        for (const std::size_t i : one.kept) {
            expected.push_back(points[i].time);
        }

        const RetentionPlan plan = plan_retention(points, one.rule);

        EXPECT_EQ(times(plan.keep), expected);
        EXPECT_EQ(plan.keep.size() + plan.forget.size(), points.size());
    }
}

TEST(PlanRetention, TakesTheListsOrderForPointsOfOneSecond)
{
    const std::vector<repository::Point> points{
        point("1", kShop, "2026-03-01T10:00:00Z"),
        point("3", kShop, "2026-03-02T10:00:00Z"),
        point("2", kShop, "2026-03-02T10:00:00Z"),
        point("4", kShop, "2026-03-02T10:00:00Z"),
    };

    const RetentionPlan plan = plan_retention(points, {.last = 1});

    ASSERT_EQ(plan.keep.size(), 1U);
    EXPECT_EQ(plan.keep[0].id, points[1].id);
}

TEST(PlanRetention, CountsEachSourceByItself)
{
    const std::vector<repository::Point> points{
        point("1", kShop, "2026-03-02T10:00:00Z"),
        point("2", kShop, "2026-03-01T10:00:00Z"),
        point("3", kBank, "2020-01-01T10:00:00Z")
    };

    const RetentionPlan plan = plan_retention(points, {.last = 1});

    EXPECT_THAT(times(plan.keep), testing::UnorderedElementsAre(points[0].time, points[2].time));
}

TEST(PlanRetention, KeepsAPointWhoseTimeCannotBeRead)
{
    const RetentionPlan plan = plan_retention({point("1", kShop, "yesterday")}, {.daily = 1});

    EXPECT_THAT(plan.forget, testing::IsEmpty());
}

}  // namespace
}  // namespace starkeep::engine
