// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "repository/fixture_test.hpp"
#include "repository/index.hpp"
#include "repository/keyring.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "repository/sealed_object.hpp"
#include "store/memory_store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace starkeep::repository {
namespace {

constexpr std::size_t kMany = 1'000'000;

Reference numbered(std::uint32_t number)
{
    return {
        .pack = id_of<PackId>(number % 7),
        .offset = 44 + number,
        .stored_bytes = 100,
        .plain_bytes = 40,
        .id = {.bytes = codec::sha256(as_bytes(std::to_string(number)))},
    };
}

TEST(Index, FindsWhatWasInsertedThroughEveryGrowth)
{
    Index index(kMany);
    for (std::uint32_t number = 0; number < 20'000; ++number) {
        index.insert(numbered(number));
    }

    EXPECT_EQ(index.size(), 20'000U);
    for (std::uint32_t number = 0; number < 20'000; ++number) {
        ASSERT_EQ(index.find(numbered(number).id), numbered(number));
    }
    EXPECT_FALSE(index.find(numbered(20'000).id).has_value());
}

TEST(Index, KeepsTheFirstPlaceOfAContent)
{
    Index index(kMany);
    index.insert(numbered(1));
    Reference again = numbered(1);
    again.offset = 999;

    index.insert(again);

    EXPECT_EQ(index.find(again.id), numbered(1));
    EXPECT_EQ(index.size(), 1U);
}

TEST(Index, LeavesOutWhatIsMoreThanItMayHold)
{
    Index index(2);
    for (std::uint32_t number = 0; number < 3; ++number) {
        index.insert(numbered(number));
    }

    EXPECT_TRUE(index.find(numbered(1).id).has_value());
    EXPECT_FALSE(index.find(numbered(2).id).has_value());
}

/// A store with one data pack and one metadata pack, both in an index.
struct IndexedStore {
    Keyring keyring = test_keyring();
    store::MemoryStore store{};
    TestPack data =
        make_pack(keyring, id_of<PackId>(1), RecordType::Chunk, {text_of(1, 100), text_of(2, 100)});
    TestPack metadata =
        make_pack(keyring, id_of<PackId>(2), RecordType::Segment, {text_of(3, 100)});

    IndexedStore()
    {
        EXPECT_OK(store.put(data.name(), data.object));
        EXPECT_OK(store.put(metadata.name(), metadata.object));
        put_index(encode_index({data.directory, metadata.directory}));
    }
    void put_index(ByteView plain)
    {
        const std::string name = index_name(id_of<IndexId>(1));
        store.overwrite(name, seal_object(keyring, ObjectKind::Index, name, plain));
    }
    Result<LoadedIndex> load(const LogState& log = {})
    {
        return load_index(store, keyring, log, kMany);
    }
};

TEST(IndexObject, ComesBackFromItsBytes)
{
    const IndexedStore indexed;
    const Bytes plain = encode_index({indexed.data.directory, indexed.metadata.directory});

    ASSERT_OK_AND_LET(const std::vector<PackDirectory> packs, decode_index(plain, "i/1"));

    ASSERT_EQ(packs.size(), 2U);
    EXPECT_EQ(packs[0].pack.id, indexed.data.directory.pack.id);
    EXPECT_EQ(packs[0].pack.kind, PackKind::Data);
    EXPECT_EQ(packs[0].records, indexed.data.directory.records);
    EXPECT_EQ(packs[1].pack.kind, PackKind::Metadata);
    with_every_truncation(plain, [](ByteView damaged) {
        EXPECT_ERROR(decode_index(damaged, "i/1"), ErrorCode::Corrupt);
    });
}

TEST(LoadIndex, OffersWhatIndexesNameWithoutReadingThePacks)
{
    IndexedStore indexed;

    ASSERT_OK_AND_LET(const LoadedIndex loaded, indexed.load());

    EXPECT_EQ(loaded.index.size(), 3U);
    EXPECT_TRUE(loaded.unindexed.empty());
}

TEST(LoadIndex, ReadsTheDirectoryOfAPackThatNoIndexNames)
{
    IndexedStore indexed;
    const TestPack orphan =
        make_pack(indexed.keyring, id_of<PackId>(3), RecordType::Chunk, {text_of(9, 100)});
    ASSERT_OK(indexed.store.put(orphan.name(), orphan.object));

    ASSERT_OK_AND_LET(const LoadedIndex loaded, indexed.load());

    EXPECT_EQ(
        loaded.index.find(orphan.directory.records[0].id),
        orphan.directory.records[0].in(id_of<PackId>(3))
    );
    ASSERT_EQ(loaded.unindexed.size(), 1U);
    EXPECT_EQ(loaded.unindexed[0].pack.id, id_of<PackId>(3));
}

TEST(LoadIndex, OffersNothingFromCondemnedSweptOrMissingPacks)
{
    IndexedStore indexed;
    const ContentId content = indexed.data.directory.records[0].id;
    LogState log;
    log.condemned = {id_of<PackId>(1)};
    ASSERT_OK_AND_LET(const LoadedIndex condemned, indexed.load(log));
    EXPECT_FALSE(condemned.index.find(content).has_value());
    EXPECT_EQ(condemned.index.size(), 1U);

    log = {};
    log.swept = {id_of<PackId>(1)};
    ASSERT_OK_AND_LET(const LoadedIndex swept, indexed.load(log));
    EXPECT_FALSE(swept.index.find(content).has_value());

    ASSERT_OK(indexed.store.remove(indexed.data.name()));
    ASSERT_OK_AND_LET(const LoadedIndex missing, indexed.load());
    EXPECT_FALSE(missing.index.find(content).has_value());
}

TEST(LoadIndex, OffersNothingFromAPackThatLostItsEnd)
{
    IndexedStore indexed;
    const Bytes& object = indexed.data.object;
    indexed.store.overwrite(indexed.data.name(), Bytes(object.begin(), object.begin() + 200));

    ASSERT_OK_AND_LET(const LoadedIndex loaded, indexed.load());

    EXPECT_EQ(loaded.index.size(), 1U);
}

TEST(LoadIndex, PassesOverDamagedIndexesAndPacks)
{
    IndexedStore indexed;
    const TestPack orphan =
        make_pack(indexed.keyring, id_of<PackId>(3), RecordType::Chunk, {text_of(9, 100)});
    Bytes damaged = orphan.object;
    damaged[damaged.size() - 30] ^= std::byte{1};
    ASSERT_OK(indexed.store.put(orphan.name(), damaged));
    indexed.put_index(as_bytes("no index"));

    ASSERT_OK_AND_LET(const LoadedIndex loaded, indexed.load());

    EXPECT_EQ(loaded.index.size(), 3U);
    EXPECT_EQ(loaded.unindexed.size(), 2U);
}

}  // namespace
}  // namespace starkeep::repository
