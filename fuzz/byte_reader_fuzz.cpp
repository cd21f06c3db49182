// SPDX-License-Identifier: Apache-2.0
// Any sequence of reads stays inside the bytes, and a varint that is accepted is the one ByteWriter writes.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "fuzz_input.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace starkeep::fuzz {

namespace {

/// False when the reader refused.
bool read_one(codec::ByteReader& reader, std::uint8_t choice)
{
    switch (choice % 8) {
    case 0:
        return reader.u8().ok();
    case 1:
        return reader.u16().ok();
    case 2:
        return reader.u32().ok();
    case 3:
        return reader.u64().ok();
    case 4:
        return reader.varint32().ok();
    case 5:
        return reader.count(1U + choice / 8U).ok();
    case 6:
        return reader.raw(choice / 8U).ok();
    default:
        return reader.prefixed().ok();
    }
}

void check_varint(ByteView bytes)
{
    codec::ByteReader reader(bytes, "input");
    const auto value = reader.varint();
    if (!value.ok()) {
        return;
    }
    codec::ByteWriter writer;
    writer.varint(*value);
    ENSURE(std::ranges::equal(writer.bytes(), bytes.first(bytes.size() - reader.left())));
}

}  // namespace

}  // namespace starkeep::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    starkeep::fuzz::Input input(data, size);
    const std::uint8_t choices = input.choice();
    const starkeep::ByteView bytes = input.rest();
    starkeep::fuzz::check_varint(bytes);
    const starkeep::ByteView plan = bytes.first(std::min<std::size_t>(choices % 16U, bytes.size()));
    starkeep::codec::ByteReader reader(bytes.subspan(plan.size()), "input");
    for (const std::byte step : plan) {
        const std::size_t before = reader.left();
        const bool read = starkeep::fuzz::read_one(reader, std::to_integer<std::uint8_t>(step));
        ENSURE(reader.left() <= before);
        if (!read) {
            return 0;
        }
    }
    ENSURE(reader.finish().ok() == (reader.left() == 0));
    return 0;
}
