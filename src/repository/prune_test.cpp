// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/id.hpp"
#include "repository/maintenance.hpp"
#include "repository/maintenance_fixture_test.hpp"
#include "repository/names.hpp"
#include "repository/repository.hpp"
#include "repository/write_session.hpp"
#include "store/faulty_store.hpp"
#include "store/memory_store.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace starkeep::repository {

namespace {

constexpr std::chrono::sys_seconds kStart{std::chrono::seconds{1'800'000'000}};

std::size_t pack_count(store::Store& store)
{
    return names_in(store, kDataPrefix).size() + names_in(store, kMetadataPrefix).size();
}

/// A writer that was killed: its packs and its heartbeat are there, nobody beats any more.
void leave_dead_writer(
    Repository& repository, store::MemoryStore& store, const std::vector<unsigned>& rows
)
{
    std::string heartbeat;
    Bytes content;
    {
        const auto session = WriteSession::begin(repository);
        ASSERT_OK(session);
        ASSERT_OK(write_table(**session, rows));
        heartbeat = names_in(store, kHeartbeatPrefix).at(0);
        content = *store.get(heartbeat);
    }
    ASSERT_OK(store.put(heartbeat, content));
}

}  // namespace

TEST(Prune, RemovesPacksThatOnlyForgottenPointsUsed)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(const PointId first, back_up(*repository, {1}));
    ASSERT_OK(back_up(*repository, {2}));
    const std::size_t before = pack_count(store);
    ASSERT_OK(repository->forget({first}));

    ASSERT_OK_AND_LET(const PruneReport report, Maintenance(*repository).prune(false));

    // The definitions in the first data pack serve the second point too.
    EXPECT_EQ(report.packs_removed, 1);
    EXPECT_EQ(report.packs_kept, before - 1);
    EXPECT_EQ(pack_count(store), before - 1);
    EXPECT_GT(report.unused_bytes_in_kept_packs, 0);
    expect_sound(*repository, 1);
}

TEST(Prune, TellsTheSameWhenDryAndChangesNothing)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(const PointId point, back_up(*repository, {1}));
    ASSERT_OK(repository->forget({point}));
    const std::vector<std::string> before = names_in(store, "");

    ASSERT_OK_AND_LET(const PruneReport dry, Maintenance(*repository).prune(true));
    EXPECT_EQ(names_in(store, ""), before);
    ASSERT_OK_AND_LET(const PruneReport real, Maintenance(*repository).prune(false));

    EXPECT_EQ(dry.packs_removed, 2);
    EXPECT_EQ(real.packs_removed, dry.packs_removed);
    EXPECT_EQ(real.bytes_removed, dry.bytes_removed);
    EXPECT_EQ(pack_count(store), 0);
    EXPECT_TRUE(names_in(store, kIndexPrefix).empty());
}

TEST(Prune, WritesNothingWhenThereIsNothingToDo)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK(back_up(*repository, {1}));
    const std::vector<std::string> before = names_in(store, "");

    ASSERT_OK_AND_LET(const PruneReport report, Maintenance(*repository).prune(false));

    EXPECT_EQ(report.packs_removed, 0);
    EXPECT_EQ(names_in(store, ""), before);
}

TEST(Prune, WaitsWhileAWriterIsRunning)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(const PointId point, back_up(*repository, {1}));
    ASSERT_OK(repository->forget({point}));
    ASSERT_OK_AND_LET(auto session, WriteSession::begin(*repository));

    ASSERT_OK_AND_LET(const PruneReport waiting, Maintenance(*repository).prune(false));
    session.reset();
    ASSERT_OK_AND_LET(const PruneReport after, Maintenance(*repository).prune(false));

    EXPECT_EQ(waiting.packs_waiting, 2);
    EXPECT_EQ(waiting.packs_removed, 0);
    EXPECT_EQ(after.packs_removed, 2);
}

TEST(Prune, KeepsAnUnusedPackThatARunningWriterReuses)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(const PointId point, back_up(*repository, {1, 2}));
    ASSERT_OK(repository->forget({point}));
    ASSERT_OK_AND_LET(auto session, WriteSession::begin(*repository));
    ASSERT_OK_AND_LET(const Point reusing, write_table(*session, {1, 2}));
    ASSERT_EQ(session->totals().bytes_stored, 0);

    ASSERT_OK(Maintenance(*repository).prune(false));
    ASSERT_OK(session->commit(reusing));
    session.reset();
    ASSERT_OK_AND_LET(const PruneReport after, Maintenance(*repository).prune(false));

    EXPECT_EQ(after.packs_removed, 0);
    expect_sound(*repository, 1);
}

TEST(Prune, LeavesNothingCondemnedForALaterWriterToReuse)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(const PointId point, back_up(*repository, {1, 2}));
    ASSERT_OK(repository->forget({point}));
    ASSERT_OK_AND_LET(auto running, WriteSession::begin(*repository));
    ASSERT_OK(Maintenance(*repository).prune(false));
    running.reset();

    ASSERT_OK(back_up(*repository, {1, 2}));
    ASSERT_OK_AND_LET(const PruneReport after, Maintenance(*repository).prune(false));

    EXPECT_EQ(after.packs_removed, 2);
    expect_sound(*repository, 1);
}

TEST(Prune, RemovesPacksOfAWriterThatIsSilentForADay)
{
    testing::FakeClock clock(kStart);
    store::MemoryStore store(clock);
    const auto repository = new_repository(store);
    leave_dead_writer(*repository, store, {1});

    clock.advance(std::chrono::hours{23});
    ASSERT_OK_AND_LET(const PruneReport early, Maintenance(*repository).prune(false));
    clock.advance(std::chrono::hours{2});
    ASSERT_OK_AND_LET(const PruneReport late, Maintenance(*repository).prune(false));

    EXPECT_EQ(early.packs_removed, 0);
    EXPECT_EQ(early.packs_waiting, 2);
    EXPECT_EQ(late.packs_removed, 2);
    EXPECT_EQ(pack_count(store), 0);
    EXPECT_TRUE(names_in(store, kHeartbeatPrefix).empty());
}

TEST(Prune, RefusesTheCommitOfAWriterThatItCountedAsDead)
{
    testing::FakeClock clock(kStart);
    store::MemoryStore store(clock);
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(auto session, WriteSession::begin(*repository));
    ASSERT_OK_AND_LET(const Point point, write_table(*session, {1}));
    clock.advance(std::chrono::hours{25});

    ASSERT_OK(Maintenance(*repository).prune(false));

    EXPECT_ERROR(session->commit(point), ErrorCode::Conflict);
    expect_sound(*repository, 0);
}

/// Whatever store operation is the last one that a prune does, nothing is lost and the next prune finishes.
TEST(Prune, MayCrashAfterAnyOperation)
{
    for (const store::Act act :
         {store::Act::Put, store::Act::Remove, store::Act::List, store::Act::Get}) {
        for (const store::Fault fault : {store::Fault::Unavailable, store::Fault::LostAnswer}) {
            bool crashed = true;
            for (std::uint64_t nth = 1; crashed; ++nth) {
                SCOPED_TRACE(
                    "act " + std::to_string(static_cast<int>(act)) + ", call " + std::to_string(nth)
                );
                ASSERT_LT(nth, 100);
                testing::FakeClock clock(kStart);
                store::MemoryStore memory(clock);
                store::FaultyStore store(memory);
                const auto repository = new_repository(store);
                ASSERT_OK_AND_LET(const PointId first, back_up(*repository, {1}));
                ASSERT_OK(back_up(*repository, {2}));
                ASSERT_OK(repository->forget({first}));
                leave_dead_writer(*repository, memory, {3});
                clock.advance(std::chrono::hours{25});

                // A dead process does nothing more at all; no retry helps it.
                store.fail_from(act, nth, store::Fault::NoSpace);
                if (fault == store::Fault::LostAnswer) {
                    store.heal();
                    store.fail_nth(act, nth, fault);
                }
                const std::uint64_t calls_before = store.calls(act);
                static_cast<void>(Maintenance(*repository).prune(false).ok());
                crashed = store.calls(act) >= calls_before + nth;
                store.heal();

                const auto reopened = open_repository(memory);
                expect_sound(*reopened, 1);
                ASSERT_OK(Maintenance(*reopened).prune(false));
                expect_sound(*reopened, 1);
                EXPECT_EQ(pack_count(memory), 3);
                EXPECT_TRUE(names_in(memory, kHeartbeatPrefix).empty());
            }
        }
    }
}

TEST(Statistics, SumUpWhatTheStoreHolds)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK(back_up(*repository, {1, 2}));
    ASSERT_OK(back_up(*repository, {1, 2}));
    ASSERT_OK_AND_LET(const auto objects, store.list(""));
    std::uint64_t stored = 0;
    for (const store::ObjectInfo& object : objects) {
        stored += object.size_bytes;
    }

    ASSERT_OK_AND_LET(const Statistics statistics, Maintenance(*repository).statistics());

    EXPECT_EQ(statistics.points, 2);
    EXPECT_EQ(statistics.packs, pack_count(store));
    EXPECT_EQ(statistics.stored_bytes, stored);
    EXPECT_EQ(statistics.logical_bytes, 4 * 3000);
    EXPECT_GT(statistics.data_bytes, 0);
    EXPECT_LT(statistics.data_bytes + statistics.metadata_bytes, stored);
}

}  // namespace starkeep::repository
