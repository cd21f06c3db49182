// SPDX-License-Identifier: Apache-2.0
// What a prune tells, for the two commands that prune.
#pragma once

#include "json/json.hpp"
#include "repository/maintenance.hpp"

namespace starkeep::cli {

Json to_json(const repository::PruneReport& report);
void show(const repository::PruneReport& report, bool dry_run);

}  // namespace starkeep::cli
