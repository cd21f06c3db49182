// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "repository/fixture_test.hpp"
#include "repository/key_slot.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/repository.hpp"
#include "repository/write_session.hpp"
#include "store/memory_store.hpp"
#include "store/store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::repository {
namespace {

Secret password()
{
    return Secret("correct horse");
}

/// A slot as cheap as the format allows, of repository `repository`.
void put_slot(
    store::Store& store, unsigned repository, unsigned slot_number, std::string_view words
)
{
    KeySlot slot;
    slot.repository = id_of<RepositoryId>(repository);
    slot.id = id_of<KeySlotId>(slot_number);
    slot.cost = {.memory_kib = 8192, .passes = 1, .lanes = 1};
    ASSERT_OK_AND_LET(
        const Bytes object, seal_key_slot(slot, test_keyring().master, Secret(std::string(words)))
    );
    ASSERT_OK(store.put(key_slot_name(slot.id), object));
}

TEST(Repository, OpensWithThePasswordThatMadeIt)
{
    store::MemoryStore store;
    ASSERT_OK_AND_LET(const RepositoryId id, Repository::create(store, password()));

    ASSERT_OK_AND_LET(const auto repository, Repository::open(store, password()));

    EXPECT_EQ(repository->id(), id);
    EXPECT_EQ(&repository->store(), &store);
    ASSERT_OK_AND_LET(const std::vector<Point> points, repository->points());
    EXPECT_TRUE(points.empty());
}

TEST(Repository, IsNotMadeTwiceNorAmongForeignThingsNorWithoutAPassword)
{
    store::MemoryStore taken;
    put_slot(taken, 1, 1, "correct horse");
    EXPECT_ERROR(Repository::create(taken, password()), ErrorCode::Exists);

    store::MemoryStore foreign;
    ASSERT_OK(foreign.put("holiday/beach.jpg", {}));
    const auto refused = Repository::create(foreign, password());
    EXPECT_ERROR(refused, ErrorCode::InvalidInput);
    EXPECT_NE(refused.error().text().find("holiday/beach.jpg"), std::string::npos);

    store::MemoryStore empty;
    EXPECT_ERROR(Repository::create(empty, Secret("")), ErrorCode::InvalidInput);
    EXPECT_TRUE(names_in(empty, "").empty());
}

TEST(Repository, GivesWayWhenAnotherIsMadeAtTheSameMoment)
{
    ScriptedStore store;
    store.on_put = [&](std::string_view) {
        put_slot(store.memory, 2, 9, "theirs");
        return ScriptedStore::Fate{};
    };

    EXPECT_ERROR(Repository::create(store, password()), ErrorCode::Exists);

    EXPECT_EQ(names_in(store, ""), (std::vector{key_slot_name(id_of<KeySlotId>(9))}));
}

TEST(Repository, IsNotFoundInAnEmptyPlace)
{
    store::MemoryStore store;

    EXPECT_ERROR(Repository::open(store, password()), ErrorCode::NotFound);
}

TEST(Repository, IsDeniedToAnotherPassword)
{
    store::MemoryStore store;
    put_slot(store, 1, 1, "correct horse");

    const auto opened = Repository::open(store, Secret("wrong horse"));

    EXPECT_ERROR(opened, ErrorCode::Denied);
    EXPECT_FALSE(opened.error().hint().empty());
    EXPECT_EQ(opened.error().text().find("wrong horse"), std::string::npos);
}

TEST(Repository, OpensByAnyOfItsKeySlotsPastDamagedOnes)
{
    store::MemoryStore store;
    put_slot(store, 1, 1, "first");
    put_slot(store, 1, 2, "second");
    put_slot(store, 1, 3, "third");
    store.overwrite(key_slot_name(id_of<KeySlotId>(1)), to_bytes("damaged"));

    EXPECT_OK(Repository::open(store, Secret("second")));
    EXPECT_OK(Repository::open(store, Secret("third")));
    const auto damaged = Repository::open(store, Secret("first"));
    EXPECT_ERROR(damaged, ErrorCode::Corrupt);
    EXPECT_NE(damaged.error().text().find(key_slot_name(id_of<KeySlotId>(1))), std::string::npos);
}

TEST(Repository, RefusesKeySlotsOfTwoRepositories)
{
    store::MemoryStore store;
    put_slot(store, 1, 1, "password");
    put_slot(store, 2, 2, "password");

    EXPECT_ERROR(Repository::open(store, Secret("password")), ErrorCode::Corrupt);
}

TEST(Repository, AddsListsAndRemovesKeys)
{
    store::MemoryStore store;
    put_slot(store, 1, 1, "old");
    ASSERT_OK_AND_LET(const auto repository, Repository::open(store, Secret("old")));

    ASSERT_OK_AND_LET(const KeySlotId added, repository->add_key(Secret("new"), "second key"));

    ASSERT_OK_AND_LET(const auto reopened, Repository::open(store, Secret("new")));
    EXPECT_EQ(reopened->chunking_secret(), repository->chunking_secret());
    ASSERT_OK_AND_LET(const std::vector<KeyInfo> keys, reopened->keys());
    ASSERT_EQ(keys.size(), 2U);
    for (const KeyInfo& key : keys) {
        EXPECT_EQ(key.current, key.id == added);
        EXPECT_EQ(key.label, key.id == added ? "second key" : "");
    }
    ASSERT_OK(reopened->remove_key(id_of<KeySlotId>(1)));
    EXPECT_ERROR(Repository::open(store, Secret("old")), ErrorCode::Denied);
    EXPECT_ERROR(reopened->remove_key(added), ErrorCode::InvalidInput);
    EXPECT_ERROR(reopened->remove_key(id_of<KeySlotId>(1)), ErrorCode::NotFound);
    EXPECT_ERROR(reopened->add_key(Secret(""), ""), ErrorCode::InvalidInput);
}

/// An open repository with one committed point of several chunks.
struct Filled {
    ScriptedStore store{};
    std::unique_ptr<Repository> repository{};
    std::vector<Reference> chunks{};

    Filled()
    {
        put_slot(store, 1, 1, "password");
        repository = std::move(Repository::open(store, Secret("password"))).value();
        auto session = std::move(WriteSession::begin(*repository)).value();
        const auto appender = session->appender();
        for (unsigned number = 0; number < 10; ++number) {
            chunks.push_back(*appender->add(RecordType::Chunk, text_of(number, 1000)));
        }
        const Reference manifest = *appender->add(RecordType::Manifest, as_bytes("{}"));
        EXPECT_OK(appender->flush());
        EXPECT_OK(session->commit(point_of(1, manifest, {chunks[0].pack})));
        store.ranges_read = 0;
    }
    std::string pack() const { return pack_name(PackKind::Data, chunks[0].pack); }
};

TEST(Repository, ReadsRecordsAndFetchesNeighboursTogether)
{
    Filled filled;

    ASSERT_OK_AND_LET(
        const std::vector<Bytes> all, filled.repository->read_all(filled.chunks, RecordType::Chunk)
    );

    EXPECT_EQ(filled.store.ranges_read, 1);
    ASSERT_EQ(all.size(), 10U);
    for (unsigned number = 0; number < 10; ++number) {
        EXPECT_EQ(all[number], text_of(number, 1000));
    }
    ASSERT_OK_AND_LET(
        const std::vector<Bytes> apart,
        filled.repository->read_all(
            {filled.chunks[4], filled.chunks[2], filled.chunks[3]}, RecordType::Chunk
        )
    );
    EXPECT_EQ(filled.store.ranges_read, 3);
    EXPECT_EQ(apart[0], text_of(4, 1000));
    EXPECT_EQ(apart[2], text_of(3, 1000));
    ASSERT_OK_AND_LET(
        const std::vector<Bytes> none, filled.repository->read_all({}, RecordType::Chunk)
    );
    EXPECT_TRUE(none.empty());
}

TEST(Repository, FindsEveryFlippedBitOfARecordThatItReads)
{
    Filled filled;
    ASSERT_OK_AND_LET(const Bytes pack, filled.store.get(filled.pack()));
    const Reference& chunk = filled.chunks[1];
    const Bytes record(
        pack.begin() + chunk.offset, pack.begin() + chunk.offset + chunk.stored_bytes
    );

    with_every_flipped_bit(record, [&](const Bytes& damaged) {
        Bytes object = pack;
        std::ranges::copy(damaged, object.begin() + chunk.offset);
        filled.store.memory.overwrite(filled.pack(), object);
        EXPECT_ERROR(filled.repository->read(chunk, RecordType::Chunk), ErrorCode::Corrupt);
    });
}

TEST(Repository, NamesThePackAndTheOffsetWhenItIsMissingShortOrAnother)
{
    Filled filled;
    const Reference& chunk = filled.chunks[1];
    const std::string expected =
        filled.pack() + ": record at offset " + std::to_string(chunk.offset);
    ASSERT_OK_AND_LET(Bytes pack, filled.store.get(filled.pack()));
    const auto expect_named = [&] {
        const auto read = filled.repository->read(chunk, RecordType::Chunk);
        EXPECT_ERROR(read, ErrorCode::Corrupt);
        EXPECT_NE(read.error().text().find(expected), std::string::npos) << read.error().text();
    };

    filled.store.memory.overwrite(
        filled.pack(), Bytes(pack.begin(), pack.begin() + chunk.offset + 10)
    );
    expect_named();
    const TestPack other =
        make_pack(test_keyring(), id_of<PackId>(9), RecordType::Chunk, {Bytes(5000), Bytes(5001)});
    Bytes foreign = other.object;
    foreign.resize(pack.size());
    filled.store.memory.overwrite(filled.pack(), foreign);
    expect_named();
    ASSERT_OK(filled.store.remove(filled.pack()));
    expect_named();
}

TEST(Repository, ReadsNothingUnderAnotherTypeOrAnImpossibleReference)
{
    Filled filled;
    Reference reference = filled.chunks[0];

    EXPECT_ERROR(filled.repository->read(reference, RecordType::Segment), ErrorCode::Corrupt);
    reference.stored_bytes = 10;
    EXPECT_ERROR(filled.repository->read(reference, RecordType::Chunk), ErrorCode::Corrupt);
    reference.stored_bytes = ~0U;
    EXPECT_ERROR(filled.repository->read(reference, RecordType::Chunk), ErrorCode::Corrupt);
}

TEST(Repository, ForgetsPointsThatExistAndSaysWhichDoesNot)
{
    Filled filled;

    EXPECT_ERROR(
        filled.repository->forget({id_of<PointId>(1), id_of<PointId>(2)}), ErrorCode::NotFound
    );
    ASSERT_OK_AND_LET(const std::vector<Point> before, filled.repository->points());
    ASSERT_OK(filled.repository->forget({id_of<PointId>(1)}));
    ASSERT_OK_AND_LET(const std::vector<Point> after, filled.repository->points());

    EXPECT_EQ(before.size(), 1U);
    EXPECT_TRUE(after.empty());
}

}  // namespace
}  // namespace starkeep::repository
