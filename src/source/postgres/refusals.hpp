// SPDX-License-Identifier: Apache-2.0
// Why a restore cannot be, as far as the target tells before anything is changed there.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/writer.hpp"

#include <string>
#include <vector>

namespace starkeep::source::postgres {

/// Of a restore that begins, by what `context` plans: what is in the way, what does not fit, which rights are missing.
/// Each refusal names its tables and says what helps.
/// Errors: those of the session.
Result<std::vector<Error>>
find_refusals(ServerConnection& connection, const RestoreContext& context);

/// Placements of tables that `context` plans to treat so ("create", "replace", "merge", …).
std::vector<Placement> placed(const RestoreContext& context, const std::string& act);

}  // namespace starkeep::source::postgres
