// SPDX-License-Identifier: Apache-2.0
// Text of a manifest, as it looks behind the cipher: decoded or refused, and what is decoded survives a round trip.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "repository/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const auto manifest = starkeep::repository::decode_manifest(starkeep::as_text(input.rest()));
    if (manifest.ok()) {
        const std::string encoded = starkeep::repository::encode_manifest(*manifest);
        const auto again = starkeep::repository::decode_manifest(encoded);
        ENSURE(again.ok());
        ENSURE(starkeep::repository::encode_manifest(*again) == encoded);
    }
    return 0;
}
