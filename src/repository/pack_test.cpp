// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "repository/fixture_test.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "repository/pack_reader.hpp"
#include "repository/pack_writer.hpp"
#include "store/memory_store.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace starkeep::repository {
namespace {

TestPack small_pack(const Keyring& keyring)
{
    return make_pack(
        keyring, id_of<PackId>(5), RecordType::Chunk, {to_bytes("1\tone\n"), text_of(1, 400), {}}
    );
}

std::vector<std::string> damages(const Keyring& keyring, const PackName& pack, ByteView object)
{
    std::vector<std::string> found;
    store::MemoryStore store;
    store.overwrite(pack_name(pack.kind, pack.id), Bytes(object.begin(), object.end()));
    const ListedPack listed{.name = pack, .bytes = object.size()};
    const auto on_damage = [&](const Error& error, const DirectoryEntry&) {
        found.push_back(error.text());
    };
    if (const auto opened = verify_pack(store, keyring, listed, on_damage); !opened.ok()) {
        found.push_back(opened.error().text());
    }
    return found;
}

TEST(Pack, GivesBackItsRecordsByDirectory)
{
    const Keyring keyring = test_keyring();
    const TestPack pack = small_pack(keyring);
    store::MemoryStore store;
    ASSERT_OK(store.put(pack.name(), pack.object));

    ASSERT_OK_AND_LET(
        const PackDirectory directory,
        read_directory(store, keyring, pack.directory.pack, pack.object.size())
    );

    EXPECT_EQ(directory.records, pack.directory.records);
    RecordOpener opener(keyring, pack.directory.pack);
    const DirectoryEntry& second = directory.records[1];
    ASSERT_OK_AND_LET(
        const Bytes plain,
        opener.open(second, ByteView(pack.object).subspan(second.offset, second.stored_bytes))
    );
    EXPECT_EQ(plain, text_of(1, 400));
    EXPECT_TRUE(damages(keyring, pack.directory.pack, pack.object).empty());
}

TEST(Pack, CompressesWhatGetsSmallerAndStoresTheRestPlain)
{
    const Keyring keyring = test_keyring();
    std::mt19937 generator(1);
    Bytes noise(1000);
    for (std::byte& byte : noise) {
        byte = static_cast<std::byte>(generator());
    }

    const TestPack pack =
        make_pack(keyring, id_of<PackId>(5), RecordType::Chunk, {text_of(1, 1000), noise});

    EXPECT_LT(pack.directory.records[0].stored_bytes, 300U);
    EXPECT_EQ(pack.directory.records[1].stored_bytes, 1060U);
    EXPECT_TRUE(damages(keyring, pack.directory.pack, pack.object).empty());
}

TEST(Pack, FindsEveryFlippedBit)
{
    const Keyring keyring = test_keyring();
    const TestPack pack = small_pack(keyring);

    with_every_flipped_bit(pack.object, [&](const Bytes& damaged) {
        EXPECT_FALSE(damages(keyring, pack.directory.pack, damaged).empty());
    });
}

TEST(Pack, FindsEveryTruncation)
{
    const Keyring keyring = test_keyring();
    const TestPack pack = small_pack(keyring);

    with_every_truncation(pack.object, [&](ByteView damaged) {
        EXPECT_FALSE(damages(keyring, pack.directory.pack, damaged).empty());
        store::MemoryStore store;
        ASSERT_OK(store.put(pack.name(), damaged));
        EXPECT_FALSE(read_directory(store, keyring, pack.directory.pack, damaged.size()).ok());
    });
}

TEST(Pack, FindsThatItLiesUnderAnothersName)
{
    const Keyring keyring = test_keyring();
    const TestPack pack = small_pack(keyring);
    const PackName other{.kind = PackKind::Data, .id = id_of<PackId>(6)};
    const PackName other_kind{.kind = PackKind::Metadata, .id = pack.directory.pack.id};

    EXPECT_FALSE(damages(keyring, other, pack.object).empty());
    EXPECT_FALSE(damages(keyring, other_kind, pack.object).empty());
    EXPECT_FALSE(damages(test_keyring(2), pack.directory.pack, pack.object).empty());
}

TEST(Pack, NamesThePackAndTheOffsetOfADamagedRecordAndGoesOn)
{
    const Keyring keyring = test_keyring();
    TestPack pack = make_pack(
        keyring,
        id_of<PackId>(5),
        RecordType::Chunk,
        {text_of(1, 50), text_of(2, 50), text_of(3, 50)}
    );
    pack.object[pack.directory.records[0].offset + 50] ^= std::byte{1};
    pack.object[pack.directory.records[2].offset + 50] ^= std::byte{1};

    const std::vector<std::string> found = damages(keyring, pack.directory.pack, pack.object);

    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0], pack.name() + ": record at offset 44: authentication fails");
    EXPECT_NE(
        found[1].find("offset " + std::to_string(pack.directory.records[2].offset)),
        std::string::npos
    );
}

TEST(Pack, OpensNoRecordThatIsNotTheOneReferredTo)
{
    const Keyring keyring = test_keyring();
    const TestPack pack =
        make_pack(keyring, id_of<PackId>(5), RecordType::Chunk, {text_of(1, 50), text_of(2, 50)});
    const DirectoryEntry& first = pack.directory.records[0];
    const ByteView stored = ByteView(pack.object).subspan(first.offset, first.stored_bytes);
    RecordOpener opener(keyring, pack.directory.pack);
    ASSERT_OK(opener.open(first, stored));

    const auto with = [&](const std::function<void(DirectoryEntry&)>& change) {
        DirectoryEntry changed = first;
        change(changed);
        return opener.open(changed, stored);
    };

    EXPECT_ERROR(with([](auto& entry) { entry.type = RecordType::Segment; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](auto& entry) { entry.plain_bytes += 1; }), ErrorCode::Corrupt);
    EXPECT_ERROR(with([](auto& entry) { entry.offset += 1; }), ErrorCode::Corrupt);
    EXPECT_ERROR(
        with([&](auto& entry) { entry.id = pack.directory.records[1].id; }), ErrorCode::Corrupt
    );
    EXPECT_ERROR(opener.open(first, stored.first(stored.size() - 1)), ErrorCode::Corrupt);
}

TEST(Pack, RefusesContentThatIsAuthenticButNotWhatItsIdSays)
{
    const Keyring keyring = test_keyring();
    PackWriter writer(keyring);
    writer.begin(id_of<PackId>(5));
    writer.add(
        RecordType::Chunk,
        keyring.content_id(RecordType::Chunk, as_bytes("other")),
        as_bytes("text")
    );
    const ByteView object = writer.finish();

    const std::vector<std::string> found =
        damages(keyring, {.kind = PackKind::Data, .id = id_of<PackId>(5)}, object);

    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].find("the content is not what its id says"), std::string::npos);
}

TEST(Pack, OfANewerFormatIsNotCalledDamaged)
{
    const Keyring keyring = test_keyring();
    TestPack pack = small_pack(keyring);
    pack.object[8] = std::byte{2};

    EXPECT_ERROR(
        check_pack_header(
            ByteView(pack.object).first(kPackHeaderBytes), keyring.repository, pack.directory.pack
        ),
        ErrorCode::Unsupported
    );
}

TEST(PackWriter, ClosesPacksAt32MiBAndTakesOneLargerRecordAlone)
{
    const Keyring keyring = test_keyring();
    PackWriter writer(keyring);
    writer.begin(id_of<PackId>(5));
    const std::size_t large = std::size_t{33} << 20U;
    ASSERT_TRUE(writer.fits(large));
    const Bytes plain(large, std::byte{'x'});

    writer.add(RecordType::Manifest, keyring.content_id(RecordType::Manifest, plain), plain);

    EXPECT_FALSE(writer.fits(large));
    EXPECT_TRUE(writer.fits(1000));
    const ByteView object = writer.finish();
    EXPECT_TRUE(
        damages(keyring, {.kind = PackKind::Metadata, .id = id_of<PackId>(5)}, object).empty()
    );
}

TEST(PackWriter, NeverMakesAPackOfMoreThan32MiBOfSmallRecords)
{
    const Keyring keyring = test_keyring();
    PackWriter writer(keyring);
    writer.begin(id_of<PackId>(5));
    std::mt19937 generator(1);
    Bytes noise(64 << 10U);
    while (writer.fits(noise.size())) {
        for (std::byte& byte : noise) {
            byte = static_cast<std::byte>(generator());
        }
        writer.add(RecordType::Chunk, keyring.content_id(RecordType::Chunk, noise), noise);
    }

    const ByteView object = writer.finish();

    EXPECT_LE(object.size(), kPackBytes);
    EXPECT_GT(object.size(), kPackBytes - (1U << 20U));
}

TEST(PackWriter, WritesOnePackAfterTheOther)
{
    const Keyring keyring = test_keyring();
    PackWriter writer(keyring);
    for (unsigned number = 1; number < 4; ++number) {
        writer.begin(id_of<PackId>(number));
        const Bytes plain = text_of(number, 100);
        writer.add(RecordType::Chunk, keyring.content_id(RecordType::Chunk, plain), plain);
        EXPECT_TRUE(
            damages(keyring, {.kind = PackKind::Data, .id = id_of<PackId>(number)}, writer.finish())
                .empty()
        );
        EXPECT_FALSE(writer.is_open());
    }
}

TEST(Directory, IsFoundAlsoWhenItIsLongerThanOneRequest)
{
    const Keyring keyring = test_keyring();
    std::vector<Bytes> contents;
    for (unsigned i = 0; i < 8000; ++i) {
        contents.push_back(to_bytes(std::to_string(i)));
    }
    const TestPack pack = make_pack(keyring, id_of<PackId>(5), RecordType::Chunk, contents);
    store::MemoryStore store;
    ASSERT_OK(store.put(pack.name(), pack.object));

    ASSERT_OK_AND_LET(
        const PackDirectory directory,
        read_directory(store, keyring, pack.directory.pack, pack.object.size())
    );

    EXPECT_EQ(directory.records, pack.directory.records);
}

TEST(Directory, RefusesGapsForeignTypesAndImpossibleLengths)
{
    const DirectoryEntry good{
        .type = RecordType::Chunk, .offset = 44, .stored_bytes = 100, .plain_bytes = 40, .id = {}
    };
    struct Case {
        const char* name;
        std::function<void(std::vector<DirectoryEntry>&)> change;
    };
    const std::vector<Case> cases = {
        {"a first record behind a gap",
         [](auto& records) {
             records[0].offset = 45;
         }},
        {"records that overlap",
         [](auto& records) {
             records[1].offset -= 1;
         }},
        {"a directory inside",
         [](auto& records) {
             records[1].type = RecordType::Directory;
         }},
        {"another kind of pack",
         [](auto& records) {
             records[1].type = RecordType::Segment;
         }},
        {"shorter than a record's frame",
         [](auto& records) {
             records[1].stored_bytes = 59;
         }},
        {"longer stored than plain",
         [](auto& records) {
             records[1].plain_bytes = 39;
         }},
        {"more than 64 MiB",
         [](auto& records) {
             records[1].plain_bytes = (64U << 20U) + 1;
         }},
    };
    for (const Case& test : cases) {
        SCOPED_TRACE(test.name);
        std::vector<DirectoryEntry> records = {good, good};
        records[1].offset = 144;
        codec::ByteWriter whole;
        encode_directory(whole, records);
        codec::ByteReader whole_reader(whole.bytes(), "directory");
        ASSERT_OK(decode_directory(whole_reader, id_of<PackId>(1)));

        test.change(records);
        codec::ByteWriter out;
        encode_directory(out, records);
        codec::ByteReader reader(out.bytes(), "directory");

        EXPECT_ERROR(decode_directory(reader, id_of<PackId>(1)), ErrorCode::Corrupt);
    }
}

}  // namespace
}  // namespace starkeep::repository
