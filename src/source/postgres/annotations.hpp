// SPDX-License-Identifier: Apache-2.0
// Comments, grants, labels and settings: of what was restored, and of the database itself.
#pragma once

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/step_runner.hpp"

namespace starkeep::source::postgres {

/// Of all that was made, large objects too; not of the database and of event triggers.
Result<void> annotate_objects(const RestoreContext& context, StepRunner& steps);
/// Only where the whole of it is restored.
Result<void> annotate_database(const RestoreContext& context, StepRunner& steps);

/// Whether `entry` hangs on an event trigger, which is made last.
bool is_about_event_trigger(const ArchiveMap& map, const ArchiveEntry& entry);

}  // namespace starkeep::source::postgres
