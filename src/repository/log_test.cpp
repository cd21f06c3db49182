// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "repository/fixture_test.hpp"
#include "repository/keyring.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/ordered_fetch.hpp"
#include "repository/patient_put.hpp"
#include "repository/sealed_object.hpp"
#include "store/faulty_store.hpp"
#include "store/memory_store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::repository {
namespace {

using namespace std::chrono_literals;

constexpr Patience kNoPause{.retries = 3, .first_pause = 0ms};

Reference manifest_in(unsigned pack)
{
    return {
        .pack = id_of<PackId>(pack),
        .offset = 44,
        .stored_bytes = 70,
        .plain_bytes = 10,
        .id = id_of<ContentId>(pack)
    };
}

/// A log in a memory store, written entry by entry.
struct TestLog {
    Keyring keyring = test_keyring();
    store::MemoryStore store{};
    LogState state{};

    Result<void> add(const Json& members)
    {
        return append_log(store, keyring, state, [&](const LogState&) -> Result<Json> {
            return members;
        });
    }
    Result<void> add_point(unsigned number, unsigned pack)
    {
        return add(point_entry(point_of(number, manifest_in(pack)), id_of<SessionId>(number)));
    }
    Result<LogState> reread()
    {
        LogState fresh;
        TRY(read_log(store, keyring, fresh));
        return fresh;
    }
    /// Puts an entry as a writer with the keys but without manners would.
    void forge(std::uint64_t sequence, const Json& entry)
    {
        const std::string name = log_entry_name(sequence);
        store.overwrite(
            name, seal_object(keyring, ObjectKind::LogEntry, name, as_bytes(json::format(entry)))
        );
    }
};

Json raw_entry(std::uint64_t sequence, const codec::Hash256& previous, const Json& members)
{
    Json entry = {
        {"sequence", sequence}, {"previous", to_hex(previous)}, {"time", "2026-11-23T10:00:00Z"}
    };
    entry.update(members);
    return entry;
}

TEST(Log, TellsPointsWithAllThatIsSaidOfThem)
{
    TestLog log;
    const Point written = point_of(1, manifest_in(2), {id_of<PackId>(3)});
    ASSERT_OK(log.add(point_entry(written, id_of<SessionId>(4))));

    ASSERT_OK_AND_LET(const LogState read, log.reread());

    ASSERT_EQ(read.points.size(), 1U);
    const Point& point = read.points[0];
    EXPECT_EQ(point.id, written.id);
    EXPECT_EQ(point.source, written.source);
    EXPECT_EQ(point.kind, written.kind);
    EXPECT_EQ(point.time, written.time);
    EXPECT_EQ(point.labels, written.labels);
    EXPECT_EQ(point.consistency, written.consistency);
    EXPECT_TRUE(point.trusted);
    EXPECT_EQ(point.rows, 1U);
    EXPECT_EQ(point.objects, 2U);
    EXPECT_EQ(point.bytes_read, 3U);
    EXPECT_EQ(point.bytes_new, 4U);
    EXPECT_EQ(point.bytes_stored, std::uint64_t{1} << 40U);
    EXPECT_EQ(point.databases.front().generation, 5U);
    ASSERT_EQ(point.databases.size(), 1U);
    EXPECT_EQ(point.databases[0].name, "shop");
    EXPECT_EQ(point.databases[0].manifest, manifest_in(2));
    EXPECT_EQ(point.databases[0].packs, (std::vector{id_of<PackId>(3), id_of<PackId>(2)}));
    EXPECT_EQ(read.sequence, 1U);
}

TEST(Log, TakesTrustFromThePointsOfASourceBeforeOneThatIsNotTrustedForgottenOrNot)
{
    TestLog log;
    const auto add = [&](std::uint8_t number, const std::string& source, bool trusted) {
        Point point = point_of(number, manifest_in(number), {id_of<PackId>(number)});
        point.source = source;
        point.trusted = trusted;
        return log.add(point_entry(point, id_of<SessionId>(number)));
    };
    ASSERT_OK(add(1, "one", true));
    ASSERT_OK(add(2, "other", true));
    ASSERT_OK(add(3, "one", false));
    ASSERT_OK(add(4, "one", true));
    ASSERT_OK(log.add(forget_entry({id_of<PointId>(3)})));

    ASSERT_OK_AND_LET(const LogState read, log.reread());

    std::vector<bool> trusted;
    for (const Point& point : read.points) {
        trusted.push_back(point.trusted);
    }
    EXPECT_EQ(trusted, (std::vector{false, true, true}));
}

TEST(Log, ForgetsCondemnsAndSweeps)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.add(forget_entry({id_of<PointId>(1)})));
    ASSERT_OK(log.add(condemn_entry({id_of<PackId>(1), id_of<PackId>(3)})));
    ASSERT_OK(log.add(sweep_entry({id_of<PackId>(1)}, {id_of<SessionId>(9)})));

    ASSERT_OK_AND_LET(const LogState read, log.reread());

    ASSERT_EQ(read.points.size(), 1U);
    EXPECT_EQ(read.points[0].id, id_of<PointId>(2));
    EXPECT_EQ(read.condemned, (std::unordered_set{id_of<PackId>(3)}));
    EXPECT_EQ(read.swept, (std::unordered_set{id_of<PackId>(1)}));
    EXPECT_EQ(read.dead, (std::unordered_set{id_of<SessionId>(9)}));
}

TEST(Log, LiftsTheCondemnationOfAPackThatAPointUses)
{
    TestLog log;
    ASSERT_OK(log.add(condemn_entry({id_of<PackId>(1), id_of<PackId>(2)})));
    ASSERT_OK(log.add_point(1, 1));

    EXPECT_EQ(log.state.condemned, (std::unordered_set{id_of<PackId>(2)}));
}

TEST(Log, ReadsOnlyWhatIsNew)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK_AND_LET(LogState reader, log.reread());
    ASSERT_OK(log.add_point(2, 2));
    log.store.overwrite(log_entry_name(1), to_bytes("damaged after it was read"));

    ASSERT_OK(read_log(log.store, log.keyring, reader));

    EXPECT_EQ(reader.points.size(), 2U);
}

std::vector<PointId> ids_of(const LogState& log)
{
    std::vector<PointId> ids;
    for (const Point& point : log.points) {
        ids.push_back(point.id);
    }
    return ids;
}

/// Gives up whatever cannot be read.
Result<void> repair(TestLog& log)
{
    LogState state;
    return append_repair(log.store, log.keyring, state, [](const LogState& now) -> Result<Json> {
        return repair_entry(now.gaps, {});
    });
}

TEST(Log, FindsAMissingEntryInTheMiddleAndAtTheEnd)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.store.remove(log_entry_name(1)));
    ASSERT_OK_AND_LET(const LogState read, log.reread());
    ASSERT_EQ(read.gaps.size(), 1U);
    EXPECT_EQ(read.gaps[0].reason, "c/0000000000000001: the log entry is missing");
    EXPECT_EQ(ids_of(read), (std::vector{id_of<PointId>(2)}));

    TestLog shortened;
    ASSERT_OK(shortened.add_point(1, 1));
    ASSERT_OK(shortened.add_point(2, 2));
    ASSERT_OK(shortened.store.remove(log_entry_name(2)));
    EXPECT_ERROR(read_log(shortened.store, shortened.keyring, shortened.state), ErrorCode::Corrupt);
}

TEST(Log, FindsEveryFlippedBitOfAnEntry)
{
    TestLog log;
    ASSERT_OK(log.add(forget_entry({})));
    ASSERT_OK_AND_LET(const Bytes object, log.store.get(log_entry_name(1)));

    with_every_flipped_bit(object, [&](const Bytes& damaged) {
        log.store.overwrite(log_entry_name(1), damaged);
        ASSERT_OK_AND_LET(const LogState read, log.reread());
        EXPECT_EQ(read.gaps.size(), 1U);
    });
}

TEST(Log, TellsWhatLiesAroundADamagedEntry)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.add_point(3, 3));
    log.store.overwrite(log_entry_name(2), to_bytes("damaged"));

    ASSERT_OK_AND_LET(const LogState read, log.reread());

    EXPECT_EQ(ids_of(read), (std::vector{id_of<PointId>(1), id_of<PointId>(3)}));
    ASSERT_EQ(read.gaps.size(), 1U);
    const LogGap& gap = read.gaps[0];
    EXPECT_EQ(gap.first, 2U);
    EXPECT_EQ(gap.last, 2U);
    EXPECT_NE(gap.reason.find("c/0000000000000002"), std::string::npos);
    EXPECT_FALSE(gap.after_time.empty());
    EXPECT_FALSE(gap.until_time.empty());
    EXPECT_EQ(read.points[1].sequence, 3U);
    EXPECT_ERROR(require_no_gaps(read), ErrorCode::Corrupt);
}

TEST(Log, TakesNoEntryAsLongAsItHasAGap)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK_AND_LET(const Bytes first, log.store.get(log_entry_name(1)));
    log.store.overwrite(log_entry_name(1), to_bytes("damaged"));
    LogState state;

    const auto add = [&] {
        return append_log(log.store, log.keyring, state, [](const LogState&) -> Result<Json> {
            return forget_entry({});
        });
    };
    EXPECT_ERROR(add(), ErrorCode::Corrupt);
    EXPECT_EQ(names_in(log.store, "c/").size(), 2U);

    log.store.overwrite(log_entry_name(1), first);
    EXPECT_OK(add());
    EXPECT_EQ(ids_of(state), (std::vector{id_of<PointId>(1), id_of<PointId>(2)}));
}

TEST(Log, GoesOnAfterARepairAndTrustsNoPointBeforeIt)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.add_point(3, 3));
    log.store.overwrite(log_entry_name(3), to_bytes("damaged"));
    ASSERT_OK(log.store.remove(log_entry_name(2)));
    ASSERT_OK(repair(log));
    log.state = {};

    ASSERT_OK(log.add_point(4, 4));

    ASSERT_OK_AND_LET(const LogState read, log.reread());
    EXPECT_TRUE(read.gaps.empty());
    EXPECT_EQ(read.repairs, 1U);
    EXPECT_EQ(ids_of(read), (std::vector{id_of<PointId>(1), id_of<PointId>(4)}));
    EXPECT_FALSE(read.points[0].trusted);
    EXPECT_TRUE(read.points[1].trusted);
}

TEST(Log, LooksAtNoEntryThatWasGivenUpEvenWhenItIsBack)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.add_point(3, 3));
    ASSERT_OK_AND_LET(const Bytes second, log.store.get(log_entry_name(2)));
    log.store.overwrite(log_entry_name(2), to_bytes("damaged"));
    ASSERT_OK(repair(log));

    log.store.overwrite(log_entry_name(2), second);

    ASSERT_OK_AND_LET(const LogState read, log.reread());
    EXPECT_TRUE(read.gaps.empty());
    EXPECT_EQ(ids_of(read), (std::vector{id_of<PointId>(1), id_of<PointId>(3)}));
    // A reader that had seen it before the repair comes to the same.
    ASSERT_OK(read_log(log.store, log.keyring, log.state));
    EXPECT_EQ(ids_of(log.state), ids_of(read));
}

TEST(Log, FindsAnExchangedEntryBeforeWhatARepairGaveUp)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    log.store.overwrite(log_entry_name(2), to_bytes("damaged"));
    ASSERT_OK(repair(log));
    TestLog other;
    ASSERT_OK(other.add_point(5, 5));
    ASSERT_OK_AND_LET(const Bytes foreign, other.store.get(log_entry_name(1)));

    log.store.overwrite(log_entry_name(1), foreign);

    EXPECT_ERROR(log.reread(), ErrorCode::Corrupt);
}

TEST(Log, GivesUpADamagedRepairAndWhatItGaveUp)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    log.store.overwrite(log_entry_name(2), to_bytes("damaged"));
    ASSERT_OK(repair(log));
    log.store.overwrite(log_entry_name(3), to_bytes("damaged"));
    ASSERT_OK_AND_LET(const LogState damaged, log.reread());
    EXPECT_EQ(damaged.gaps.size(), 2U);

    ASSERT_OK(repair(log));

    ASSERT_OK_AND_LET(const LogState read, log.reread());
    EXPECT_TRUE(read.gaps.empty());
    EXPECT_EQ(read.repairs, 1U);
    EXPECT_EQ(ids_of(read), (std::vector{id_of<PointId>(1)}));
}

TEST(Log, KnowsFromASweepThatAPointWasForgottenByALostEntry)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.add(forget_entry({id_of<PointId>(1)})));
    ASSERT_OK(log.add(condemn_entry({id_of<PackId>(1)})));
    ASSERT_OK(log.add(sweep_entry({id_of<PackId>(1)}, {})));
    log.store.overwrite(log_entry_name(3), to_bytes("damaged"));

    ASSERT_OK_AND_LET(const LogState read, log.reread());

    EXPECT_EQ(ids_of(read), (std::vector{id_of<PointId>(2)}));
}

TEST(Log, RefusesRepairsThatCannotBe)
{
    const std::vector<Json> cases = {
        Json::array({{{"first", 0}, {"last", 0}, {"before", std::string(64, '0')}}}),
        Json::array({{{"first", 2}, {"last", 1}, {"before", std::string(64, '0')}}}),
        Json::array({{{"first", 1}, {"last", 2}, {"before", std::string(64, '0')}}}),
        Json::array({{{"first", 1}, {"last", 1}, {"before", "00"}}}),
        Json::array({7}),
    };
    for (const Json& lost : cases) {
        SCOPED_TRACE(lost.dump());
        TestLog log;
        ASSERT_OK(log.add_point(1, 1));
        const Json members = {{"type", "repair"}, {"lost", lost}, {"packs", Json::array()}};
        log.forge(2, raw_entry(2, log.state.last_hash, members));
        EXPECT_ERROR(log.reread(), ErrorCode::Corrupt);
    }
}

TEST(Log, IsReadByManyRequestsAtOnceButBounded)
{
    constexpr unsigned kEntries = 100;
    TestLog log;
    for (unsigned i = 0; i < kEntries; ++i) {
        ASSERT_OK(log.add(forget_entry({})));
    }
    store::FaultyStore slow(log.store);
    Mutex mutex;
    std::condition_variable_any changed;
    std::size_t waiting = 0;
    std::size_t gets = 0;
    // Every answer waits until as many are asked for as may be; were they fewer at once, the first ones would wait for good.
    slow.before_each([&](store::Act act, std::string_view) {
        if (act != store::Act::Get) {
            return;
        }
        const MutexLock lock(mutex);
        ++waiting;
        const std::size_t mine = ++gets;
        EXPECT_LE(waiting, kFetches);
        changed.notify_all();
        while (mine <= kFetches && gets < kFetches) {
            changed.wait(mutex);
        }
        --waiting;
    });
    LogState state;

    ASSERT_OK(read_log(slow, log.keyring, state));

    EXPECT_EQ(state.sequence, kEntries);
    EXPECT_EQ(gets, kEntries);
}

TEST(Log, FindsSwappedReplayedAndReplacedEntries)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.add_point(3, 3));
    ASSERT_OK_AND_LET(const Bytes first, log.store.get(log_entry_name(1)));
    ASSERT_OK_AND_LET(const Bytes second, log.store.get(log_entry_name(2)));

    log.store.overwrite(log_entry_name(1), second);
    log.store.overwrite(log_entry_name(2), first);
    ASSERT_OK_AND_LET(const LogState swapped, log.reread());
    EXPECT_EQ(swapped.gaps.size(), 2U);
    EXPECT_EQ(ids_of(swapped), (std::vector{id_of<PointId>(3)}));

    log.store.overwrite(log_entry_name(1), first);
    log.store.overwrite(log_entry_name(2), first);
    ASSERT_OK_AND_LET(const LogState replayed, log.reread());
    EXPECT_EQ(replayed.gaps.size(), 1U);
    EXPECT_EQ(ids_of(replayed), (std::vector{id_of<PointId>(1), id_of<PointId>(3)}));

    // An authentic entry of the right name from another course of the log: the chain tells.
    TestLog other;
    ASSERT_OK(other.add_point(4, 4));
    ASSERT_OK(other.add_point(5, 5));
    ASSERT_OK_AND_LET(const Bytes foreign, other.store.get(log_entry_name(2)));
    log.store.overwrite(log_entry_name(2), foreign);
    EXPECT_ERROR(log.reread(), ErrorCode::Corrupt);
}

TEST(Log, RefusesEntriesThatCannotBe)
{
    const codec::Hash256 none{};
    struct Case {
        const char* name;
        Json entry;
        ErrorCode expected;
    };
    Json unlabelled = point_entry(point_of(1, manifest_in(1)), id_of<SessionId>(1));
    unlabelled["point"]["label"]["why"] = 1;
    const std::vector<Case> cases = {
        {.name = "another sequence",
         .entry = raw_entry(2, none, forget_entry({})),
         .expected = ErrorCode::Corrupt},
        {.name = "another predecessor",
         .entry = raw_entry(1, codec::sha256({}), forget_entry({})),
         .expected = ErrorCode::Corrupt},
        {.name = "an unknown type",
         .entry = raw_entry(1, none, {{"type", "merge"}}),
         .expected = ErrorCode::Unsupported},
        {.name = "no type",
         .entry = raw_entry(1, none, Json::object()),
         .expected = ErrorCode::Corrupt},
        {.name = "no id",
         .entry = raw_entry(1, none, {{"type", "forget"}, {"points", {"12"}}}),
         .expected = ErrorCode::Corrupt},
        {.name = "a number for an id",
         .entry = raw_entry(1, none, {{"type", "forget"}, {"points", Json::array({12})}}),
         .expected = ErrorCode::Corrupt},
        {.name = "a point that is none",
         .entry = raw_entry(1, none, {{"type", "point"}, {"point", Json::object()}}),
         .expected = ErrorCode::Corrupt},
        {.name = "a label that is no text",
         .entry = raw_entry(1, none, unlabelled),
         .expected = ErrorCode::Corrupt},
        {.name = "not even an object", .entry = Json::array(), .expected = ErrorCode::Corrupt},
    };
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        TestLog log;
        log.forge(1, test.entry);
        EXPECT_ERROR(log.reread(), test.expected);
    }
}

TEST(Log, RefusesPointsThatComeTwiceFromTheDeadOrUponSweptPacks)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add(forget_entry({id_of<PointId>(1)})));
    ASSERT_OK(log.add(sweep_entry({id_of<PackId>(2)}, {id_of<SessionId>(3)})));
    const auto with = [&](const Json& members) {
        log.forge(4, raw_entry(4, log.state.last_hash, members));
        return log.reread();
    };

    EXPECT_ERROR(
        with(point_entry(point_of(1, manifest_in(1)), id_of<SessionId>(1))), ErrorCode::Corrupt
    );
    EXPECT_ERROR(
        with(point_entry(point_of(4, manifest_in(4)), id_of<SessionId>(3))), ErrorCode::Corrupt
    );
    EXPECT_ERROR(
        with(point_entry(point_of(4, manifest_in(2)), id_of<SessionId>(4))), ErrorCode::Corrupt
    );
    EXPECT_OK(with(point_entry(point_of(4, manifest_in(4)), id_of<SessionId>(4))));
}

TEST(Log, AsksAgainWhenAnotherWriterCameFirst)
{
    const Keyring keyring = test_keyring();
    ScriptedStore store;
    LogState mine;
    LogState other;
    bool intrude = true;
    std::vector<std::uint64_t> seen;

    ASSERT_OK(append_log(store, keyring, mine, [&](const LogState& log) -> Result<Json> {
        seen.push_back(log.sequence);
        if (std::exchange(intrude, false)) {
            TRY(append_log(store, keyring, other, [](const LogState&) -> Result<Json> {
                return forget_entry({});
            }));
        }
        return forget_entry({});
    }));

    EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, 1}));
    EXPECT_EQ(mine.sequence, 2U);
}

TEST(Log, GivesUpWhenTheCallerDoesSo)
{
    TestLog log;

    const auto result =
        append_log(log.store, log.keyring, log.state, [](const LogState&) -> Result<Json> {
            return Error{ErrorCode::Conflict, "no"};
        });

    EXPECT_ERROR(result, ErrorCode::Conflict);
    EXPECT_EQ(names_in(log.store, "c/").size(), 0U);
}

TEST(Log, KnowsItsOwnEntryWhenTheAnswerToThePutGotLost)
{
    const Keyring keyring = test_keyring();
    ScriptedStore store;
    LogState state;
    int puts = 0;
    store.on_put = [&](std::string_view) {
        return ++puts == 1 ? ScriptedStore::
                                 Fate{.done = true, .answer = Error{ErrorCode::Unavailable, "lost"}}
                           : ScriptedStore::Fate{};
    };

    ASSERT_OK(append_log(
        store,
        keyring,
        state,
        [](const LogState&) -> Result<Json> { return forget_entry({}); },
        kNoPause
    ));

    EXPECT_EQ(puts, 2);
    EXPECT_EQ(state.sequence, 1U);
    EXPECT_EQ(names_in(store, "c/").size(), 1U);
}

TEST(Log, ReportsAStoreThatStaysAway)
{
    const Keyring keyring = test_keyring();
    ScriptedStore store;
    LogState state;
    int puts = 0;
    store.on_put = [&](std::string_view) {
        ++puts;
        return ScriptedStore::Fate{.done = false, .answer = Error{ErrorCode::Unavailable, "away"}};
    };

    const auto result = append_log(
        store,
        keyring,
        state,
        [](const LogState&) -> Result<Json> { return forget_entry({}); },
        kNoPause
    );

    EXPECT_ERROR(result, ErrorCode::Unavailable);
    EXPECT_EQ(puts, 4);
}

}  // namespace
}  // namespace starkeep::repository
