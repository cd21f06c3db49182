// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/id.hpp"
#include "codec/digest.hpp"
#include "codec/hash.hpp"
#include "repository/fixture_test.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep::repository {
namespace {

constexpr std::string_view kRows = "1\tone\n2\ttwo\n";
constexpr std::uint64_t kMostPageBytes = 1 << 20U;

/// The format's page without spaces and line ends.
std::string page()
{
    const auto text =
        sys::read_file(STARKEEP_SOURCE_DIR "/docs/repository-format.md", kMostPageBytes);
    EXPECT_OK(text);
    std::string squeezed(as_text(*text));
    std::erase_if(squeezed, [](char character) { return character == ' ' || character == '\n'; });
    return squeezed;
}

TEST(WorkedExample, OfTheFormatIsWhatThisProgramWrites)
{
    // The fixture's master key is the page's: 00 to 1f; its ids begin with a0 and b0.
    const Keyring keyring = test_keyring(10);
    const TestPack pack =
        make_pack(keyring, id_of<PackId>(11), RecordType::Chunk, {to_bytes(kRows)});
    const Reference chunk = pack.directory.records[0].in(id_of<PackId>(11));
    Leaf leaf{
        .key = {},
        .rows = 2,
        .digest = codec::digest_of_row(as_bytes("1\tone\n")),
        .fingerprint = {},
        .chunks = {chunk}
    };
    leaf.digest += codec::digest_of_row(as_bytes("2\ttwo\n"));
    Segment segment;
    segment.leaves = {leaf};
    codec::Key256 id_key;
    codec::hkdf_sha256(
        keyring.master.bytes, keyring.repository.view(), as_bytes("starkeep id"), id_key.bytes
    );

    const codec::Key256 pack_key = keyring.pack_key(chunk.pack);
    const Bytes encoded = encode_segment(segment);

    const std::string text = page();

    for (const ByteView expected : {
             ByteView(keyring.master.bytes),
             keyring.repository.view(),
             chunk.pack.view(),
             ByteView(id_key.bytes),
             ByteView(pack_key.bytes),
             chunk.id.view(),
             ByteView(pack.object).subspan(chunk.offset, chunk.stored_bytes),
             ByteView(encoded),
         }) {
        EXPECT_NE(text.find(to_hex(expected)), std::string::npos) << to_hex(expected);
    }
}

}  // namespace
}  // namespace starkeep::repository
