// SPDX-License-Identifier: Apache-2.0
// What is kept in memory of a stored unit: references and sums, never the leaves themselves.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/digest.hpp"
#include "repository/model.hpp"
#include "repository/write_session.hpp"

#include <cstdint>
#include <set>
#include <vector>

namespace starkeep::engine {

struct UnitSummary {
    std::vector<repository::Reference> segments;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    codec::Digest digest;
    std::uint64_t bytes_read = 0;
    std::uint64_t changed_leaves = 0;  ///< read because they had to be
    bool fingerprint_lied = false;     ///< an audited leaf was not what its fingerprint promised
};

/// Stores `segment`, adds its leaves to the sums of `summary` and every pack that it needs to `packs`.
Result<void> store_segment(
    const repository::Segment& segment,
    repository::Appender& appender,
    std::set<PackId>& packs,
    UnitSummary& summary
);

}  // namespace starkeep::engine
