// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "repository/fixture_test.hpp"
#include "repository/maintenance.hpp"
#include "repository/maintenance_fixture_test.hpp"
#include "repository/names.hpp"
#include "repository/repository.hpp"
#include "store/faulty_store.hpp"
#include "store/memory_store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace starkeep::repository {

namespace {

/// Two points, a heartbeat that somebody left and an object of each other kind.
std::unique_ptr<Repository> full_repository(store::MemoryStore& store)
{
    std::unique_ptr<Repository> repository = new_repository(store);
    EXPECT_TRUE(back_up(*repository, {1, 2, 3}).ok());
    EXPECT_TRUE(back_up(*repository, {1, 2, 4}).ok());
    const auto session = WriteSession::begin(*repository);
    EXPECT_TRUE(session.ok());
    const std::string heartbeat = names_in(store, kHeartbeatPrefix).at(0);
    const auto content = store.get(heartbeat);
    // The session takes its heartbeat along when it ends; a killed one would have left it.
    const_cast<std::unique_ptr<WriteSession>&>(*session).reset();
    EXPECT_TRUE(store.put(heartbeat, *content).ok());
    return repository;
}

bool names(const CheckReport& report, const std::string& object)
{
    return std::ranges::any_of(report.damages, [&](const std::string& damage) {
        return damage.find(object) != std::string::npos;
    });
}

}  // namespace

TEST(Check, FindsNothingInASoundRepository)
{
    store::MemoryStore store;
    const auto repository = full_repository(store);

    const CheckReport report = check_everything(*repository);

    EXPECT_TRUE(report.damages.empty());
    EXPECT_TRUE(report.damaged_points.empty());
    EXPECT_EQ(report.points, 2);
    EXPECT_EQ(report.packs, names_in(store, "d/").size() + names_in(store, "m/").size());
    EXPECT_GT(report.bytes_read, 0);
}

TEST(Check, FindsEveryKindOfDamageToEveryObject)
{
    struct Damage {
        std::string name;
        std::function<Bytes(const Bytes&)> change;
    };
    const std::vector<Damage> damages{
        {"first bit flipped",
         [](Bytes bytes) {
             return bytes[0] ^= std::byte{1}, bytes;
         }},
        {"middle bit flipped",
         [](Bytes bytes) {
             return bytes[bytes.size() / 2] ^= std::byte{1}, bytes;
         }},
        {"last bit flipped",
         [](Bytes bytes) {
             return bytes.back() ^= std::byte{0x80}, bytes;
         }},
        {"last byte cut off",
         [](Bytes bytes) {
             return bytes.pop_back(), bytes;
         }},
        {"cut in half",
         [](Bytes bytes) {
             return bytes.resize(bytes.size() / 2), bytes;
         }},
        {"empty",
         [](const Bytes&) {
             return Bytes();
         }},
        {"one byte too long",
         [](Bytes bytes) {
             return bytes.push_back(std::byte{0}), bytes;
         }},
    };
    store::MemoryStore store;
    const auto repository = full_repository(store);
    for (const std::string& name : names_in(store, "")) {
        const auto sound = store.get(name);
        ASSERT_OK(sound);
        for (const Damage& damage : damages) {
            SCOPED_TRACE(name + ": " + damage.name);
            store.overwrite(name, damage.change(*sound));

            EXPECT_TRUE(names(check_everything(*repository), name));
        }
        store.overwrite(name, *sound);
    }
    expect_sound(*repository, 2);
}

TEST(Check, FindsObjectsThatWereSwapped)
{
    store::MemoryStore store;
    const auto repository = full_repository(store);
    for (const std::string_view prefix : {kLogPrefix, kDataPrefix, kMetadataPrefix, kIndexPrefix}) {
        SCOPED_TRACE(prefix);
        const std::vector<std::string> objects = names_in(store, prefix);
        ASSERT_GE(objects.size(), 2);
        const auto first = store.get(objects[0]);
        const auto second = store.get(objects[1]);
        store.overwrite(objects[0], *second);
        store.overwrite(objects[1], *first);

        const CheckReport report = check_everything(*repository);

        EXPECT_TRUE(names(report, objects[0]));
        EXPECT_TRUE(names(report, objects[1]));
        store.overwrite(objects[0], *first);
        store.overwrite(objects[1], *second);
    }
}

TEST(Check, FindsAnObjectOfAnotherRepositoryUnderTheSameName)
{
    store::MemoryStore other_store;
    const auto other = full_repository(other_store);
    store::MemoryStore store;
    const auto repository = full_repository(store);
    for (const std::string_view prefix :
         {kKeySlotPrefix, kLogPrefix, kDataPrefix, kMetadataPrefix, kIndexPrefix}) {
        SCOPED_TRACE(prefix);
        const std::string name = names_in(store, prefix).at(0);
        const auto sound = store.get(name);
        store.overwrite(name, *other_store.get(names_in(other_store, prefix).at(0)));

        EXPECT_TRUE(names(check_everything(*repository), name));
        store.overwrite(name, *sound);
    }
}

TEST(Check, FindsMissingObjectsThatArePartOfAPoint)
{
    store::MemoryStore store;
    const auto repository = full_repository(store);
    for (const std::string_view prefix :
         {kKeySlotPrefix, kLogPrefix, kDataPrefix, kMetadataPrefix}) {
        for (const std::string& name : names_in(store, prefix)) {
            SCOPED_TRACE(name);
            const auto sound = store.get(name);
            ASSERT_OK(store.remove(name));

            EXPECT_FALSE(check_everything(*repository).damages.empty());
            ASSERT_OK(store.put(name, *sound));
        }
    }
    expect_sound(*repository, 2);
}

TEST(Check, NamesThePointsThatADamagedRecordTouches)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK_AND_LET(const PointId first, back_up(*repository, {1}));
    const std::string shared = names_in(store, kDataPrefix).at(0);
    ASSERT_OK_AND_LET(const PointId second, back_up(*repository, {2}));
    const std::vector<std::string> packs = names_in(store, kDataPrefix);
    const std::string own = packs.at(0) == shared ? packs.at(1) : packs.at(0);
    Bytes damaged = *store.get(own);
    damaged[100] ^= std::byte{1};
    store.overwrite(own, damaged);

    const CheckReport report = check_everything(*repository);

    EXPECT_EQ(report.damaged_points, std::vector<PointId>{second});
    EXPECT_NE(report.damaged_points, std::vector<PointId>{first});
    EXPECT_TRUE(names(report, own + ": record at offset 44"));
}

TEST(Check, ReadsNoRowsWhenNotAskedTo)
{
    store::MemoryStore store;
    const auto repository = full_repository(store);
    const std::string pack = names_in(store, kDataPrefix).at(0);
    Bytes damaged = *store.get(pack);
    damaged[100] ^= std::byte{1};
    store.overwrite(pack, damaged);

    ASSERT_OK_AND_LET(const CheckReport report, Maintenance(*repository).check({}, {}));

    EXPECT_TRUE(report.damages.empty());
}

TEST(Check, ReadsAtLeastOnePackOfAnyPercentage)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    ASSERT_OK(back_up(*repository, {1}));
    for (const std::string_view prefix : {kDataPrefix, kMetadataPrefix}) {
        for (const std::string& name : names_in(store, prefix)) {
            Bytes damaged = *store.get(name);
            damaged[100] ^= std::byte{1};
            store.overwrite(name, damaged);
        }
    }

    ASSERT_OK_AND_LET(
        const CheckReport report, Maintenance(*repository).check({.read_data_percent = 1}, {})
    );

    EXPECT_FALSE(report.damages.empty());
}

TEST(Check, ReportsForeignFilesAndUnusedPacksAsNotes)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    {
        ASSERT_OK_AND_LET(const auto session, WriteSession::begin(*repository));
        ASSERT_OK(write_table(*session, {1}));
    }
    ASSERT_OK(store.put("d/readme.txt", to_bytes("hello")));

    const CheckReport report = check_everything(*repository);

    EXPECT_TRUE(report.damages.empty());
    ASSERT_EQ(report.notes.size(), 2);
    EXPECT_NE(report.notes[0].find("d/readme.txt"), std::string::npos);
    EXPECT_NE(report.notes[1].find("used by no restore point"), std::string::npos);
}

TEST(Check, FindsDamageInPacksThatNoPointUses)
{
    store::MemoryStore store;
    const auto repository = new_repository(store);
    {
        ASSERT_OK_AND_LET(const auto session, WriteSession::begin(*repository));
        ASSERT_OK(write_table(*session, {1}));
    }
    const std::string pack = names_in(store, kDataPrefix).at(0);
    Bytes damaged = *store.get(pack);
    damaged[100] ^= std::byte{1};
    store.overwrite(pack, damaged);

    EXPECT_TRUE(names(check_everything(*repository), pack));
}

TEST(Check, CountsUpToItsTotal)
{
    store::MemoryStore store;
    const auto repository = full_repository(store);
    std::uint64_t last = 0;
    std::uint64_t all = 0;

    ASSERT_OK(Maintenance(*repository).check({}, [&](std::uint64_t done, std::uint64_t total) {
        EXPECT_GE(done, last);
        last = done;
        all = total;
    }));

    EXPECT_EQ(last, all);
    EXPECT_GT(all, 0);
}

TEST(Check, FailsWhenTheStoreCannotBeListed)
{
    store::MemoryStore memory;
    store::FaultyStore store(memory);
    const auto repository = new_repository(store);
    // The first list is the log's.
    store.fail_nth(store::Act::List, 2, store::Fault::Unavailable);

    EXPECT_ERROR(Maintenance(*repository).check({}, {}), ErrorCode::Unavailable);
}

}  // namespace starkeep::repository
