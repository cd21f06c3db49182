// SPDX-License-Identifier: Apache-2.0
// What should be a DNS query: a question or a refusal, and the answer to a question stays within its limit.
#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "fuzz_input.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/dns_message.hpp"

#include <cstddef>
#include <cstdint>

namespace localcloud = starkeep::localcloud;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const starkeep::fuzz::Input input(data, size);
    const auto query = localcloud::parse_dns_query(input.rest());
    if (!query.ok()) {
        ENSURE(localcloud::format_dns_refusal(input.rest()).size() <= 12);
        return 0;
    }
    ENSURE(query->name.size() <= 255 && query->answer_limit_bytes >= 512);
    localcloud::DnsAnswer answer;
    for (std::uint32_t i = 0; i < 64; ++i) {
        answer.records.push_back(
            {.name = query->name, .ttl_seconds = 1, .value = localcloud::Address{i}}
        );
    }
    const std::size_t limit = query->answer_limit_bytes;
    ENSURE(localcloud::format_dns_answer(*query, answer, limit).size() <= limit);
    return 0;
}
