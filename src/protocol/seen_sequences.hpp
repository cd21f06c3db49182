// SPDX-License-Identifier: Apache-2.0
// Which sequence numbers have come: each counts once, in whatever order.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace starkeep::protocol {

/// Keeps stretches of numbers. When there are more than kMostStretches, the oldest are forgotten together with every
/// number below: those then count as seen.
class SeenSequences {
public:
    static constexpr std::size_t kMostStretches = 256;

    bool has(std::uint64_t sequence) const;
    /// [first, last], first ≤ last.
    void add(std::uint64_t first, std::uint64_t last);
    /// 0 when none has come.
    std::uint64_t highest() const;

    Json save() const;
    /// Errors: Corrupt.
    static Result<SeenSequences> load(const Json& saved);

private:
    std::map<std::uint64_t, std::uint64_t> stretches_;  ///< first → last; apart from each other
    std::uint64_t floor_ = 0;                           ///< all up to here count as seen
};

}  // namespace starkeep::protocol
