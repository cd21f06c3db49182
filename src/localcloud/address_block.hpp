// SPDX-License-Identifier: Apache-2.0
// IPv4 addresses and blocks of them: parse, contain, overlap, count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

std::optional<std::uint32_t> address_number(std::string_view text);
std::string address_text(std::uint32_t address);

struct AddressBlock {
    std::uint32_t first = 0;
    unsigned bits = 32;

    /// "10.0.0.0/16", with no bits set behind the prefix.
    static std::optional<AddressBlock> parse(std::string_view text);

    std::uint64_t size() const { return std::uint64_t{1} << (32U - bits); }
    std::uint32_t last() const { return static_cast<std::uint32_t>(first + size() - 1); }
    bool contains(std::uint32_t address) const { return address >= first && address <= last(); }
    bool contains(const AddressBlock& other) const
    {
        return contains(other.first) && contains(other.last());
    }
    bool overlaps(const AddressBlock& other) const
    {
        return first <= other.last() && other.first <= last();
    }
    /// Whether Azure hands the address out: not the first four of a subnet and not its last one.
    bool is_usable(std::uint32_t address) const;
};

}  // namespace starkeep::localcloud
