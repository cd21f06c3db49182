// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "engine/backup/backup.hpp"
#include "engine/backup/unit_backup.hpp"
#include "engine/export/export.hpp"
#include "engine/fake_source_test_support.hpp"
#include "engine/point_reader.hpp"
#include "engine/progress.hpp"
#include "engine/verify/verify.hpp"
#include "repository/repository.hpp"
#include "store/memory_store.hpp"
#include "store/store.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::engine {
namespace {

std::vector<std::string> numbered(std::size_t count)
{
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < count; ++i) {
        rows.push_back("row " + std::to_string(i));
    }
    return rows;
}

/// A repository in memory and a world to back up.
class Backup : public testing::Test {
protected:
    void SetUp() override
    {
        const Secret password("secret");
        ASSERT_OK(repository::Repository::create(store_, password));
        ASSERT_OK_AND_LET(repository_, repository::Repository::open(store_, password));
    }

    Result<BackupReport> run(const BackupRequest& request = {})
    {
        FakeSource source(world_);
        Progress progress;
        world_.rows_read = 0;
        return back_up(source, *repository_, request, progress);
    }

    static BackupRequest only(const std::string& table)
    {
        BackupRequest request;
        request.selection = Selection({table}, {});
        return request;
    }

    /// All rows of a table in the newest point, as text.
    std::string rows_of_newest_point(std::size_t table = 0)
    {
        const auto points = repository_->points();
        const auto manifest = read_manifest(*repository_, points->front().databases.front());
        std::string out;
        Progress progress;
        const auto rows = export_rows(
            *repository_,
            {&manifest->objects.at(table)},
            {},
            [&](ByteView bytes) {
                out += as_text(bytes);
                return Result<void>();
            },
            progress
        );
        return rows.ok() ? out : rows.error().text();
    }

    std::string rows_of_world(std::size_t table = 0) const
    {
        std::string out;
        for (const std::string& row : world_.tables.at(table).rows) {
            out += row + "\n";
        }
        return out;
    }

    Result<VerifyReport> verify_newest_point()
    {
        Progress progress;
        return verify(*repository_, repository_->points()->front(), {}, progress);
    }

    store::MemoryStore store_;
    std::unique_ptr<repository::Repository> repository_;
    FakeWorld world_;
};

TEST_F(Backup, HoldsEveryRowOfAnObjectThatTheSourceCutsIntoLeaves)
{
    world_.tables = {{.rows = numbered(101)}};

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_EQ(report.point.rows, 101U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
    ASSERT_OK_AND_LET(const VerifyReport verified, verify_newest_point());
    EXPECT_THAT(verified.damages, testing::IsEmpty());
}

TEST_F(Backup, HoldsEveryRowOfAnObjectThatIsCutByContent)
{
    world_.tables = {{.planned = false, .rows = numbered(40'000)}};

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_EQ(report.point.rows, 40'000U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
    ASSERT_OK_AND_LET(const VerifyReport verified, verify_newest_point());
    EXPECT_THAT(verified.damages, testing::IsEmpty());
}

TEST_F(Backup, KeepsAValueWiderThanAChunk)
{
    world_.tables = {{.rows = {"a", std::string(5'000'000, 'x'), "b"}}};

    ASSERT_OK(run());

    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, ReadsOnlyChangedLeavesTheSecondTime)
{
    world_.tables = {{.rows = numbered(1000)}};
    ASSERT_OK(run());
    world_.tables.front().rows[500] = "changed";

    ASSERT_OK_AND_LET(const BackupReport report, run());

    // One leaf, and the thirtieth of the others that the audit reads.
    EXPECT_LT(world_.rows_read, 1000U / 8);
    EXPECT_EQ(report.point.rows, 1000U);
    EXPECT_EQ(report.reused_objects, 0U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, CountsAnObjectAsReusedWhenNothingInItChanged)
{
    world_.tables = {{.rows = numbered(100)}};
    ASSERT_OK(run());

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_EQ(report.reused_objects, 1U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, FollowsATableThatGrowsShrinksAndLosesLeaves)
{
    world_.tables = {{.rows = numbered(100)}};
    for (const std::size_t rows : {160U, 37U, 0U, 1U, 90U}) {
        ASSERT_OK(run());
        world_.tables.front().rows = numbered(rows);

        ASSERT_OK(run());

        EXPECT_EQ(rows_of_newest_point(), rows_of_world());
    }
}

TEST_F(Backup, ReadsEverythingWhenTheGuardDiffers)
{
    world_.tables = {{.rows = numbered(100), .constant_fingerprint = true}};
    ASSERT_OK(run());
    world_.tables.front().rows[3] = "changed";
    world_.tables.front().guard = {{"node", 2}};

    ASSERT_OK(run());

    EXPECT_EQ(world_.rows_read, 100U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, ReadsEverythingWhenAColumnOrTheFormOfRowsDiffers)
{
    const FakeTable first{.rows = numbered(100), .constant_fingerprint = true};
    FakeTable second = first;
    second.column = "renamed";
    FakeTable third = second;
    third.row_form = "another";
    world_.tables = {first};
    ASSERT_OK(run());
    for (const FakeTable& table : {second, third}) {
        world_.tables = {table};

        ASSERT_OK(run());

        EXPECT_EQ(world_.rows_read, 100U);
    }
}

TEST_F(Backup, ReadsEverythingOfAnObjectThatNoGuardProtects)
{
    world_.tables = {{.guard = Json(), .rows = numbered(100), .constant_fingerprint = true}};
    ASSERT_OK(run());
    world_.tables.front().rows[3] = "changed";

    ASSERT_OK(run());

    EXPECT_EQ(world_.rows_read, 100U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, ReadsEveryLeafThatHasNoFingerprint)
{
    world_.tables = {{.rows = numbered(100), .no_fingerprint = true}};
    ASSERT_OK(run());
    world_.tables.front().rows[3] = "changed";

    ASSERT_OK(run());

    EXPECT_EQ(world_.rows_read, 100U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, ReadsALeafWhoseNumberOfRowsDiffersWhateverItsFingerprint)
{
    world_.tables = {{.rows = numbered(100), .constant_fingerprint = true}};
    ASSERT_OK(run());
    world_.tables.front().rows.pop_back();

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_THAT(report.distrusted, testing::IsEmpty());
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, TakesNoLeafOfAnotherKey)
{
    world_.tables = {{.first_leaf = 1, .rows = {"before"}, .constant_fingerprint = true}};
    ASSERT_OK(run());
    world_.tables = {{.first_leaf = 0, .rows = {"after"}, .constant_fingerprint = true}};

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_THAT(report.distrusted, testing::IsEmpty());
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, TakesNothingFromAPointOfAnotherSource)
{
    world_.tables = {{.rows = numbered(100), .constant_fingerprint = true}};
    ASSERT_OK(run());
    world_.url = "fake://another/shop";
    world_.tables.front().rows[3] = "of another world";

    ASSERT_OK(run());

    EXPECT_EQ(world_.rows_read, 100U);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, ReadsEverythingWhenTheViewsCannotBeCompared)
{
    world_.tables = {{.rows = numbered(100)}};
    ASSERT_OK(run());
    world_.comparable = false;

    ASSERT_OK(run());

    EXPECT_EQ(world_.rows_read, 100U);
}

TEST_F(Backup, ReadsEverythingAfterAPointWhoseViewIsNotTrusted)
{
    world_.tables = {{.rows = numbered(100)}};
    world_.trusted = false;
    ASSERT_OK(run());

    ASSERT_OK(run());

    EXPECT_EQ(world_.rows_read, 100U);
}

TEST_F(Backup, NamesObjectsWhoseTypesChangedMeanwhile)
{
    world_.tables = {
        {.name = "public.a", .rows = numbered(3)}, {.name = "public.b", .rows = numbered(3)}
    };
    world_.doubtful = {"public.b"};

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_THAT(report.doubtful, testing::ElementsAre("shop/public.b"));
    EXPECT_THAT(report.left_out, testing::ElementsAre(testing::HasSubstr("public.b")));
}

TEST_F(Backup, ReadsADoubtfulObjectAgainButNotTheOthers)
{
    world_.tables = {
        {.name = "public.a", .rows = numbered(100)},
        {.name = "public.b", .rows = numbered(100), .constant_fingerprint = true}
    };
    ASSERT_OK(run());
    world_.doubtful = {"public.b"};
    ASSERT_OK(run());
    world_.doubtful.clear();
    // What was stored of it meanwhile may be anything, whatever its fingerprints say.
    world_.tables.back().rows[3] = "changed";
    world_.rows_read = 0;

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_GE(world_.rows_read, 100U);
    EXPECT_LT(world_.rows_read, 150U);
    EXPECT_EQ(report.reused_objects, 1U);
    EXPECT_THAT(report.distrusted, testing::IsEmpty());
    EXPECT_TRUE(report.point.trusted);
}

TEST_F(Backup, FindsALyingFingerprintByAFullReadAndNamesTheObject)
{
    world_.tables = {{.rows = numbered(100), .constant_fingerprint = true}};
    ASSERT_OK(run());
    world_.tables.front().rows[3] = "changed";

    BackupRequest request;
    request.full = true;
    ASSERT_OK_AND_LET(const BackupReport report, run(request));

    EXPECT_THAT(report.distrusted, testing::ElementsAre("shop/public.t"));
    EXPECT_FALSE(report.point.trusted);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, FindsFingerprintsThatLieEverywhereByTheAudit)
{
    // So many leaves that each turn has some of them, as good as surely.
    world_.tables = {{.rows = numbered(2000), .constant_fingerprint = true}};
    ASSERT_OK(run());
    for (std::string& row : world_.tables.front().rows) {
        row += " changed";
    }

    std::vector<std::string> distrusted;
    for (std::uint64_t i = 0; i < kAuditCycle && distrusted.empty(); ++i) {
        ASSERT_OK_AND_LET(const BackupReport report, run());
        distrusted = report.distrusted;
    }

    EXPECT_THAT(distrusted, testing::ElementsAre("shop/public.t"));
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, FindsTheOneLeafThatLiesWithinOneCycleThoughOnlyOnePointIsKept)
{
    world_.tables = {{.rows = numbered(1), .constant_fingerprint = true}};
    ASSERT_OK(run());
    world_.tables.front().rows.front() = "changed";

    bool found = false;
    for (std::uint64_t i = 0; i < kAuditCycle && !found; ++i) {
        ASSERT_OK_AND_LET(const BackupReport report, run());
        found = !report.distrusted.empty();
        ASSERT_OK_AND_LET(const auto points, repository_->points());
        ASSERT_OK(repository_->forget({points.back().id}));
    }

    EXPECT_TRUE(found);
    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, BuildsEachTableUponTheNewestPointThatHoldsIt)
{
    world_.tables = {
        {.name = "public.a", .rows = numbered(1000)}, {.name = "public.b", .rows = numbered(1000)}
    };
    ASSERT_OK(run());
    world_.tables[0].rows[500] = "changed before the choice";
    ASSERT_OK(run(only("public.a")));
    world_.tables[1].rows[500] = "changed after the choice";

    ASSERT_OK_AND_LET(const BackupReport report, run());

    // A leaf, and what the audit reads.
    EXPECT_LT(world_.rows_read, 2000U / 8);
    EXPECT_EQ(report.reused_objects, 1U);
    EXPECT_EQ(rows_of_newest_point(1), rows_of_world(1));
    EXPECT_EQ(rows_of_newest_point(0), rows_of_world(0));
}

TEST_F(Backup, BuildsUponNothingOlderThanAPointThatIsNotTrustedEvenWhenThatOneIsForgotten)
{
    world_.tables = {
        {.name = "public.a", .rows = numbered(8)},
        {.name = "public.b", .rows = numbered(100), .constant_fingerprint = true}
    };
    ASSERT_OK(run());
    world_.tables[1].rows[3] = "changed";
    world_.trusted = false;
    ASSERT_OK_AND_LET(const BackupReport untrusted, run(only("public.a")));
    world_.trusted = true;
    ASSERT_OK(run(only("public.a")));
    ASSERT_OK(repository_->forget({untrusted.point.id}));

    ASSERT_OK_AND_LET(const BackupReport report, run());

    EXPECT_GE(world_.rows_read, 100U);
    EXPECT_THAT(report.distrusted, testing::IsEmpty());
    EXPECT_EQ(rows_of_newest_point(1), rows_of_world(1));
}

TEST_F(Backup, BuildsUponNoPointFromBeforeTheTableWasMissed)
{
    const FakeTable other{.name = "public.a", .rows = numbered(8)};
    world_.tables = {
        other, {.name = "public.b", .rows = numbered(100), .constant_fingerprint = true}
    };
    ASSERT_OK(run());
    world_.tables = {other};
    ASSERT_OK(run());
    // Another table of that name, with the guard of the first as no real one would have.
    world_.tables = {
        other, {.name = "public.b", .rows = numbered(99), .constant_fingerprint = true}
    };
    world_.tables[1].rows[3] = "of another table";

    ASSERT_OK(run());

    EXPECT_GE(world_.rows_read, 99U);
    EXPECT_EQ(rows_of_newest_point(1), rows_of_world(1));
}

TEST_F(Backup, BuildsUponNoOlderPointThatHeldTheTableUnderAnotherGuard)
{
    world_.tables = {
        {.name = "public.a", .rows = numbered(8)},
        {.name = "public.b", .rows = numbered(100), .constant_fingerprint = true}
    };
    ASSERT_OK(run());
    world_.tables[1].guard = {{"node", 2}};
    world_.tables[1].rows[3] = "changed";
    ASSERT_OK(run());
    ASSERT_OK(run(only("public.a")));
    world_.tables[1].guard = {{"node", 1}};

    ASSERT_OK(run());

    EXPECT_GE(world_.rows_read, 100U);
    EXPECT_EQ(rows_of_newest_point(1), rows_of_world(1));
}

TEST_F(Backup, AuditsEveryLeafWithinOneCycleThoughEverySecondBackupChoosesOtherTables)
{
    world_.tables = {
        {.name = "public.a", .rows = numbered(8)},
        {.name = "public.b", .rows = numbered(400), .constant_fingerprint = true}
    };
    for (std::size_t leaf = 0; leaf < 10; ++leaf) {
        BackupRequest whole;
        whole.full = true;
        ASSERT_OK(run(whole));  // trusted or not, the next one is
        ASSERT_OK(run());
        world_.tables[1].rows[leaf * 36] += " changed";

        bool found = false;
        for (std::uint64_t i = 0; i < kAuditCycle && !found; ++i) {
            ASSERT_OK(run(only("public.a")));
            ASSERT_OK_AND_LET(const BackupReport report, run());
            found = !report.distrusted.empty();
        }

        EXPECT_TRUE(found) << "leaf " << leaf * 9;
    }
}

TEST(Audit, SpreadsNeighboursOverAllTurns)
{
    for (std::uint64_t turn = 0; turn < kAuditCycle; ++turn) {
        std::size_t wanted = 0;
        for (std::size_t block = 0; block < 24000; block += 8) {
            wanted += Audit{.all = false, .generation = turn}.wants("public.t", fake_key(block))
                          ? 1U
                          : 0U;
        }
        EXPECT_GT(wanted, 50U);
        EXPECT_LT(wanted, 200U);
    }
}

TEST(Audit, WantsEveryLeafOnceInACycle)
{
    for (std::size_t leaf = 0; leaf < 200; ++leaf) {
        std::uint64_t wanted = 0;
        for (std::uint64_t generation = 1000; generation < 1000 + kAuditCycle; ++generation) {
            wanted +=
                Audit{.all = false, .generation = generation}.wants("public.t", fake_key(leaf))
                    ? 1U
                    : 0U;
        }
        EXPECT_EQ(wanted, 1U);
    }
}

TEST_F(Backup, ReadsAgainWhatALostPackHeld)
{
    world_.tables = {{.rows = numbered(100)}};
    ASSERT_OK(run());
    ASSERT_OK_AND_LET(const std::vector<store::ObjectInfo> packs, store_.list("d/"));
    ASSERT_FALSE(packs.empty());
    ASSERT_OK(store_.remove(packs.front().name));

    ASSERT_OK(run());

    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
    ASSERT_OK_AND_LET(const VerifyReport verified, verify_newest_point());
    EXPECT_THAT(verified.damages, testing::IsEmpty());
}

TEST_F(Backup, ReadsAgainWhenTheMetadataOfTheLastPointIsLost)
{
    world_.tables = {{.rows = numbered(100)}};
    ASSERT_OK(run());
    ASSERT_OK_AND_LET(const std::vector<store::ObjectInfo> packs, store_.list("m/"));
    for (const store::ObjectInfo& pack : packs) {
        ASSERT_OK(store_.remove(pack.name));
    }

    ASSERT_OK(run());

    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, ReadsAgainWhatALostSegmentNamed)
{
    world_.tables = {{.rows = numbered(100)}};
    ASSERT_OK_AND_LET(const BackupReport report, run());
    const PackId manifest = report.point.databases.front().manifest.pack;
    ASSERT_OK_AND_LET(const std::vector<store::ObjectInfo> packs, store_.list("m/"));
    std::size_t removed = 0;
    for (const store::ObjectInfo& pack : packs) {
        if (!pack.name.ends_with(manifest.hex())) {
            ASSERT_OK(store_.remove(pack.name));
            ++removed;
        }
    }
    ASSERT_GT(removed, 0U);

    ASSERT_OK(run());

    EXPECT_EQ(rows_of_newest_point(), rows_of_world());
}

TEST_F(Backup, RefusesRowsThatAreFewerThanPlanned)
{
    world_.tables = {{.rows = numbered(100), .dropped_at_read = 1}};

    EXPECT_ERROR(run(), ErrorCode::Conflict);
    EXPECT_THAT(*repository_->points(), testing::IsEmpty());
}

TEST_F(Backup, ShowsNoPointWhenItIsStopped)
{
    world_.tables = {{.rows = numbered(100)}};
    const std::stop_source stop;
    stop.request_stop();
    BackupRequest request;
    request.stop = stop.get_token();

    EXPECT_ERROR(run(request), ErrorCode::Cancelled);
    EXPECT_THAT(*repository_->points(), testing::IsEmpty());
}

TEST_F(Backup, NamesAnIncludePatternThatFitsNothing)
{
    world_.tables = {{.rows = numbered(1)}};
    BackupRequest request;
    request.selection = Selection({"public.t", "publik.*"}, {});

    const auto report = run(request);

    EXPECT_ERROR(report, ErrorCode::NotFound);
    EXPECT_THAT(report.error().text(), testing::HasSubstr("publik.*"));
    EXPECT_EQ(world_.rows_read, 0U);
}

TEST_F(Backup, TellsWhatAnIncludePatternNamesThatIsNoTable)
{
    world_.tables = {{.rows = numbered(1)}};
    BackupRequest request;
    request.selection = Selection({"public.glance"}, {});

    const auto report = run(request);

    EXPECT_ERROR(report, ErrorCode::NotFound);
    EXPECT_THAT(report.error().text(), testing::HasSubstr("view public.glance"));
}

TEST_F(Backup, LeavesOutWhatIsExcludedAndSaysSo)
{
    world_.tables = {
        {.name = "public.a", .rows = numbered(3)}, {.name = "public.b", .rows = numbered(3)}
    };
    BackupRequest request;
    request.selection = Selection({}, {"public.b"});

    ASSERT_OK_AND_LET(const BackupReport report, run(request));

    EXPECT_EQ(report.point.objects, 1U);
    EXPECT_THAT(report.left_out, testing::ElementsAre(testing::HasSubstr("public.b")));
}

TEST_F(Backup, StoresNothingNewWhenNothingChangedButOneManifest)
{
    world_.tables = {{.leaves_per_unit = 100, .rows = numbered(5000)}};
    ASSERT_OK_AND_LET(const BackupReport first, run());

    ASSERT_OK_AND_LET(const BackupReport second, run());

    EXPECT_LT(second.point.bytes_new, first.point.bytes_new / 10);
}

}  // namespace
}  // namespace starkeep::engine
