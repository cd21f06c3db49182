// SPDX-License-Identifier: Apache-2.0
// Absolute URLs of http and https: taking them apart, percent-encoding, queries, and hiding the secrets in them.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::http {

struct Url {
    std::string scheme;
    std::string host;  ///< an IPv6 address with its brackets
    std::optional<std::uint16_t> port{};
    std::string path;   ///< as written, percent-encoded; "/" at least
    std::string query;  ///< as written, without the '?'

    /// "https://host[:port]", without path and query.
    std::string origin() const;
    std::string text() const;
};

/// Errors: InvalidInput for anything but an absolute http or https URL, for userinfo, a fragment, control characters or spaces.
Result<Url> parse_url(std::string_view text);

/// Everything but RFC 3986's unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);
/// The same, but '/' stays.
std::string percent_encode_path(std::string_view text);
/// Errors: InvalidInput for a '%' without two hexadecimal digits.
Result<std::string> percent_decode(std::string_view text);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b=x%20y", values and names percent-encoded.
std::string format_query(const QueryParameters& parameters);
/// Decoded, in their order; '+' stays a plus.
/// Errors: InvalidInput.
Result<QueryParameters> parse_query(std::string_view query);
/// The URL with one more piece of encoded query, joined by '?' or '&'; an empty piece changes nothing.
std::string with_query(std::string_view url, std::string_view encoded);

/// The text with the value of every `sig=` and every userinfo of a URL replaced, for messages and logs.
std::string redacted(std::string_view text);

}  // namespace starkeep::http
