// SPDX-License-Identifier: Apache-2.0
// IPv4 addresses and address prefixes as networks of Azure use them.
#pragma once

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

struct Address {
    std::uint32_t number = 0;  ///< in host byte order

    std::string text() const;
    auto operator<=>(const Address&) const = default;
};

/// Errors: InvalidInput for anything but four decimal numbers without leading zeros.
Result<Address> parse_address(std::string_view text);

/// "10.50.0.0/24": the first address and how many bits of it count.
struct Prefix {
    Address first;
    unsigned length = 32;

    std::uint32_t mask() const;
    bool contains(Address address) const;
    bool contains(const Prefix& other) const;
    Address last() const;
    /// Azure keeps the first address after the network's own for the router of a subnet.
    Address gateway() const { return {first.number + 1}; }
    std::string text() const;
    auto operator<=>(const Prefix&) const = default;
};

/// Bits after the length are cleared; a bare address is a prefix of 32 bits.
/// Errors: InvalidInput.
Result<Prefix> parse_prefix(std::string_view text);

/// What Azure has at fixed addresses in every network. Source: Azure, "What is IP address 168.63.129.16", read 2026-11-26.
inline constexpr Address kResolverAddress{0xA83F8110U};  // 168.63.129.16
/// Source: Azure Instance Metadata Service, read 2026-11-26.
inline constexpr Address kMetadataAddress{0xA9FEA9FEU};  // 169.254.169.254

/// The public addresses of this cloud, which no real network has. Source: RFC 5737.
inline constexpr Prefix kControlRange{.first = {0xCB007100U}, .length = 24};  // 203.0.113.0/24
inline constexpr Prefix kStorageRange{.first = {0xC6336400U}, .length = 24};  // 198.51.100.0/24
/// Where the resource manager and the token service answer.
inline constexpr Address kControlAddress{0xCB00710AU};  // 203.0.113.10

}  // namespace starkeep::localcloud
