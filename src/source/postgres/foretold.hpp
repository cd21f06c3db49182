// SPDX-License-Identifier: Apache-2.0
// What a restore will leave out, as far as the target tells before anything is done.
#pragma once

#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"

namespace starkeep::source::postgres {

/// By context's plan, target and existing definitions. Not what only the server's answer to a statement would tell: a
/// missing extension, rows that break a foreign key. Completes the plan by what is kept.
LeftOut foretell(RestoreContext& context);

}  // namespace starkeep::source::postgres
