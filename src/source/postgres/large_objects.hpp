// SPDX-License-Identifier: Apache-2.0
// Large objects at the target: made empty before the rows, filled page by page, given owners and rights at the end.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"

#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Those at the target that are in the way (IfExists::Fail) or may not be replaced.
/// Errors: Corrupt when the backup's facts cannot be read; those of the session.
Result<std::vector<Error>>
find_large_object_refusals(ServerConnection& connection, const RestoreContext& context);

/// Inside the transaction that makes the journal. Those that are there are kept or emptied, as the request says; kept
/// ones are remembered in the journal. Nothing that find_large_object_refusals() names may be there.
Result<void> create_large_objects(ServerConnection& connection, const RestoreContext& context);

/// From pg_temp.starkeep_staging (loid, pageno, data) to where they belong, without the kept ones.
std::string move_large_objects_sql();

/// Owners, comments and grants of what was restored, in a transaction of the caller's.
Result<void> annotate_large_objects(
    ServerConnection& connection, const RestoreContext& context, LeftOut& left_out
);

}  // namespace starkeep::source::postgres
