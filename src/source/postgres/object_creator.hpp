// SPDX-License-Identifier: Apache-2.0
// All that must be there before the rows: schemas, types, functions, tables, views.
#pragma once

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/restore_context.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Thread: one. The caller has a transaction open.
class ObjectCreator {
public:
    ObjectCreator(ServerConnection& connection, RestoreContext& context)
        : connection_(connection)
        , context_(context)
        , definer_(connection, context.target, context.plan.renames)
    {
    }

    /// Notes in the plan what the target kept and what was left out.
    /// Errors: Exists naming all objects in the way; the refusal of a table.
    Result<void> run();

private:
    Result<void> make_schemas_of_renames();
    Result<void> make(const ArchiveEntry& entry);
    Result<void> refuse(const ArchiveEntry& entry, const Error& error);
    bool is_kept_part(const ArchiveEntry& entry) const;
    std::string already_there() const;
    std::string missing_needs(const ArchiveEntry& entry) const;

    ServerConnection& connection_;
    RestoreContext& context_;
    Definer definer_;
    std::vector<std::string> in_the_way_;
    std::set<std::uint64_t> missing_;
};

/// Whether an entry is made before the rows.
bool is_made_before_rows(const ArchiveEntry& entry);

}  // namespace starkeep::source::postgres
