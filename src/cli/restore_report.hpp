// SPDX-License-Identifier: Apache-2.0
// What a restore tells, for restore and verify --into.
#pragma once

#include "cli/context.hpp"
#include "engine/restore/restore.hpp"
#include "json/json.hpp"

namespace starkeep::cli {

Json to_json(const engine::RestoreReport& report);
void show(const engine::RestoreReport& report);
/// Names on standard error every object that is not what was backed up.
void warn_of_differences(const engine::RestoreReport& report);

}  // namespace starkeep::cli
