// SPDX-License-Identifier: Apache-2.0
// Key slots, also with a checksum that fits, so that the fields behind it are reached.
#include "base/bytes.hpp"
#include "codec/hash.hpp"
#include "fuzz_input.hpp"
#include "repository/key_slot.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const char* name = "k/00000000000000000000000000000000";
    static_cast<void>(starkeep::repository::decode_key_slot(name, input.rest()).ok());
    starkeep::Bytes whole(input.rest().begin(), input.rest().end());
    whole.resize(164);
    starkeep::append(whole, starkeep::codec::sha256(whole));
    static_cast<void>(starkeep::repository::decode_key_slot(name, whole).ok());
    return 0;
}
