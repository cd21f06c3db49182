// SPDX-License-Identifier: Apache-2.0
// Definitions that the target has already: kept as they are, and named where they are not those of the backup.
#pragma once

#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"

namespace starkeep::source::postgres {

/// Notes in the plan of `context` which entries the target keeps, by what is known of its definitions, and which of them
/// differ. Tables whose rows are skipped never do: they were to stay.
void note_existing(RestoreContext& context);

/// For a restore that goes on: those that somebody made equal meanwhile differ no more.
void forget_adapted(RestoreContext& context);

void name_differing(const RestoreContext& context, LeftOut& left_out);

}  // namespace starkeep::source::postgres
