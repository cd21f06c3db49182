// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "repository/fixture_test.hpp"
#include "repository/keyring.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/patient_put.hpp"
#include "repository/sealed_object.hpp"
#include "store/memory_store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

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

TEST(Log, FindsAMissingEntryInTheMiddleAndAtTheEnd)
{
    TestLog log;
    ASSERT_OK(log.add_point(1, 1));
    ASSERT_OK(log.add_point(2, 2));
    ASSERT_OK(log.store.remove(log_entry_name(1)));
    const auto read = log.reread();
    EXPECT_ERROR(read, ErrorCode::Corrupt);
    EXPECT_NE(read.error().text().find("c/0000000000000001"), std::string::npos);

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
        EXPECT_FALSE(log.reread().ok());
    });
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
    EXPECT_ERROR(log.reread(), ErrorCode::Corrupt);

    log.store.overwrite(log_entry_name(1), first);
    log.store.overwrite(log_entry_name(2), first);
    EXPECT_ERROR(log.reread(), ErrorCode::Corrupt);

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
