// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "repository/fixture_test.hpp"
#include "repository/maintenance.hpp"
#include "repository/maintenance_fixture_test.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/repository.hpp"
#include "repository/write_session.hpp"
#include "store/memory_store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace starkeep::repository {
namespace {

/// Three points of different rows; the entry of the second one is damaged.
struct DamagedLog {
    store::MemoryStore store;
    std::vector<PointId> points;

    DamagedLog()
    {
        const auto repository = new_repository(store);
        for (const unsigned number : {1U, 2U, 3U}) {
            const auto point = back_up(*repository, {number});
            EXPECT_TRUE(point.ok());
            points.push_back(*point);
        }
        Bytes object = *store.get(log_entry_name(2));
        object[object.size() / 2] ^= std::byte{1};
        store.overwrite(log_entry_name(2), object);
    }
};

std::vector<PointId> ids(const std::vector<Point>& points)
{
    std::vector<PointId> out;
    std::ranges::transform(points, std::back_inserter(out), &Point::id);
    return out;
}

TEST(DamagedLog, StillTellsTheOtherPointsWhichCanBeRead)
{
    DamagedLog damaged;
    const auto repository = open_repository(damaged.store);

    ASSERT_OK_AND_LET(const std::vector<Point> points, repository->points());

    EXPECT_EQ(ids(points), (std::vector{damaged.points[2], damaged.points[0]}));
    for (const Point& point : points) {
        EXPECT_OK(repository->read(point.databases[0].manifest, RecordType::Manifest));
    }
    EXPECT_EQ(repository->log_gaps().size(), 1U);
    EXPECT_ERROR(repository->require_whole_log(), ErrorCode::Corrupt);
}

TEST(DamagedLog, TakesNoBackupForgetOrPrune)
{
    DamagedLog damaged;
    const auto repository = open_repository(damaged.store);
    const std::vector<std::string> before = names_in(damaged.store, "");

    EXPECT_ERROR(WriteSession::begin(*repository), ErrorCode::Corrupt);
    EXPECT_ERROR(repository->forget({damaged.points[0]}), ErrorCode::Corrupt);
    EXPECT_ERROR(Maintenance(*repository).prune(false), ErrorCode::Corrupt);
    EXPECT_ERROR(Maintenance(*repository).prune(true), ErrorCode::Corrupt);

    EXPECT_EQ(names_in(damaged.store, ""), before);
}

TEST(DamagedLog, IsFoundByACheckThatCallsNoPackUnused)
{
    DamagedLog damaged;
    const auto repository = open_repository(damaged.store);

    const CheckReport report = check_everything(*repository);

    ASSERT_EQ(report.damages.size(), 1U);
    EXPECT_NE(report.damages[0].find(log_entry_name(2)), std::string::npos);
    EXPECT_EQ(report.log_gaps.size(), 1U);
    EXPECT_TRUE(report.damaged_points.empty());
    EXPECT_EQ(report.points, 2U);
    for (const std::string& note : report.notes) {
        EXPECT_EQ(note.find("a prune removes them"), std::string::npos) << note;
    }
}

TEST(Repair, LetsWritersGoOnAndRemovesNothing)
{
    DamagedLog damaged;
    const auto repository = open_repository(damaged.store);
    const std::size_t packs = names_in(damaged.store, "d/").size();
    ASSERT_OK_AND_LET(const RepairReport foretold, Maintenance(*repository).repair(true));
    EXPECT_EQ(names_in(damaged.store, "c/").size(), 3U);

    ASSERT_OK_AND_LET(const RepairReport report, Maintenance(*repository).repair(false));

    EXPECT_EQ(report.given_up.size(), 1U);
    EXPECT_EQ(report.points, 2U);
    EXPECT_GT(report.unused_packs, 0U);
    EXPECT_EQ(foretold.unused_packs, report.unused_packs);
    EXPECT_EQ(names_in(damaged.store, "d/").size(), packs);
    ASSERT_OK_AND_LET(const PointId fourth, back_up(*repository, {2, 4}));
    ASSERT_OK_AND_LET(const std::vector<Point> points, repository->points());
    EXPECT_EQ(ids(points), (std::vector{fourth, damaged.points[2], damaged.points[0]}));
    expect_sound(*repository, 3);
    ASSERT_OK_AND_LET(const PruneReport pruned, Maintenance(*repository).prune(false));
    EXPECT_EQ(pruned.packs_removed, report.unused_packs);
    expect_sound(*repository, 3);
}

TEST(Repair, OfAWholeLogDoesNothing)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK(back_up(*repository, {1}));

    ASSERT_OK_AND_LET(const RepairReport report, Maintenance(*repository).repair(false));

    EXPECT_TRUE(report.given_up.empty());
    EXPECT_EQ(names_in(store, "c/").size(), 1U);
}

TEST(Repair, RefusesToGiveUpMillionsOfEntriesForAForeignFile)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK(back_up(*repository, {1}));
    ASSERT_OK(store.put("c/ffffffffffffffff", as_bytes("none of ours")));

    EXPECT_ERROR(Maintenance(*repository).repair(false), ErrorCode::Corrupt);

    EXPECT_EQ(names_in(store, "c/").size(), 2U);
}

TEST(Repair, MakesWritersThatBeganBeforeItGiveUp)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK(back_up(*repository, {1}));
    ASSERT_OK_AND_LET(const auto session, WriteSession::begin(*repository));
    ASSERT_OK_AND_LET(const Point point, write_table(*session, {1, 2}));
    store.overwrite(log_entry_name(1), to_bytes("damaged"));
    const auto other = open_repository(store);
    ASSERT_OK(Maintenance(*other).repair(false));

    EXPECT_ERROR(session->commit(point), ErrorCode::Conflict);
}

TEST(Repair, KeepsLaterWritersFromReusingWhatALostEntryMayHaveSwept)
{
    DamagedLog damaged;
    const auto repository = open_repository(damaged.store);
    ASSERT_OK(Maintenance(*repository).repair(false));
    ASSERT_OK_AND_LET(const auto session, WriteSession::begin(*repository));

    // The rows of the lost point are there still, and yet they are stored anew.
    ASSERT_OK(write_table(*session, {2}));

    EXPECT_GE(session->totals().bytes_new, 3000U);
}

}  // namespace
}  // namespace starkeep::repository
