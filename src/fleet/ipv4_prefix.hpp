// SPDX-License-Identifier: Apache-2.0
// Stretches of IPv4 addresses ("10.1.0.0/24"): reading them, whether they meet, and the first one that is free.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

/// A network of workers has 251 addresses to give: Azure keeps five.
inline constexpr unsigned kWorkerPrefixLength = 24;

/// The address "10.1.2.3" as a number.
std::optional<std::uint32_t> parse_ipv4(std::string_view text);
/// In one of the stretches that RFC 1918 keeps out of the internet.
bool is_private_ipv4(std::string_view address);

class Ipv4Prefix {
public:
    /// Nothing when `text` is no IPv4 prefix, or has bits set beyond its length.
    static std::optional<Ipv4Prefix> parse(std::string_view text);

    std::uint32_t first() const { return first_; }
    std::uint32_t last() const;
    unsigned length() const { return length_; }
    bool meets(const Ipv4Prefix& other) const;
    bool holds(std::uint32_t address) const { return address >= first_ && address <= last(); }
    bool is_private() const;
    std::string text() const;

    /// The first stretch of `length` bits in this one that meets none of `taken`.
    std::optional<Ipv4Prefix>
    first_free(unsigned length, const std::vector<Ipv4Prefix>& taken) const;

private:
    Ipv4Prefix(std::uint32_t first, unsigned length) : first_(first), length_(length) {}

    std::uint32_t first_;
    unsigned length_;
};

/// Adds the IPv4 prefixes among `texts`. IPv6 prefixes cannot meet ours and are left out.
void append_prefixes(std::vector<Ipv4Prefix>& prefixes, const std::vector<std::string>& texts);

}  // namespace starkeep::fleet
