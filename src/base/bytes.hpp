// SPDX-License-Identifier: Apache-2.0
// Bytes and views of them, and the door between text and bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string_view as_text(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(std::string_view text)
{
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
}

inline void append(Bytes& out, ByteView more)
{
    out.insert(out.end(), more.begin(), more.end());
}

/// Lower-case hexadecimal, two digits per byte.
std::string to_hex(ByteView bytes);

/// Shape:  writes exactly `out.size()` bytes from twice as many digits of either case.
/// Errors: false when the length differs or a digit is not hexadecimal; `out` is then undefined.
bool from_hex(std::string_view digits, std::span<std::byte> out);

}  // namespace starkeep
