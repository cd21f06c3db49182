// SPDX-License-Identifier: Apache-2.0
// Which entries of an archive a restore makes: some tables with what belongs to them, or all but some tables.
#pragma once

#include "source/postgres/archive_map.hpp"
#include "source/postgres/script_lexer.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

struct Selection {
    std::set<std::uint64_t> chosen;
    std::vector<std::string>
        left_out;  ///< what one would expect to come back and cannot, with the reason
};

/// A table to bring back.
struct ChosenTable {
    QualifiedName name;  ///< as stored
    bool is_renamed = false;
};

/// All but the tables `excluded`, and but what needs one of them that `exists` denies.
Selection select_all_but(
    const ArchiveMap& map,
    const std::vector<QualifiedName>& excluded,
    const std::function<bool(const QualifiedName&)>& exists
);
/// `exists` says whether the target has a relation of that name already.
Selection select_tables(
    const ArchiveMap& map,
    const std::vector<ChosenTable>& tables,
    const std::function<bool(const QualifiedName&)>& exists
);

}  // namespace starkeep::source::postgres
