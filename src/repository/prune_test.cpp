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
#include "store/faulty_store.hpp"
#include "store/memory_store.hpp"
#include "store/store.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
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
    FakeClock clock(kStart);
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
    FakeClock clock(kStart);
    store::MemoryStore store(clock);
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(auto session, WriteSession::begin(*repository));
    ASSERT_OK_AND_LET(const Point point, write_table(*session, {1}));
    clock.advance(std::chrono::hours{25});

    ASSERT_OK(Maintenance(*repository).prune(false));

    EXPECT_ERROR(session->commit(point), ErrorCode::Conflict);
    expect_sound(*repository, 0);
}

/// Objects of a store at one moment, to begin from again.
class Snapshot {
public:
    explicit Snapshot(store::MemoryStore& store) : store_(store)
    {
        for (const std::string& name : names_in(store, "")) {
            objects_.emplace_back(name, *store.get(name));
        }
    }
    /// Heartbeats are a day older than all else.
    void bring_back(FakeClock& clock) const
    {
        for (const std::string& name : names_in(store_, "")) {
            EXPECT_TRUE(store_.remove(name).ok());
        }
        for (const bool is_heartbeat : {true, false}) {
            for (const auto& [name, content] : objects_) {
                if (name.starts_with(kHeartbeatPrefix) == is_heartbeat) {
                    store_.overwrite(name, content);
                }
            }
            clock.advance(std::chrono::hours{25});
        }
    }

private:
    store::MemoryStore& store_;
    std::vector<std::pair<std::string, Bytes>> objects_;
};

/// Whatever store operation is the last one that a prune does, nothing is lost and the next prune finishes.
TEST(Prune, MayCrashAtAnyOperation)
{
    FakeClock clock(kStart);
    store::MemoryStore memory(clock);
    store::FaultyStore store(memory);
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(const PointId first, back_up(*repository, {1}));
    ASSERT_OK(back_up(*repository, {2}));
    ASSERT_OK(repository->forget({first}));
    leave_dead_writer(*repository, memory, {3});
    const Snapshot snapshot(memory);
    for (const store::Act act :
         {store::Act::Put, store::Act::Remove, store::Act::List, store::Act::Get}) {
        for (std::uint64_t nth = 1;; ++nth) {
            SCOPED_TRACE(
                "act " + std::to_string(static_cast<int>(act)) + ", call " + std::to_string(nth)
            );
            ASSERT_LT(nth, 100);
            snapshot.bring_back(clock);
            const std::uint64_t before = store.calls(act);
            store.fail_from(act, nth, store::Fault::NoSpace);

            const bool finished = Maintenance(*repository).prune(false).ok();

            const bool reached = store.calls(act) >= before + nth;
            EXPECT_NE(finished, reached);
            store.heal();
            expect_sound(*repository, 1);
            ASSERT_OK(Maintenance(*repository).prune(false));
            expect_sound(*repository, 1);
            EXPECT_EQ(pack_count(memory), 3);
            EXPECT_TRUE(names_in(memory, kHeartbeatPrefix).empty());
            if (!reached) {
                break;
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

TEST(Prune, PutsManySmallIndexesTogetherAndLosesNoContentOfThem)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    constexpr unsigned kBackups = 20;
    for (unsigned number = 0; number < kBackups; ++number) {
        ASSERT_OK(back_up(*repository, {number}));
    }
    ASSERT_OK_AND_LET(const std::vector<Point> points, repository->points());
    ASSERT_OK(repository->forget({points.back().id}));
    ASSERT_EQ(names_in(store, kIndexPrefix).size(), kBackups);

    ASSERT_OK(Maintenance(*repository).prune(false));

    EXPECT_EQ(names_in(store, kIndexPrefix).size(), 1U);
    expect_sound(*repository, kBackups - 1);
    ASSERT_OK_AND_LET(const auto session, WriteSession::begin(*repository));
    const auto appender = session->appender();
    for (unsigned number = 1; number < kBackups; ++number) {
        ASSERT_OK(appender->add(RecordType::Chunk, text_of(number, 3000)));
    }
    EXPECT_EQ(session->totals().bytes_new, 0U);
}

TEST(Prune, LeavesAFewIndexesAndDamagedOnesAsTheyAre)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    for (unsigned number = 0; number < 3; ++number) {
        ASSERT_OK(back_up(*repository, {number}));
    }
    const std::vector<std::string> before = names_in(store, kIndexPrefix);
    store.overwrite(before[1], to_bytes("damaged"));

    ASSERT_OK(Maintenance(*repository).prune(false));

    EXPECT_EQ(names_in(store, kIndexPrefix), before);
}

}  // namespace starkeep::repository
