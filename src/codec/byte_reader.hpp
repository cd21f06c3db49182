// SPDX-License-Identifier: Apache-2.0
// Takes binary structures apart without ever looking past their end.
#pragma once

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace starkeep::codec {

/// A cursor over bytes that came from outside. `what` names them in errors.
/// Shape:  integers are little-endian; a varint is unsigned LEB128 in its shortest form.
/// Errors: every member answers Corrupt, with the offset, when the bytes end early or are not what it reads.
class ByteReader {
public:
    ByteReader(ByteView bytes, std::string what);

    Result<std::uint8_t> u8();
    Result<std::uint16_t> u16();
    Result<std::uint32_t> u32();
    Result<std::uint64_t> u64();
    Result<std::uint64_t> varint();
    /// A varint that must fit 32 bits.
    Result<std::uint32_t> varint32();
    /// A varint number of things that each take at least `least_bytes`, so that it may size an allocation.
    Result<std::size_t> count(std::size_t least_bytes);
    /// Exactly `size` bytes, as they are. The view lives as long as the bytes under the reader.
    Result<ByteView> raw(std::size_t size);
    /// A varint length and that many bytes.
    Result<ByteView> prefixed();

    /// An identifier of base/id.hpp.
    template <typename AnyId>
    Result<AnyId> id()
    {
        TRY_LET(const ByteView bytes, raw(AnyId::kSize));
        const auto id = AnyId::from_bytes(bytes);
        ENSURE(id.has_value());
        return *id;
    }

    std::size_t left() const { return bytes_.size() - at_; }
    /// Nothing may follow.
    Result<void> finish() const;
    /// An error of this reader's kind about what was just read.
    Error corrupt(const std::string& reason) const;

private:
    template <typename Integer>
    Result<Integer> fixed();

    ByteView bytes_;
    std::string what_;
    std::size_t at_ = 0;
};

}  // namespace starkeep::codec
