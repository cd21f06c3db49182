// SPDX-License-Identifier: Apache-2.0
// How much a step on a table has to do, and which other tables it locks.
#pragma once

#include "base/result.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/writer.hpp"

#include <map>
#include <set>
#include <vector>

namespace starkeep::source::postgres {

/// Of the tables that a restore fills, by their names in the backup.
class TableWeights {
public:
    /// Errors: InvalidInput for a name that is none.
    static Result<TableWeights> of(const std::vector<Placement>& placements);

    /// Units: MiB of rows, those of partitions included.
    double weight(const QualifiedName& table) const;
    /// The table and every partition below it: what a statement on the table locks.
    std::set<QualifiedName> with_partitions(const QualifiedName& table) const;

private:
    std::map<QualifiedName, double> weights_;
    std::map<QualifiedName, std::set<QualifiedName>> partitions_;
};

}  // namespace starkeep::source::postgres
