// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "repository/fixture_test.hpp"
#include "repository/key_slot.hpp"
#include "repository/names.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace starkeep::repository {
namespace {

KeySlot test_slot()
{
    KeySlot slot;
    slot.repository = id_of<RepositoryId>(1);
    slot.id = id_of<KeySlotId>(2);
    slot.cost = {.memory_kib = 8192, .passes = 1, .lanes = 1};
    slot.salt.fill(std::byte{3});
    slot.created = std::chrono::sys_seconds(std::chrono::seconds(1'795'000'000));
    slot.label = "laptop of the office";
    return slot;
}

const std::string kName = key_slot_name(id_of<KeySlotId>(2));

codec::Key256 master_key()
{
    codec::Key256 key;
    key.bytes.fill(std::byte{0x77});
    return key;
}

Bytes sealed(const KeySlot& slot)
{
    Result<Bytes> object = seal_key_slot(slot, master_key(), Secret("correct horse"));
    EXPECT_TRUE(object.ok());
    return std::move(object).value();
}

/// As an attacker or a newer program would: the checksum agrees.
Bytes with_checksum(Bytes object)
{
    const codec::Hash256 sum = codec::sha256(ByteView(object).first(164));
    std::ranges::copy(sum, object.begin() + 164);
    return object;
}

TEST(KeySlot, GivesBackTheMasterKeyAndWhatIsSaidOfIt)
{
    const Bytes object = sealed(test_slot());

    ASSERT_OK_AND_LET(const KeySlot slot, decode_key_slot(kName, object));
    ASSERT_OK_AND_LET(const codec::Key256 master, open_key_slot(slot, Secret("correct horse")));

    EXPECT_EQ(object.size(), 196U);
    EXPECT_EQ(master.bytes, master_key().bytes);
    EXPECT_EQ(slot.repository, test_slot().repository);
    EXPECT_EQ(slot.id, test_slot().id);
    EXPECT_EQ(slot.cost, test_slot().cost);
    EXPECT_EQ(slot.created, test_slot().created);
    EXPECT_EQ(slot.label, test_slot().label);
}

TEST(KeySlot, KeepsALabelThatFillsItsField)
{
    KeySlot slot = test_slot();
    slot.label = std::string(36, 'x');

    ASSERT_OK_AND_LET(const KeySlot decoded, decode_key_slot(kName, sealed(slot)));

    EXPECT_EQ(decoded.label, slot.label);
}

TEST(KeySlot, IsDeniedToAnotherPassword)
{
    ASSERT_OK_AND_LET(const KeySlot slot, decode_key_slot(kName, sealed(test_slot())));

    EXPECT_ERROR(open_key_slot(slot, Secret("correct hors")), ErrorCode::Denied);
    EXPECT_ERROR(open_key_slot(slot, Secret("")), ErrorCode::InvalidInput);
}

TEST(KeySlot, RefusesALabelThatDoesNotFitAndAnEmptyPassword)
{
    KeySlot slot = test_slot();
    EXPECT_ERROR(seal_key_slot(slot, master_key(), Secret("")), ErrorCode::InvalidInput);
    slot.label = std::string(37, 'x');
    EXPECT_ERROR(seal_key_slot(slot, master_key(), Secret("password")), ErrorCode::InvalidInput);
    slot.label = std::string("a\0b", 3);
    EXPECT_ERROR(seal_key_slot(slot, master_key(), Secret("password")), ErrorCode::InvalidInput);
}

TEST(KeySlot, IsDamagedByAnyFlippedBitAndNotTakenForAWrongPassword)
{
    with_every_flipped_bit(sealed(test_slot()), [](const Bytes& damaged) {
        EXPECT_ERROR(decode_key_slot(kName, damaged), ErrorCode::Corrupt);
    });
}

TEST(KeySlot, IsDamagedWhenTruncatedOrLengthened)
{
    Bytes object = sealed(test_slot());
    with_every_truncation(object, [](ByteView damaged) {
        EXPECT_ERROR(decode_key_slot(kName, damaged), ErrorCode::Corrupt);
    });
    object.push_back(std::byte{0});
    EXPECT_ERROR(decode_key_slot(kName, object), ErrorCode::Corrupt);
}

TEST(KeySlot, IsRefusedUnderAnotherName)
{
    EXPECT_ERROR(
        decode_key_slot(key_slot_name(id_of<KeySlotId>(3)), sealed(test_slot())), ErrorCode::Corrupt
    );
}

TEST(KeySlot, OfANewerFormatOrWithUnknownFeaturesIsNotCalledDamaged)
{
    Bytes newer = sealed(test_slot());
    newer[8] = std::byte{2};
    EXPECT_ERROR(decode_key_slot(kName, with_checksum(newer)), ErrorCode::Unsupported);
    Bytes featured = sealed(test_slot());
    featured[10] = std::byte{1};
    EXPECT_ERROR(decode_key_slot(kName, with_checksum(featured)), ErrorCode::Unsupported);
}

TEST(KeySlot, RefusesForgedCostsAndDatesBeforeSpendingThem)
{
    for (const std::size_t byte : {47U, 51U, 55U, 79U}) {
        SCOPED_TRACE(byte);
        Bytes forged = sealed(test_slot());
        forged[byte] = std::byte{0x7f};
        EXPECT_ERROR(decode_key_slot(kName, with_checksum(forged)), ErrorCode::Corrupt);
    }
}

TEST(KeySlot, DoesNotOpenWithAForgedHeader)
{
    Bytes forged = sealed(test_slot());
    forged[80] = std::byte{'L'};
    ASSERT_OK_AND_LET(const KeySlot slot, decode_key_slot(kName, with_checksum(forged)));

    EXPECT_ERROR(open_key_slot(slot, Secret("correct horse")), ErrorCode::Denied);
}

}  // namespace
}  // namespace starkeep::repository
