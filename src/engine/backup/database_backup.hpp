// SPDX-License-Identifier: Apache-2.0
// One database into the open write session: definitions, every unit of every object, the manifest.
#pragma once

#include "base/result.hpp"
#include "engine/backup/backup.hpp"
#include "engine/backup/unit_backup.hpp"
#include "engine/progress.hpp"
#include "engine/selection.hpp"
#include "repository/model.hpp"
#include "repository/repository.hpp"
#include "repository/write_session.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace starkeep::engine {

struct DatabaseOutcome {
    repository::PointDatabase entry;
    std::uint64_t rows = 0;
    std::uint64_t objects = 0;
    std::uint64_t reused_objects = 0;
    std::uint64_t bytes_read = 0;
    double definitions_s = 0;
    bool trusted = false;  ///< whether the next backup may go by this one's fingerprints
    std::vector<std::string> left_out;
    std::vector<std::string> doubtful;
    std::vector<std::string> distrusted;
};

struct DatabaseContext {
    const std::string& source;  ///< its URL: only its own points are built upon
    repository::Repository& repository;
    repository::WriteSession& session;
    const BackupRequest& request;
    Progress& progress;
};

/// The objects of one database, as the selection has them.
struct ObjectChoice {
    std::vector<const source::Object*> chosen;
    std::vector<const source::Object*> others;
};

/// Marks the patterns of `selection` that choose something; `reader` must outlive the result.
ObjectChoice choose_objects(const source::DatabaseReader& reader, const Selection& selection);

/// All that the returned entry names is put when this returns. The reader's view stays open.
Result<DatabaseOutcome> back_up_database(
    const DatabaseContext& context, source::DatabaseReader& reader, const ObjectChoice& objects
);

}  // namespace starkeep::engine
