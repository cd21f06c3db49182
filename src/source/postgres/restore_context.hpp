// SPDX-License-Identifier: Apache-2.0
// What all steps of one restore share.
#pragma once

#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/archive_map.hpp"
#include "source/postgres/restore_plan.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/postgres/target_database.hpp"
#include "source/postgres/target_definitions.hpp"
#include "source/postgres/target_facts.hpp"
#include "source/writer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace starkeep::source::postgres {

/// Thread: written by plan and create only; loaders and the workers of finish read it.
struct RestoreContext {
    RestoreContext(TargetServer target_server, WriteRequest write_request, Archive read_archive)
        : server(std::move(target_server))
        , request(std::move(write_request))
        , archive(std::move(read_archive))
        , map(archive)
    {
        for (const Placement& placement : request.placements) {
            const Result<QualifiedName> name = parse_qualified_name(placement.object.name);
            if (name.ok()) {
                objects_.emplace(*name, placement.object.name);
            }
        }
    }

    /// The name of the placement that is table `name` of the archive; empty when it is none.
    std::string object_name(const QualifiedName& name) const
    {
        const auto found = objects_.find(name);
        return found == objects_.end() ? std::string() : found->second;
    }

    /// Whether the target had what `entry` tells of. What is not chosen and yet needed is there already.
    bool was_there(std::uint64_t entry) const
    {
        return plan.kept.contains(entry) || !plan.chosen.contains(entry);
    }

    TargetServer server;
    WriteRequest request;
    Archive archive;
    ArchiveMap map;  ///< of `archive`
    TargetFacts target;
    std::optional<TargetDefinitions> existing;  ///< nothing for a database that is not there
    RestorePlan plan;

private:
    std::map<QualifiedName, std::string> objects_;
};

}  // namespace starkeep::source::postgres
