// SPDX-License-Identifier: Apache-2.0
// Puts binary structures together, the way ByteReader takes them apart.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace starkeep::codec {

/// Shape: integers little-endian, varints unsigned LEB128 in their shortest form.
class ByteWriter {
public:
    void u8(std::uint8_t value) { fixed(value); }
    void u16(std::uint16_t value) { fixed(value); }
    void u32(std::uint32_t value) { fixed(value); }
    void u64(std::uint64_t value) { fixed(value); }
    void varint(std::uint64_t value)
    {
        while (value >= 0x80U) {
            out_.push_back(static_cast<std::byte>(value | 0x80U));
            value >>= 7U;
        }
        out_.push_back(static_cast<std::byte>(value));
    }
    void raw(ByteView bytes) { append(out_, bytes); }
    /// A varint length, then the bytes.
    void prefixed(ByteView bytes)
    {
        varint(bytes.size());
        raw(bytes);
    }

    std::size_t size() const { return out_.size(); }
    const Bytes& bytes() const { return out_; }
    Bytes take() { return std::exchange(out_, {}); }

private:
    template <typename Integer>
    void fixed(Integer value)
    {
        for (std::size_t i = 0; i < sizeof(Integer); ++i) {
            out_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
        }
    }

    Bytes out_;
};

}  // namespace starkeep::codec
