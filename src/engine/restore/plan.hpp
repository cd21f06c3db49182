// SPDX-License-Identifier: Apache-2.0
// Which objects of which databases go where.
#pragma once

#include "base/result.hpp"
#include "engine/restore/restore.hpp"
#include "repository/manifest.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "source/model.hpp"
#include "source/writer.hpp"

#include <string>
#include <vector>

namespace starkeep::engine {

struct DatabasePlan {
    repository::Manifest manifest;
    std::string target;  ///< database name
    /// Parallel to each other.
    std::vector<source::Placement> placements;
    std::vector<const repository::ManifestObject*> objects;
    bool whole = true;                  ///< but for `excluded`
    std::vector<std::string> excluded;  ///< objects that are not chosen
    /// Equal for two runs of the same restore, so that the second carries on where the first ended.
    std::string restore_key;
};

/// The object as the source driver knows it.
source::Object to_source_object(const repository::ManifestObject& stored);

Result<std::vector<DatabasePlan>> plan_restore(
    const repository::Repository& repository,
    const repository::Point& point,
    const RestoreRequest& request
);

}  // namespace starkeep::engine
