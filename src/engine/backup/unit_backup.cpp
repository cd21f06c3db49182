// SPDX-License-Identifier: Apache-2.0
#include "engine/backup/unit_backup.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/result.hpp"
#include "engine/backup/leaf_writer.hpp"
#include "engine/backup/unit_summary.hpp"
#include "repository/model.hpp"
#include "source/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::engine {

namespace {

std::uint64_t plain_bytes(const repository::Leaf& leaf)
{
    std::uint64_t sum = 0;
    for (const repository::Reference& chunk : leaf.chunks) {
        sum += chunk.plain_bytes;
    }
    return sum;
}

bool same_content(const repository::Leaf& one, const repository::Leaf& other)
{
    return one.digest == other.digest &&
           std::ranges::equal(
               one.chunks, other.chunks, {}, &repository::Reference::id, &repository::Reference::id
           );
}

const repository::Leaf* find_leaf(const LeafReuse& reuse, const source::LeafPlan& plan)
{
    if (!reuse.previous) {
        return nullptr;
    }
    const auto& leaves = reuse.previous->leaves;
    const auto found = std::ranges::lower_bound(leaves, plan.key, {}, &repository::Leaf::key);
    if (found == leaves.end() || found->key != plan.key || found->rows != plan.rows ||
        plan.fingerprint.empty() || found->fingerprint != plan.fingerprint) {
        return nullptr;
    }
    if (!std::ranges::all_of(found->chunks, reuse.still_stored, &repository::Reference::pack)) {
        return nullptr;
    }
    return &*found;
}

/// One planned leaf and what becomes of it.
struct Decision {
    const source::LeafPlan* plan = nullptr;
    const repository::Leaf* known = nullptr;
    bool read = true;
};

std::vector<Decision>
decide(std::string_view object, const std::vector<source::LeafPlan>& plans, const LeafReuse& reuse)
{
    std::vector<Decision> decisions;
    decisions.reserve(plans.size());
    for (const source::LeafPlan& plan : plans) {
        const repository::Leaf* known = find_leaf(reuse, plan);
        decisions.push_back(
            {.plan = &plan,
             .known = known,
             .read = known == nullptr || reuse.audit.wants(object, plan.key)}
        );
    }
    return decisions;
}

/// The key ranges of the leaves to read; neighbours become one range. The stretch up to the next planned leaf
/// belongs to a leaf: it holds no rows, so nothing else is read with it.
std::vector<source::KeyRange>
ranges_to_read(const std::vector<Decision>& decisions, const source::KeyRange& unit)
{
    std::vector<source::KeyRange> ranges;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        if (!decisions[i].read) {
            continue;
        }
        const bool last = i + 1 == decisions.size();
        const bool joins = i > 0 && decisions[i - 1].read;
        if (!joins) {
            ranges.push_back({.lower = decisions[i].plan->key, .upper = {}, .open = false});
        }
        ranges.back().upper = last ? unit.upper : decisions[i + 1].plan->key;
        ranges.back().open = last && unit.open;
    }
    return ranges;
}

/// Puts reused and fresh leaves back into one segment, in key order.
Result<UnitSummary> merge(
    const UnitContext& context,
    const std::vector<Decision>& decisions,
    std::vector<repository::Leaf> read,
    const source::KeyRange& unit
)
{
    UnitSummary summary;
    repository::Segment segment{
        .lower = unit.lower, .upper = unit.upper, .open = unit.open, .leaves = {}
    };
    std::size_t next = 0;
    for (const Decision& decision : decisions) {
        if (!decision.read) {
            context.progress.bytes_done += plain_bytes(*decision.known);
            context.progress.rows += decision.known->rows;
            segment.leaves.push_back(*decision.known);
            continue;
        }
        repository::Leaf& fresh = read[next++];
        summary.bytes_read += plain_bytes(fresh);
        if (decision.known == nullptr) {
            ++summary.changed_leaves;
        } else if (!same_content(*decision.known, fresh)) {
            summary.fingerprint_lied = true;
        }
        segment.leaves.push_back(std::move(fresh));
    }
    TRY(store_segment(segment, context.appender, context.packs, summary));
    return summary;
}

Result<UnitSummary> back_up_planned(
    const UnitContext& context,
    const source::Object& object,
    const source::KeyRange& unit,
    const LeafReuse& reuse
)
{
    TRY_LET(const std::vector<source::LeafPlan> plans, context.connection.plan(object, unit));
    const std::vector<Decision> decisions = decide(object.name, plans, reuse);
    std::vector<const source::LeafPlan*> wanted;
    for (const Decision& decision : decisions) {
        if (decision.read) {
            wanted.push_back(decision.plan);
        }
    }
    std::vector<repository::Leaf> leaves;
    if (!wanted.empty()) {
        LeafWriter writer(context.appender, context.progress);
        PlannedLeafSink sink(writer, std::move(wanted));
        TRY(context.connection.read(object, ranges_to_read(decisions, unit), sink));
        TRY_LET(leaves, sink.finish());
    }
    return merge(context, decisions, std::move(leaves), unit);
}

Result<UnitSummary>
back_up_cut(const UnitContext& context, const source::Object& object, const source::KeyRange& unit)
{
    ENSURE(unit.lower.empty() && unit.open);
    UnitSummary summary;
    LeafWriter writer(context.appender, context.progress);
    CutLeafSink sink(writer, [&](const repository::Segment& segment) {
        summary.changed_leaves += segment.leaves.size();
        return store_segment(segment, context.appender, context.packs, summary);
    });
    const std::vector<source::KeyRange> everything{unit};
    TRY(context.connection.read(object, everything, sink));
    TRY(sink.finish());
    summary.bytes_read = summary.bytes;
    return summary;
}

}  // namespace

bool Audit::wants(std::string_view object, ByteView key) const
{
    // FNV-1a over object and key: the first leaves of many small tables shall not come together. And a last mix: without it,
    // neighbours fall on every other turn only.
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const ByteView part : {as_bytes(object), key}) {
        for (const std::byte byte : part) {
            hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
        }
    }
    hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccd;
    return all || ((hash >> 33U) + generation % kAuditCycle) % kAuditCycle == 0;
}

Result<UnitSummary> back_up_unit(
    const UnitContext& context,
    const source::Object& object,
    const source::KeyRange& unit,
    const LeafReuse& reuse
)
{
    return object.has_leaf_plan ? back_up_planned(context, object, unit, reuse)
                                : back_up_cut(context, object, unit);
}

}  // namespace starkeep::engine
