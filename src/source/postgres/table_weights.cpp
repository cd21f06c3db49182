// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/table_weights.hpp"

#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/writer.hpp"

#include <set>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// The partitioned tables that an object is a part of, nearest first.
Result<std::vector<QualifiedName>> ancestors_of(const Placement& placement)
{
    std::vector<QualifiedName> out;
    const Json& facts = placement.object.facts;
    if (!facts.is_object() || !facts.contains("partition_of")) {
        return out;
    }
    TRY_LET(const Json names, json::get_array(facts, "partition_of"));
    for (const Json& name : names) {
        TRY_LET(
            QualifiedName parsed,
            parse_qualified_name(name.is_string() ? name.get<std::string>() : std::string())
        );
        out.push_back(std::move(parsed));
    }
    return out;
}

}  // namespace

Result<TableWeights> TableWeights::of(const std::vector<Placement>& placements)
{
    constexpr double kUnit = 1024.0 * 1024.0;
    TableWeights weights;
    for (const Placement& placement : placements) {
        if (placement.object.kind != "table") {
            continue;
        }
        TRY_LET(const QualifiedName own, parse_qualified_name(placement.object.name));
        TRY_LET(const std::vector<QualifiedName> ancestors, ancestors_of(placement));
        const double size = static_cast<double>(placement.object.estimated_bytes) / kUnit;
        weights.weights_[own] += size;
        std::set<QualifiedName> below{own};
        for (const QualifiedName& ancestor : ancestors) {
            weights.weights_[ancestor] += size;
            weights.partitions_[ancestor].insert(below.begin(), below.end());
            below.insert(ancestor);
        }
    }
    return weights;
}

double TableWeights::weight(const QualifiedName& table) const
{
    const auto found = weights_.find(table);
    return found == weights_.end() ? 0 : found->second;
}

std::set<QualifiedName> TableWeights::with_partitions(const QualifiedName& table) const
{
    std::set<QualifiedName> out{table};
    if (const auto found = partitions_.find(table); found != partitions_.end()) {
        out.insert(found->second.begin(), found->second.end());
    }
    return out;
}

}  // namespace starkeep::source::postgres
