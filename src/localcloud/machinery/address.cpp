// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/address.hpp"

#include "base/error.hpp"
#include "base/result.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

constexpr unsigned kBits = 32;

/// A decimal number of at most `most`, without sign and leading zeros.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t most)
{
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_padded = text.size() > 1 && text.front() == '0';
    if (fault != std::errc() || end != text.data() + text.size() || number > most || is_padded) {
        return std::nullopt;
    }
    return number;
}

}  // namespace

std::string Address::text() const
{
    std::string out;
    for (unsigned shift = kBits; shift > 0; shift -= 8) {
        out += (out.empty() ? "" : ".") + std::to_string((number >> (shift - 8)) & 0xFFU);
    }
    return out;
}

Result<Address> parse_address(std::string_view text)
{
    const Error fault{ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is no IPv4 address"};
    Address address;
    std::string_view rest = text;
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = part < 3 ? rest.find('.') : rest.size();
        if (dot == std::string_view::npos) {
            return fault;
        }
        const std::optional<std::uint32_t> number = parse_number(rest.substr(0, dot), 255);
        if (!number) {
            return fault;
        }
        address.number = (address.number << 8U) | *number;
        rest.remove_prefix(part < 3 ? dot + 1 : dot);
    }
    return address;
}

std::uint32_t Prefix::mask() const
{
    return length == 0 ? 0 : ~std::uint32_t{0} << (kBits - length);
}

bool Prefix::contains(Address address) const
{
    return (address.number & mask()) == first.number;
}

bool Prefix::contains(const Prefix& other) const
{
    return other.length >= length && contains(other.first);
}

Address Prefix::last() const
{
    return {first.number | ~mask()};
}

std::string Prefix::text() const
{
    return first.text() + "/" + std::to_string(length);
}

Result<Prefix> parse_prefix(std::string_view text)
{
    const std::size_t slash = text.find('/');
    TRY_LET(const Address address, parse_address(text.substr(0, slash)));
    Prefix prefix{.first = address, .length = kBits};
    if (slash != std::string_view::npos) {
        const std::optional<std::uint32_t> length = parse_number(text.substr(slash + 1), kBits);
        if (!length) {
            return Error{
                ErrorCode::InvalidInput, "\"" + std::string(text) + "\" is no address prefix"
            };
        }
        prefix.length = *length;
        prefix.first.number &= prefix.mask();
    }
    return prefix;
}

}  // namespace starkeep::localcloud
