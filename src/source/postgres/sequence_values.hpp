// SPDX-License-Identifier: Apache-2.0
// The values that sequences go on from.
#pragma once

#include "base/result.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/step_runner.hpp"

namespace starkeep::source::postgres {

/// Sequences of the restore stand where they stood in the backup; those of tables that are merged are moved on, never back.
/// Errors: Corrupt when the backup's facts tell no value.
Result<void> set_sequences(const RestoreContext& context, StepRunner& steps);

}  // namespace starkeep::source::postgres
