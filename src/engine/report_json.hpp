// SPDX-License-Identifier: Apache-2.0
// Reports of the engine as the public JSON shows them, and the exit status that each ends with; the same wherever it ran.
#pragma once

#include "engine/backup/backup.hpp"
#include "engine/restore/restore.hpp"
#include "engine/verify/verify.hpp"
#include "json/json.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"

#include <vector>

namespace starkeep::engine {

/// What `starkeep backup --json` ends with.
Json to_json(const BackupReport& report);
/// 0, or 3 when something was doubtful or distrusted.
int exit_status(const BackupReport& report);

/// What `starkeep restore --json` ends with; `verify` and `dry_run` as the request had them.
Json to_json(
    const RestoreReport& report, const repository::Point& point, const RestoreRequest& request
);
/// 0; 1 when what was read back differs; 3 when something was left out.
int exit_status(const RestoreReport& report);

/// What `starkeep verify --json` ends with, without and with --into.
Json to_json(const VerifyReport& report, const repository::Point& point);
Json to_json(const RehearsalReport& report, const repository::Point& point);
/// 0, or 4 when the point is damaged.
int exit_status(const VerifyReport& report);
/// 0; 1 when objects differ; 3 when something was left out.
int exit_status(const RehearsalReport& report);

/// One element of `starkeep points --json`.
Json to_json(const repository::Point& point);
/// Tells the database as well: several may have objects of the same name.
Json to_json(const repository::ManifestObject& object, const repository::Manifest& manifest);
/// What `starkeep show --json` prints; a manifest for each database of the point.
Json to_json(const repository::Point& point, const std::vector<repository::Manifest>& manifests);

}  // namespace starkeep::engine
