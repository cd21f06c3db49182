// SPDX-License-Identifier: Apache-2.0
// Plain bytes of an index, and with them of pack directories: accepted bytes are those that the encoder writes.
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "repository/index.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const auto packs = starkeep::repository::decode_index(input.rest(), "i/0");
    ENSURE(
        !packs.ok() || std::ranges::equal(starkeep::repository::encode_index(*packs), input.rest())
    );
    return 0;
}
