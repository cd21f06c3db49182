// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "testing/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace starkeep::source::postgres {
namespace {

using ::testing::ElementsAre;

/// An archive with one entry, as pg_dump of the given format version writes it.
class ArchiveText {
public:
    explicit ArchiveText(unsigned minor) : minor_(minor)
    {
        text_ = std::string("PGDMP\x01", 6);
        text_ += static_cast<char>(minor);
        text_ += std::string("\x00\x04\x08\x01", 4);
        text_ += std::string(minor >= 15 ? 1 : 5, '\0');
        for (int i = 0; i < 7; ++i) {
            integer(1);
        }
        text("shop");
        text("15.20");
        text("15.20");
        integer(1);
        entry();
    }

    ByteView bytes() const { return as_bytes(text_); }
    std::string& raw() { return text_; }

private:
    void integer(int value)
    {
        text_ += value < 0 ? '\1' : '\0';
        const auto magnitude = static_cast<std::uint32_t>(value < 0 ? -value : value);
        for (unsigned i = 0; i < 4; ++i) {
            text_ += static_cast<char>((magnitude >> (8U * i)) & 0xFFU);
        }
    }
    void text(const std::string& value)
    {
        integer(static_cast<int>(value.size()));
        text_ += value;
    }
    void entry()
    {
        integer(215);
        integer(0);
        text("1259");
        text("16391");
        text("or\nders");
        text("TABLE");
        integer(2);
        text("CREATE TABLE public.\"or\nders\" ();");
        text("DROP TABLE public.\"or\nders\";");
        integer(-1);
        text("public");
        text("fast");
        if (minor_ >= 14) {
            text("heap");
        }
        if (minor_ >= 16) {
            integer('r');
        }
        text("ann");
        text("false");
        text("7");
        text("9");
        integer(-1);
        text_ += std::string(9, '\0');
    }

    unsigned minor_;
    std::string text_;
};

TEST(Archive, IsReadInEveryFormatVersionInUse)
{
    for (const unsigned minor : {11U, 12U, 13U, 14U, 15U, 16U}) {
        SCOPED_TRACE(minor);
        const ArchiveText text(minor);

        ASSERT_OK_AND_LET(const Archive archive, parse_archive(text.bytes()));

        EXPECT_EQ(archive.database, "shop");
        ASSERT_EQ(archive.entries.size(), 1U);
        const ArchiveEntry& entry = archive.entries.front();
        EXPECT_EQ(entry.id, 215U);
        EXPECT_EQ(entry.kind, "TABLE");
        EXPECT_EQ(entry.name, "or\nders");
        EXPECT_EQ(entry.schema, "public");
        EXPECT_EQ(entry.owner, "ann");
        EXPECT_EQ(entry.tablespace, "fast");
        EXPECT_EQ(entry.section, Section::PreData);
        EXPECT_THAT(entry.needs, ElementsAre(7, 9));
    }
}

TEST(Archive, OfAnUnknownVersionIsRefused)
{
    ArchiveText text(16);
    text.raw()[6] = 17;

    EXPECT_ERROR(parse_archive(text.bytes()), ErrorCode::Unsupported);
}

TEST(Archive, CutOffAnywhereIsRefused)
{
    const ArchiveText text(16);
    for (std::size_t length = 0; length < text.bytes().size(); ++length) {
        EXPECT_FALSE(parse_archive(text.bytes().first(length)).ok()) << length;
    }
}

TEST(Archive, WithAFlippedByteNeverReadsPastItsEnd)
{
    const ArchiveText good(16);
    for (std::size_t at = 0; at < good.bytes().size(); ++at) {
        ArchiveText bad(16);
        bad.raw()[at] = static_cast<char>(bad.raw()[at] ^ '\xFF');
        const Result<Archive> read = parse_archive(bad.bytes());
        EXPECT_TRUE(
            read.ok() || read.error().code() == ErrorCode::Corrupt ||
            read.error().code() == ErrorCode::Unsupported
        ) << at;
    }
}

}  // namespace
}  // namespace starkeep::source::postgres
