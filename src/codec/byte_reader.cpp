// SPDX-License-Identifier: Apache-2.0
#include "codec/byte_reader.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace starkeep::codec {

ByteReader::ByteReader(ByteView bytes, std::string what) : bytes_(bytes), what_(std::move(what)) {}

Error ByteReader::corrupt(const std::string& reason) const
{
    return {ErrorCode::Corrupt, fmt::format("{}: {} before byte {}", what_, reason, at_)};
}

template <typename Integer>
Result<Integer> ByteReader::fixed()
{
    TRY_LET(const ByteView bytes, raw(sizeof(Integer)));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    }
    return static_cast<Integer>(value);
}

Result<std::uint8_t> ByteReader::u8()
{
    return fixed<std::uint8_t>();
}

Result<std::uint16_t> ByteReader::u16()
{
    return fixed<std::uint16_t>();
}

Result<std::uint32_t> ByteReader::u32()
{
    return fixed<std::uint32_t>();
}

Result<std::uint64_t> ByteReader::u64()
{
    return fixed<std::uint64_t>();
}

Result<std::uint64_t> ByteReader::varint()
{
    constexpr std::size_t kMostGroups = 10;
    std::uint64_t value = 0;
    for (std::size_t group = 0; group < kMostGroups; ++group) {
        TRY_LET(const std::uint8_t byte, u8());
        const std::uint64_t bits = byte & 0x7FU;
        if (group == kMostGroups - 1 && byte > 1) {
            return corrupt("a varint beyond 64 bits");
        }
        value |= bits << (7 * group);
        if ((byte & 0x80U) == 0) {
            if (byte == 0 && group > 0) {
                return corrupt("a varint that is longer than needed");
            }
            return value;
        }
    }
    return corrupt("a varint without end");
}

Result<std::uint32_t> ByteReader::varint32()
{
    TRY_LET(const std::uint64_t value, varint());
    if (value > std::numeric_limits<std::uint32_t>::max()) {
        return corrupt("a number beyond 32 bits");
    }
    return static_cast<std::uint32_t>(value);
}

Result<std::size_t> ByteReader::count(std::size_t least_bytes)
{
    TRY_LET(const std::uint64_t value, varint());
    if (value > left() / least_bytes) {
        return corrupt("a count of more things than there are bytes for");
    }
    return static_cast<std::size_t>(value);
}

Result<ByteView> ByteReader::raw(std::size_t size)
{
    if (size > left()) {
        return corrupt("end of the data");
    }
    const ByteView out = bytes_.subspan(at_, size);
    at_ += size;
    return out;
}

Result<ByteView> ByteReader::prefixed()
{
    TRY_LET(const std::size_t size, count(1));
    return raw(size);
}

Result<void> ByteReader::finish() const
{
    if (left() != 0) {
        return corrupt(fmt::format("{} bytes too many", left()));
    }
    return {};
}

}  // namespace starkeep::codec
