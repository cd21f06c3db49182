// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "repository/fixture_test.hpp"
#include "repository/keyring.hpp"
#include "repository/sealed_object.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace starkeep::repository {
namespace {

constexpr const char* kName = "c/0000000000000001";

TEST(SealedObject, GivesBackWhatWasSealed)
{
    const Keyring keyring = test_keyring();
    for (const std::size_t size : {0U, 1U, 100U, 100'000U}) {
        const Bytes plain = text_of(1, size);
        ASSERT_OK_AND_LET(
            const Bytes opened,
            open_object(
                keyring,
                ObjectKind::LogEntry,
                kName,
                seal_object(keyring, ObjectKind::LogEntry, kName, plain)
            )
        );
        EXPECT_EQ(opened, plain);
    }
}

TEST(SealedObject, LooksDifferentEveryTime)
{
    const Keyring keyring = test_keyring();

    EXPECT_NE(
        seal_object(keyring, ObjectKind::Index, kName, {}),
        seal_object(keyring, ObjectKind::Index, kName, {})
    );
}

TEST(SealedObject, IsRefusedWithAnyFlippedBit)
{
    const Keyring keyring = test_keyring();
    const Bytes object =
        seal_object(keyring, ObjectKind::LogEntry, kName, as_bytes("{\"type\":\"forget\"}"));

    with_every_flipped_bit(object, [&](const Bytes& damaged) {
        EXPECT_FALSE(open_object(keyring, ObjectKind::LogEntry, kName, damaged).ok());
    });
}

TEST(SealedObject, IsRefusedWhenItIsTruncatedOrLengthened)
{
    const Keyring keyring = test_keyring();
    Bytes object =
        seal_object(keyring, ObjectKind::LogEntry, kName, as_bytes("{\"type\":\"forget\"}"));

    with_every_truncation(object, [&](ByteView damaged) {
        EXPECT_ERROR(
            open_object(keyring, ObjectKind::LogEntry, kName, damaged), ErrorCode::Corrupt
        );
    });
    object.push_back(std::byte{0});
    EXPECT_ERROR(open_object(keyring, ObjectKind::LogEntry, kName, object), ErrorCode::Corrupt);
}

TEST(SealedObject, OpensUnderNoOtherNameKindOrRepository)
{
    const Keyring keyring = test_keyring();
    const Bytes object = seal_object(keyring, ObjectKind::LogEntry, kName, as_bytes("text"));

    EXPECT_ERROR(
        open_object(keyring, ObjectKind::LogEntry, "c/0000000000000002", object), ErrorCode::Corrupt
    );
    EXPECT_ERROR(open_object(keyring, ObjectKind::Index, kName, object), ErrorCode::Corrupt);
    EXPECT_ERROR(
        open_object(test_keyring(2), ObjectKind::LogEntry, kName, object), ErrorCode::Corrupt
    );
}

TEST(SealedObject, OfANewerFormatIsNotCalledDamaged)
{
    const Keyring keyring = test_keyring();
    Bytes object = seal_object(keyring, ObjectKind::LogEntry, kName, as_bytes("text"));
    object[8] = std::byte{2};
    object.back() ^= std::byte{1};

    EXPECT_ERROR(open_object(keyring, ObjectKind::LogEntry, kName, object), ErrorCode::Unsupported);
}

TEST(SealedObject, WhoseVersionAloneIsWrongIsDamaged)
{
    const Keyring keyring = test_keyring();
    Bytes object = seal_object(keyring, ObjectKind::LogEntry, kName, as_bytes("text"));
    object[8] = std::byte{2};

    EXPECT_ERROR(open_object(keyring, ObjectKind::LogEntry, kName, object), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::repository
