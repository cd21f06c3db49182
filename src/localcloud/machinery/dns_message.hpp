// SPDX-License-Identifier: Apache-2.0
// DNS messages: the questions that machines ask and the answers they get.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "localcloud/machinery/address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace starkeep::localcloud {

/// Source: RFC 1035 section 3.2.2, RFC 3596.
enum class DnsType : std::uint16_t {
    A = 1,
    CanonicalName = 5,
    Authority = 6,
    Aaaa = 28,
    Any = 255
};

/// Source: RFC 1035 section 4.1.1.
enum class DnsStatus : std::uint8_t {
    Success = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5
};

/// One question, as resolvers of C libraries and curl send it.
struct DnsQuery {
    std::uint16_t id = 0;
    bool wants_recursion = false;
    std::string name;  ///< lower case, without the last dot; "" is the root
    std::uint16_t type = 0;
    bool is_internet = true;
    /// How much an answer over UDP may hold: 512, or what an OPT record says.
    std::size_t answer_limit_bytes = 512;
    bool has_options = false;
};

struct DnsRecord {
    std::string name;
    std::uint32_t ttl_seconds = 0;
    std::variant<Address, std::string> value;  ///< an address, or the canonical name
};

struct DnsAnswer {
    DnsStatus status = DnsStatus::Success;
    std::vector<DnsRecord> records{};
};

/// Bounds: every read is inside the message, names have at most 255 bytes, and a name that points into the message points
/// backwards only.
/// Errors: InvalidInput for what is no query with exactly one question.
/// Source: RFC 1035 section 4.1, RFC 6891.
Result<DnsQuery> parse_dns_query(ByteView message);

/// Names are written out in full. What does not fit `limit_bytes` is left out and the message marked as cut short.
Bytes format_dns_answer(const DnsQuery& query, const DnsAnswer& answer, std::size_t limit_bytes);

/// For a message that is no query: "format error" under its own id. Empty when it has none or is an answer itself.
Bytes format_dns_refusal(ByteView message);

}  // namespace starkeep::localcloud
