// SPDX-License-Identifier: Apache-2.0
// Frames from anywhere end in an answer, and compressing is undone by decompressing.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "codec/compress.hpp"
#include "fuzz_input.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    starkeep::fuzz::Input input(data, size);
    const std::size_t promised = input.choice() | (static_cast<std::size_t>(input.choice()) << 8U);
    starkeep::Bytes opened(promised);
    static_cast<void>(starkeep::codec::decompress(input.rest(), opened));

    const starkeep::ByteView plain = input.rest();
    starkeep::Bytes frame(starkeep::codec::compress_bound(plain.size()));
    frame.resize(starkeep::codec::compress(plain, frame));
    starkeep::Bytes again(plain.size());
    ENSURE(starkeep::codec::decompress(frame, again).ok());
    ENSURE(std::ranges::equal(again, plain));
    return 0;
}
