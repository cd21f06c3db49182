// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/unit_summary.hpp"

#include "base/id.hpp"
#include "base/result.hpp"
#include "repository/model.hpp"
#include "repository/write_session.hpp"

#include <set>

namespace starkeep::engine {

Result<void> store_segment(
    const repository::Segment& segment,
    repository::Appender& appender,
    std::set<PackId>& packs,
    UnitSummary& summary
)
{
    for (const repository::Leaf& leaf : segment.leaves) {
        summary.rows += leaf.rows;
        summary.digest += leaf.digest;
        for (const repository::Reference& chunk : leaf.chunks) {
            summary.bytes += chunk.plain_bytes;
            packs.insert(chunk.pack);
        }
    }
    TRY_LET(
        const repository::Reference stored,
        appender.add(repository::RecordType::Segment, repository::encode_segment(segment))
    );
    packs.insert(stored.pack);
    summary.segments.push_back(stored);
    return {};
}

}  // namespace starkeep::engine
