// SPDX-License-Identifier: Apache-2.0
#include "fleet/ipv4_prefix.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace starkeep::fleet {

namespace {

constexpr unsigned kBits = 32;

std::optional<unsigned> parse_number(std::string_view text, unsigned most)
{
    unsigned number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || text.size() > 3 || fault != std::errc{} ||
        end != text.data() + text.size() || number > most) {
        return std::nullopt;
    }
    return number;
}

std::string format_ipv4(std::uint32_t address)
{
    return std::to_string(address >> 24U) + "." + std::to_string((address >> 16U) & 255U) + "." +
           std::to_string((address >> 8U) & 255U) + "." + std::to_string(address & 255U);
}

std::uint32_t size_minus_one(unsigned length)
{
    return static_cast<std::uint32_t>((std::uint64_t{1} << (kBits - length)) - 1);
}

}  // namespace

std::optional<std::uint32_t> parse_ipv4(std::string_view text)
{
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = text.find('.');
        if ((dot == std::string_view::npos) != (part == 3)) {
            return std::nullopt;
        }
        const std::optional<unsigned> number = parse_number(text.substr(0, dot), 255);
        if (!number) {
            return std::nullopt;
        }
        address = (address << 8U) | *number;
        text.remove_prefix(part == 3 ? text.size() : dot + 1);
    }
    return address;
}

bool is_private_ipv4(std::string_view address)
{
    const std::optional<std::uint32_t> number = parse_ipv4(address);
    return number && Ipv4Prefix::parse(format_ipv4(*number) + "/32")->is_private();
}

std::optional<Ipv4Prefix> Ipv4Prefix::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const std::optional<std::uint32_t> first = parse_ipv4(text.substr(0, slash));
    const std::optional<unsigned> length = parse_number(text.substr(slash + 1), kBits);
    if (!first || !length || (*first & size_minus_one(*length)) != 0) {
        return std::nullopt;
    }
    return Ipv4Prefix(*first, *length);
}

std::uint32_t Ipv4Prefix::last() const
{
    return first_ | size_minus_one(length_);
}

bool Ipv4Prefix::meets(const Ipv4Prefix& other) const
{
    return first_ <= other.last() && other.first_ <= last();
}

bool Ipv4Prefix::is_private() const
{
    // Source: RFC 1918 section 3.
    static const std::array kPrivate{
        Ipv4Prefix(0x0A000000U, 8),
        Ipv4Prefix(0xAC100000U, 12),
        Ipv4Prefix(0xC0A80000U, 16),
    };
    return std::any_of(kPrivate.begin(), kPrivate.end(), [this](const Ipv4Prefix& stretch) {
        return stretch.holds(first_) && stretch.holds(last());
    });
}

std::string Ipv4Prefix::text() const
{
    return format_ipv4(first_) + "/" + std::to_string(length_);
}

std::optional<Ipv4Prefix>
Ipv4Prefix::first_free(unsigned length, const std::vector<Ipv4Prefix>& taken) const
{
    ENSURE(length >= length_ && length <= kBits);
    const std::uint64_t step = std::uint64_t{1} << (kBits - length);
    std::uint64_t at = first_;
    while (at + step - 1 <= last()) {
        const Ipv4Prefix candidate(static_cast<std::uint32_t>(at), length);
        const auto hit = std::find_if(taken.begin(), taken.end(), [&](const Ipv4Prefix& other) {
            return candidate.meets(other);
        });
        if (hit == taken.end()) {
            return candidate;
        }
        // Behind the one in the way, on the next boundary: a taken /8 costs one step, not thousands.
        at = std::max(at + step, (std::uint64_t{hit->last()} / step + 1) * step);
    }
    return std::nullopt;
}

void append_prefixes(std::vector<Ipv4Prefix>& prefixes, const std::vector<std::string>& texts)
{
    for (const std::string& text : texts) {
        if (const std::optional<Ipv4Prefix> prefix = Ipv4Prefix::parse(text)) {
            prefixes.push_back(*prefix);
        }
    }
}

}  // namespace starkeep::fleet
