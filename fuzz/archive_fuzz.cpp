// SPDX-License-Identifier: Apache-2.0
// What should be a pg_dump archive: its table of contents or a refusal, and the same whatever follows the contents.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "source/postgres/archive.hpp"

#include <cstddef>
#include <cstdint>

namespace postgres = starkeep::source::postgres;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const auto archive = postgres::parse_archive(input.rest());
    if (!archive.ok()) {
        return 0;
    }
    for (const postgres::ArchiveEntry& entry : archive->entries) {
        ENSURE(entry.id > 0);
    }
    starkeep::Bytes longer(input.rest().begin(), input.rest().end());
    longer.push_back(std::byte{0xFF});
    const auto again = postgres::parse_archive(longer);
    ENSURE(again.ok() && again->entries.size() == archive->entries.size());
    return 0;
}
