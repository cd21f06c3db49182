// SPDX-License-Identifier: Apache-2.0
#include "localcloud/guid.hpp"

#include "base/bytes.hpp"
#include "codec/base64.hpp"
#include "codec/hash.hpp"
#include "sys/random.hpp"

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kGuidBytes = 16;
constexpr std::size_t kAccountKeyBytes = 64;

/// As RFC 9562 marks a random one: version 4.
std::string format_guid(std::span<std::byte, kGuidBytes> bytes)
{
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    const std::string digits = to_hex(bytes);
    const std::string_view view = digits;
    return fmt::format(
        "{}-{}-{}-{}-{}",
        view.substr(0, 8),
        view.substr(8, 4),
        view.substr(12, 4),
        view.substr(16, 4),
        view.substr(20)
    );
}

}  // namespace

std::string new_guid()
{
    std::array<std::byte, kGuidBytes> bytes{};
    sys::fill_random(bytes);
    return format_guid(bytes);
}

std::string guid_of(std::string_view text)
{
    codec::Hash256 hash = codec::sha256(as_bytes(text));
    return format_guid(std::span(hash).first<kGuidBytes>());
}

std::string random_name(std::size_t length)
{
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
    Bytes bytes(length);
    sys::fill_random(bytes);
    std::string name;
    for (const std::byte b : bytes) {
        name += kLetters[static_cast<std::size_t>(b) % kLetters.size()];
    }
    return name;
}

std::string new_account_key()
{
    std::array<std::byte, kAccountKeyBytes> bytes{};
    sys::fill_random(bytes);
    return codec::encode_base64(bytes);
}

}  // namespace starkeep::localcloud
