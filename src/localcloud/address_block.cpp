// SPDX-License-Identifier: Apache-2.0
#include "localcloud/address_block.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace starkeep::localcloud {

namespace {

/// Azure keeps the network's address, the gateway, two for DNS, and the broadcast address of every subnet.
constexpr std::uint32_t kReservedAtStart = 4;
constexpr unsigned kByteBits = 8;

std::optional<unsigned> parse_number(std::string_view text, unsigned most)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::optional<std::uint32_t> address_number(std::string_view text)
{
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        const std::size_t end = part < 3 ? text.find('.') : text.size();
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        const auto value = parse_number(text.substr(0, end), 255);
        if (!value) {
            return std::nullopt;
        }
        address = (address << kByteBits) | *value;
        text.remove_prefix(part < 3 ? end + 1 : end);
    }
    return address;
}

std::string address_text(std::uint32_t address)
{
    return fmt::format(
        "{}.{}.{}.{}",
        address >> 24U,
        (address >> 16U) & 0xffU,
        (address >> 8U) & 0xffU,
        address & 0xffU
    );
}

std::optional<AddressBlock> AddressBlock::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto address = address_number(text.substr(0, slash));
    const auto bits = parse_number(text.substr(slash + 1), 32);
    if (!address || !bits || *bits == 0) {
        return std::nullopt;
    }
    const AddressBlock block{.first = *address, .bits = *bits};
    if ((block.first & static_cast<std::uint32_t>(block.size() - 1)) != 0) {
        return std::nullopt;
    }
    return block;
}

bool AddressBlock::is_usable(std::uint32_t address) const
{
    return contains(address) && address - first >= kReservedAtStart && address != last();
}

}  // namespace starkeep::localcloud
