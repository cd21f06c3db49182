// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "json/json.hpp"
#include "repository/fixture_test.hpp"
#include "repository/index.hpp"
#include "repository/key_slot.hpp"
#include "repository/keyring.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/repository.hpp"
#include "repository/write_session.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace starkeep::repository {
namespace {

using namespace std::chrono_literals;

constexpr WriteOptions kNoPause{.patience = {.retries = 3, .first_pause = 0ms}};

/// An open, empty repository.
struct Opened {
    ScriptedStore store{};
    std::unique_ptr<Repository> repository{};

    Opened()
    {
        KeySlot slot;
        slot.repository = id_of<RepositoryId>(1);
        slot.id = id_of<KeySlotId>(1);
        slot.cost = {.memory_kib = 8192, .passes = 1, .lanes = 1};
        EXPECT_OK(store.put(
            key_slot_name(slot.id), *seal_key_slot(slot, test_keyring().master, Secret("password"))
        ));
        repository = std::move(Repository::open(store, Secret("password"))).value();
    }
    std::unique_ptr<WriteSession> begin() const
    {
        return std::move(WriteSession::begin(*repository, kNoPause)).value();
    }
    /// Adds an entry to the log as another process would.
    void add_entry(const Json& members)
    {
        LogState log;
        EXPECT_OK(append_log(store, test_keyring(), log, [&](const LogState&) -> Result<Json> {
            return members;
        }));
    }
};

Reference add_chunk(Appender& appender, unsigned number)
{
    return *appender.add(RecordType::Chunk, text_of(number, 1000));
}

/// Flushes, then commits a point of these chunks.
Result<void> commit(
    WriteSession& session,
    Appender& appender,
    unsigned number,
    const std::vector<Reference>& chunks,
    bool trusted = true
)
{
    TRY_LET(
        const Reference manifest,
        appender.add(RecordType::Manifest, as_bytes("manifest " + std::to_string(number)))
    );
    TRY(appender.flush());
    std::set<PackId> packs;
    for (const Reference& chunk : chunks) {
        packs.insert(chunk.pack);
    }
    Point point = point_of(number, manifest, {packs.begin(), packs.end()});
    point.trusted = trusted;
    return session.commit(point);
}

TEST(WriteSession, MakesAPointVisibleAtOnceWithReadableContent)
{
    Opened opened;
    auto session = opened.begin();
    const auto appender = session->appender();
    const Reference chunk = add_chunk(*appender, 1);
    ASSERT_OK_AND_LET(const std::vector<Point> before, opened.repository->points());
    EXPECT_TRUE(before.empty());

    ASSERT_OK(commit(*session, *appender, 1, {chunk}));

    ASSERT_OK_AND_LET(const std::vector<Point> after, opened.repository->points());
    ASSERT_EQ(after.size(), 1U);
    ASSERT_OK_AND_LET(const Bytes plain, opened.repository->read(chunk, RecordType::Chunk));
    EXPECT_EQ(plain, text_of(1, 1000));
    EXPECT_EQ(names_in(opened.store, "w/").size(), 0U);
    EXPECT_EQ(names_in(opened.store, "i/").size(), 1U);
}

TEST(WriteSession, ListsPointsNewestFirst)
{
    Opened opened;
    for (unsigned number = 1; number <= 3; ++number) {
        auto session = opened.begin();
        const auto appender = session->appender();
        ASSERT_OK(commit(*session, *appender, number, {add_chunk(*appender, number)}));
    }

    ASSERT_OK_AND_LET(const std::vector<Point> points, opened.repository->points());

    ASSERT_EQ(points.size(), 3U);
    EXPECT_EQ(points[0].id, id_of<PointId>(3));
    EXPECT_EQ(points[2].id, id_of<PointId>(1));
}

TEST(WriteSession, StoresEqualContentOnceAcrossAppendersTypesApart)
{
    Opened opened;
    auto session = opened.begin();
    const auto one = session->appender();
    const auto other = session->appender();

    const Reference first = add_chunk(*one, 1);
    const Reference again = add_chunk(*other, 1);
    ASSERT_OK_AND_LET(const Reference segment, other->add(RecordType::Segment, text_of(1, 1000)));

    EXPECT_EQ(first, again);
    EXPECT_NE(segment.id, first.id);
    EXPECT_EQ(session->totals().bytes_new, 2000U);
    ASSERT_OK(other->flush());
    ASSERT_OK(commit(*session, *one, 1, {again}));
    EXPECT_OK(opened.repository->read(again, RecordType::Chunk));
}

TEST(WriteSession, ReusesWhatAnEarlierPointStored)
{
    const Opened opened;
    auto first = opened.begin();
    const auto first_appender = first->appender();
    const Reference stored = add_chunk(*first_appender, 1);
    ASSERT_OK(commit(*first, *first_appender, 1, {stored}));
    first.reset();

    auto second = opened.begin();
    const auto appender = second->appender();

    EXPECT_EQ(add_chunk(*appender, 1), stored);
    EXPECT_EQ(second->totals().bytes_new, 0U);
    EXPECT_EQ(second->totals().bytes_stored, 0U);
}

TEST(WriteSession, ReusesThePacksOfAWriterThatGaveUp)
{
    Opened opened;
    auto dying = opened.begin();
    const auto dying_appender = dying->appender();
    const Reference stored = add_chunk(*dying_appender, 1);
    ASSERT_OK(dying_appender->flush());
    const Reference lost = add_chunk(*dying_appender, 2);
    dying.reset();
    EXPECT_EQ(names_in(opened.store, "w/").size(), 0U);

    auto next = opened.begin();
    const auto appender = next->appender();

    EXPECT_EQ(add_chunk(*appender, 1), stored);
    EXPECT_NE(add_chunk(*appender, 2), lost);
    ASSERT_OK(commit(*next, *appender, 1, {stored}));
    // The index names the adopted pack as well, so that nobody reads its directory again.
    ASSERT_OK_AND_LET(
        const LoadedIndex loaded, load_index(opened.store, test_keyring(), LogState{}, 1000)
    );
    EXPECT_TRUE(loaded.unindexed.empty());
}

TEST(WriteSession, LetsTwoWritersCommitOneAfterTheOther)
{
    Opened opened;
    ASSERT_OK_AND_LET(const auto elsewhere, Repository::open(opened.store, Secret("password")));
    auto one = opened.begin();
    ASSERT_OK_AND_LET(const auto other, WriteSession::begin(*elsewhere, kNoPause));
    const auto one_appender = one->appender();
    const auto other_appender = other->appender();
    const Reference from_one = add_chunk(*one_appender, 1);
    const Reference from_other = add_chunk(*other_appender, 1);

    ASSERT_OK(commit(*other, *other_appender, 2, {from_other}));
    ASSERT_OK(commit(*one, *one_appender, 1, {from_one}));

    ASSERT_OK_AND_LET(const std::vector<Point> points, elsewhere->points());
    EXPECT_EQ(points.size(), 2U);
    EXPECT_OK(elsewhere->read(from_one, RecordType::Chunk));
    EXPECT_OK(elsewhere->read(from_other, RecordType::Chunk));
}

// What it built upon was distrusted meanwhile; that the distrusted point is forgotten again changes nothing.
TEST(WriteSession, DoesNotTrustAPointThatBeganBeforeADistrustedOne)
{
    Opened opened;
    const auto early = opened.begin();
    const auto early_appender = early->appender();
    const Reference from_early = add_chunk(*early_appender, 1);
    const auto finder = opened.begin();
    const auto finder_appender = finder->appender();
    ASSERT_OK(commit(*finder, *finder_appender, 2, {add_chunk(*finder_appender, 2)}, false));
    ASSERT_OK(opened.repository->forget({id_of<PointId>(2)}));

    ASSERT_OK(commit(*early, *early_appender, 1, {from_early}));
    const auto later = opened.begin();
    const auto later_appender = later->appender();
    ASSERT_OK(commit(*later, *later_appender, 3, {add_chunk(*later_appender, 3)}));

    ASSERT_OK_AND_LET(const std::vector<Point> points, opened.repository->points());
    ASSERT_EQ(points.size(), 2U);
    EXPECT_TRUE(points[0].trusted) << "began afterwards";
    EXPECT_FALSE(points[1].trusted);
}

TEST(WriteSession, RefusesToCommitWhenAPackWasSwept)
{
    Opened opened;
    auto session = opened.begin();
    const auto appender = session->appender();
    const Reference chunk = add_chunk(*appender, 1);
    opened.add_entry(sweep_entry({chunk.pack}, {}));

    EXPECT_ERROR(commit(*session, *appender, 1, {chunk}), ErrorCode::Conflict);

    ASSERT_OK_AND_LET(const std::vector<Point> points, opened.repository->points());
    EXPECT_TRUE(points.empty());
}

TEST(WriteSession, RefusesToCommitWhenItWasCountedAsDead)
{
    Opened opened;
    auto session = opened.begin();
    const auto appender = session->appender();
    const Reference chunk = add_chunk(*appender, 1);
    opened.add_entry(sweep_entry({}, {session->id()}));

    EXPECT_ERROR(commit(*session, *appender, 1, {chunk}), ErrorCode::Conflict);
}

TEST(WriteSession, DoesNotReuseWhatWasCondemnedBeforeItBegan)
{
    Opened opened;
    auto first = opened.begin();
    const auto first_appender = first->appender();
    const Reference stored = add_chunk(*first_appender, 1);
    ASSERT_OK(first_appender->flush());
    first.reset();
    opened.add_entry(condemn_entry({stored.pack}));

    auto second = opened.begin();
    const auto appender = second->appender();

    EXPECT_NE(add_chunk(*appender, 1).pack, stored.pack);
}

TEST(WriteSession, RefusesAPointWhosePacksAreStillOpenOrWereNeverPut)
{
    const Opened opened;
    auto session = opened.begin();
    const auto appender = session->appender();
    const auto dropped = session->appender();
    const Reference chunk = add_chunk(*dropped, 1);

    EXPECT_ERROR(commit(*session, *appender, 1, {chunk}), ErrorCode::InvalidInput);
    ASSERT_OK_AND_LET(
        const Reference manifest, appender->add(RecordType::Manifest, as_bytes("other"))
    );
    ASSERT_OK(appender->flush());
    Point nameless = point_of(1, manifest);
    nameless.databases[0].packs.clear();
    EXPECT_ERROR(session->commit(nameless), ErrorCode::InvalidInput);
}

TEST(WriteSession, OutlastsAStoreThatIsAwayForAMoment)
{
    Opened opened;
    auto session = opened.begin();
    const auto appender = session->appender();
    const Reference chunk = add_chunk(*appender, 1);
    int failures = 0;
    opened.store.on_put = [&](std::string_view name) {
        // The second failure of every kind is only said to be one.
        return (name.starts_with("d/") || name.starts_with("c/")) && ++failures % 3 != 0
                   ? ScriptedStore::
                         Fate{.done = failures % 3 == 2, .answer = Error{ErrorCode::Unavailable, "away"}}
                   : ScriptedStore::Fate{};
    };

    ASSERT_OK(commit(*session, *appender, 1, {chunk}));

    EXPECT_OK(opened.repository->read(chunk, RecordType::Chunk));
    ASSERT_OK_AND_LET(const std::vector<Point> points, opened.repository->points());
    EXPECT_EQ(points.size(), 1U);
}

TEST(WriteSession, FailsWhenTheStoreStaysAwayOrIsFull)
{
    for (const ErrorCode code : {ErrorCode::Unavailable, ErrorCode::NoSpace}) {
        Opened opened;
        auto session = opened.begin();
        const auto appender = session->appender();
        const Reference chunk = add_chunk(*appender, 1);
        int puts = 0;
        opened.store.on_put = [&](std::string_view) {
            ++puts;
            return ScriptedStore::Fate{.done = false, .answer = Error{code, "no"}};
        };

        EXPECT_ERROR(appender->flush(), code);
        EXPECT_EQ(puts, code == ErrorCode::Unavailable ? 4 : 1);
        opened.store.on_put = [](std::string_view) {
            return ScriptedStore::Fate{};
        };
        EXPECT_ERROR(commit(*session, *appender, 1, {chunk}), ErrorCode::InvalidInput);
    }
}

TEST(WriteSession, CommitsEvenWhenItsIndexCannotBePut)
{
    Opened opened;
    auto session = opened.begin();
    const auto appender = session->appender();
    opened.store.on_put = [](std::string_view name) {
        return name.starts_with("i/")
                   ? ScriptedStore::Fate{.done = false, .answer = Error{ErrorCode::NoSpace, "full"}}
                   : ScriptedStore::Fate{};
    };

    EXPECT_OK(commit(*session, *appender, 1, {add_chunk(*appender, 1)}));
}

TEST(WriteSession, RefusesARecordBeyond64MiB)
{
    const Opened opened;
    auto session = opened.begin();

    EXPECT_ERROR(
        session->appender()->add(RecordType::Chunk, Bytes((std::size_t{64} << 20U) + 1)),
        ErrorCode::Unsupported
    );
}

TEST(WriteSession, BeatsWhileItLives)
{
    Opened opened;
    std::atomic<int> beats{0};
    opened.store.on_put = [&](std::string_view name) {
        if (name.starts_with("w/") && ++beats == 4) {
            beats.notify_all();
        }
        return ScriptedStore::Fate{};
    };
    ASSERT_OK_AND_LET(auto session, WriteSession::begin(*opened.repository, {.heartbeat = 1ms}));

    for (int seen = beats; seen < 4; seen = beats) {
        std::this_thread::yield();
    }

    // The old beat goes after the new one is there: never none, never more than two.
    const std::vector<std::string> names = names_in(opened.store, "w/");
    EXPECT_GE(names.size(), 1U);
    EXPECT_LE(names.size(), 2U);
    session.reset();
    EXPECT_EQ(names_in(opened.store, "w/").size(), 0U);
}

/// 200 chunks, flushed after every 50th.
void add_in_flushes(Appender& appender, std::vector<Reference>& references)
{
    for (unsigned number = 0; number < 200; ++number) {
        references.push_back(add_chunk(appender, number));
        if (number % 50 == 49) {
            EXPECT_OK(appender.flush());
        }
    }
}

TEST(WriteSession, TakesRecordsFromManyThreadsAtOnce)
{
    Opened opened;
    auto session = opened.begin();
    std::vector<std::vector<Reference>> stored(4);
    {
        std::vector<std::jthread> threads;
        for (std::vector<Reference>& references : stored) {
            threads.emplace_back([&session, &references] {
                const auto appender = session->appender();
                add_in_flushes(*appender, references);
            });
        }
    }
    std::vector<Reference> all;
    for (const std::vector<Reference>& references : stored) {
        all.insert(all.end(), references.begin(), references.end());
    }
    const auto appender = session->appender();

    ASSERT_OK(commit(*session, *appender, 1, all));

    for (const std::vector<Reference>& references : stored) {
        ASSERT_OK_AND_LET(
            const std::vector<Bytes> contents,
            opened.repository->read_all(references, RecordType::Chunk)
        );
        for (unsigned number = 0; number < 200; ++number) {
            EXPECT_EQ(contents[number], text_of(number, 1000));
        }
    }
}

}  // namespace
}  // namespace starkeep::repository
