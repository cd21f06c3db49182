// SPDX-License-Identifier: Apache-2.0
#include "base/id.hpp"
#include "repository/fixture_test.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"

#include <gtest/gtest.h>

namespace starkeep::repository {
namespace {

TEST(Names, AreThoseOfTheFormat)
{
    EXPECT_EQ(key_slot_name(id_of<KeySlotId>(1)), "k/101112131415161718191a1b1c1d1e1f");
    EXPECT_EQ(log_entry_name(255), "c/00000000000000ff");
    EXPECT_EQ(pack_name(PackKind::Data, id_of<PackId>(1)), "d/10/101112131415161718191a1b1c1d1e1f");
    EXPECT_EQ(
        pack_name(PackKind::Metadata, id_of<PackId>(1)), "m/101112131415161718191a1b1c1d1e1f"
    );
    EXPECT_EQ(index_name(id_of<IndexId>(1)), "i/101112131415161718191a1b1c1d1e1f");
    EXPECT_EQ(
        heartbeat_name(id_of<SessionId>(1), 3), "w/101112131415161718191a1b1c1d1e1f/00000003"
    );
    EXPECT_EQ(kind_of(RecordType::Chunk), PackKind::Data);
    EXPECT_EQ(kind_of(RecordType::Segment), PackKind::Metadata);
    EXPECT_EQ(kind_of(RecordType::Manifest), PackKind::Metadata);
}

TEST(Names, ComeBackFromTheirText)
{
    const auto pack = parse_pack_name(pack_name(PackKind::Data, id_of<PackId>(2)));
    ASSERT_TRUE(pack.has_value());
    EXPECT_EQ(pack->kind, PackKind::Data);
    EXPECT_EQ(pack->id, id_of<PackId>(2));
    const auto metadata = parse_pack_name(pack_name(PackKind::Metadata, id_of<PackId>(2)));
    ASSERT_TRUE(metadata.has_value());
    EXPECT_EQ(metadata->kind, PackKind::Metadata);
    EXPECT_EQ(parse_key_slot_name(key_slot_name(id_of<KeySlotId>(2))), id_of<KeySlotId>(2));
    EXPECT_EQ(parse_log_entry_name(log_entry_name(~0ULL)), ~0ULL);
    EXPECT_EQ(parse_index_name(index_name(id_of<IndexId>(2))), id_of<IndexId>(2));
    const auto beat = parse_heartbeat_name(heartbeat_name(id_of<SessionId>(2), 0xffffffff));
    ASSERT_TRUE(beat.has_value());
    EXPECT_EQ(beat->session, id_of<SessionId>(2));
    EXPECT_EQ(beat->beat, 0xffffffff);
}

TEST(Names, ThatNoWriterMakesAreForeign)
{
    for (const char* name : {
             "",
             "d/11/101112131415161718191a1b1c1d1e1f",
             "d/101112131415161718191a1b1c1d1e1f",
             "m/10/101112131415161718191a1b1c1d1e1f",
             "m/101112131415161718191A1B1C1D1E1F",
             "m/101112131415161718191a1b1c1d1e1g",
             "m/101112131415161718191a1b1c1d1e1f0",
             "k/101112131415161718191a1b1c1d1e",
             "x/101112131415161718191a1b1c1d1e1f",
             "c/0000000000000000",
             "c/1",
             "c/00000000000000FF",
             "x/00000000000000ff",
             "w/101112131415161718191a1b1c1d1e1f/3",
             "w/101112131415161718191a1b1c1d1e1f",
             "w/00000003",
         }) {
        SCOPED_TRACE(name);
        EXPECT_FALSE(parse_pack_name(name).has_value());
        EXPECT_FALSE(parse_key_slot_name(name).has_value());
        EXPECT_FALSE(parse_log_entry_name(name).has_value());
        EXPECT_FALSE(parse_index_name(name).has_value());
        EXPECT_FALSE(parse_heartbeat_name(name).has_value());
    }
}

}  // namespace
}  // namespace starkeep::repository
