// SPDX-License-Identifier: Apache-2.0
#include "codec/base64.hpp"

#include "base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::codec {

namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(ByteView bytes, std::string_view alphabet)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const ByteView group = bytes.subspan(i, std::min<std::size_t>(3, bytes.size() - i));
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            bits =
                (bits << 8U) | (j < group.size() ? std::to_integer<std::uint32_t>(group[j]) : 0U);
        }
        for (std::size_t j = 0; j <= group.size(); ++j) {
            out += alphabet[(bits >> (18U - 6U * j)) & 63U];
        }
    }
    return out;
}

std::optional<Bytes> decode(std::string_view text, std::string_view alphabet)
{
    Bytes out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = ((bits << 6U) | static_cast<std::uint32_t>(value)) & 0xffffU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out.push_back(static_cast<std::byte>((bits >> held) & 0xffU));
        }
    }
    const bool is_canonical = held < 6 && (bits & ((1U << held) - 1U)) == 0;
    return is_canonical ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::string encode_base64(ByteView bytes)
{
    std::string out = encode(bytes, kStandard);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

std::optional<Bytes> decode_base64(std::string_view text)
{
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    return decode(text.substr(0, text.size() - padding), kStandard);
}

std::string encode_base64url(ByteView bytes)
{
    return encode(bytes, kUrl);
}

std::optional<Bytes> decode_base64url(std::string_view text)
{
    return decode(text, kUrl);
}

}  // namespace starkeep::codec
