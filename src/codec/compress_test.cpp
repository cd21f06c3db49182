// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "codec/compress.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace starkeep::codec {
namespace {

Bytes frame_of(ByteView plain)
{
    Bytes frame(compress_bound(plain.size()));
    frame.resize(compress(plain, frame));
    return frame;
}

TEST(Compression, GivesBackWhatWentIn)
{
    EXPECT_TRUE(rc::check(
        "decompress undoes compress",
        [](const std::string& word, std::uint8_t times) {
            std::string text;
            for (int i = 0; i < times; ++i) {
                text += word;
            }
            const Bytes frame = frame_of(as_bytes(text));

            Bytes plain(text.size());

            RC_ASSERT(decompress(frame, plain).ok());
            RC_ASSERT(as_text(plain) == text);
        }
    ));
}

TEST(Compression, RefusesAnyOtherLengthThanTheFrames)
{
    const Bytes frame = frame_of(Bytes(1000, std::byte{'x'}));

    Bytes shorter(999);
    Bytes longer(1001);

    EXPECT_ERROR(decompress(frame, shorter), ErrorCode::Corrupt);
    EXPECT_ERROR(decompress(frame, longer), ErrorCode::Corrupt);
}

TEST(Compression, RefusesAFrameWithSomethingBehindIt)
{
    Bytes twice = frame_of(Bytes(1000, std::byte{'x'}));
    append(twice, frame_of({}));
    Bytes plain(1000);

    EXPECT_ERROR(decompress(twice, plain), ErrorCode::Corrupt);
}

TEST(Compression, RefusesTruncatedAndForeignBytes)
{
    const Bytes frame = frame_of(as_bytes("some text that is not worth a frame"));
    Bytes plain(35);
    for (std::size_t size = 0; size < frame.size(); ++size) {
        EXPECT_ERROR(decompress(ByteView(frame).first(size), plain), ErrorCode::Corrupt);
    }
    EXPECT_ERROR(decompress(as_bytes("no frame at all"), plain), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::codec
