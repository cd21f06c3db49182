// SPDX-License-Identifier: Apache-2.0
// Plain bytes of a segment, as they look behind the cipher: decoded or refused, and what is decoded encodes to a
// segment that decodes alike.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "repository/model.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const auto segment = starkeep::repository::decode_segment(input.rest());
    if (segment.ok()) {
        const starkeep::Bytes encoded = starkeep::repository::encode_segment(*segment);
        const auto again = starkeep::repository::decode_segment(encoded);
        ENSURE(again.ok());
        ENSURE(starkeep::repository::encode_segment(*again) == encoded);
    }
    return 0;
}
