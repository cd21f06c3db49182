// SPDX-License-Identifier: Apache-2.0
#include "protocol/seen_sequences.hpp"

#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "protocol/envelope.hpp"
#include "protocol/members_internal.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace starkeep::protocol {

bool SeenSequences::has(std::uint64_t sequence) const
{
    if (sequence <= floor_) {
        return true;
    }
    const auto after = stretches_.upper_bound(sequence);
    return after != stretches_.begin() && std::prev(after)->second >= sequence;
}

void SeenSequences::add(std::uint64_t first, std::uint64_t last)
{
    ENSURE(first <= last && last <= kLargestSequence);
    // Stretches that overlap or touch the new one become part of it.
    auto next = stretches_.upper_bound(last + 1);
    while (next != stretches_.begin() && std::prev(next)->second + 1 >= first) {
        const auto touching = std::prev(next);
        first = std::min(first, touching->first);
        last = std::max(last, touching->second);
        next = stretches_.erase(touching);
    }
    stretches_[first] = last;
    while (stretches_.size() > kMostStretches) {
        floor_ = stretches_.begin()->second;
        stretches_.erase(stretches_.begin());
    }
}

std::uint64_t SeenSequences::highest() const
{
    return stretches_.empty() ? floor_ : stretches_.rbegin()->second;
}

Json SeenSequences::save() const
{
    Json stretches = Json::array();
    for (const auto& [first, last] : stretches_) {
        stretches.push_back({{"first", first}, {"last", last}});
    }
    return {{"floor", floor_}, {"stretches", stretches}};
}

Result<SeenSequences> SeenSequences::load(const Json& saved)
{
    SeenSequences seen;
    TRY_LET(seen.floor_, get_number(saved, "floor", 0, kLargestSequence));
    TRY_LET(const Json stretches, json::get_array(saved, "stretches"));
    if (stretches.size() > kMostStretches) {
        return Error{ErrorCode::Corrupt, "more stretches of sequence numbers than are kept"};
    }
    for (const Json& stretch : stretches) {
        TRY_LET(const std::uint64_t first, get_number(stretch, "first", 1, kLargestSequence));
        TRY_LET(const std::uint64_t last, get_number(stretch, "last", first, kLargestSequence));
        seen.add(first, last);
    }
    return seen;
}

}  // namespace starkeep::protocol
