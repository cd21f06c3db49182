// SPDX-License-Identifier: Apache-2.0
// Step native: continuous backup of a source kept configured at the tier that
// its policy wants.
#pragma once

#include "appliance/policy.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/subjects.hpp"
#include "azure/arm/client.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <stop_token>

namespace starkeep::appliance {

/// What was found and done, for the task's result. Nothing but the source
/// itself is touched. A PostgreSQL cluster's backups are always on: its window
/// is told. An operation of Azure that was begun is waited for again after a
/// restart. Errors: InvalidInput when the tier would be shortened without
/// allow_shorter; Unsupported for what cannot have continuous backup; what ARM
/// answers.
Result<Json> keep_native(
    azure::arm::Client& arm,
    const Source& source,
    const NativePart& wanted,
    TaskReporter& reporter,
    std::stop_token stop
);

}  // namespace starkeep::appliance
