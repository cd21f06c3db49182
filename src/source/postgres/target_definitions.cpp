// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/target_definitions.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "source/postgres/archive.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/schema_dump.hpp"

#include <utility>

namespace starkeep::source::postgres {

Result<TargetDefinitions> TargetDefinitions::read(ServerConnection& connection)
{
    TargetDefinitions definitions;
    Bytes bytes;
    Result<void> dumped = dump_schema(
        {.major = connection.server_version() / 10000,
         .snapshot = {},
         .connection = connection.conninfo(),
         .environment = connection.environment(),
         .stop = connection.stop()},
        [&](ByteView piece) -> Result<void> {
            bytes.insert(bytes.end(), piece.begin(), piece.end());
            return {};
        }
    );
    if (!dumped.ok()) {
        const ErrorCode code = dumped.error().code();
        if (code != ErrorCode::Unsupported && code != ErrorCode::Rejected) {
            return std::move(dumped).error();
        }
        definitions.unknown_ = dumped.error().message();
        return definitions;
    }
    TRY_LET(definitions.archive_, parse_archive(bytes));
    for (const ArchiveEntry& entry : definitions.archive_.entries) {
        definitions.definitions_[key_of(entry)].insert(entry.definition);
    }
    return definitions;
}

TargetDefinitions::Key TargetDefinitions::key_of(const ArchiveEntry& entry)
{
    return {entry.kind, entry.schema, entry.name, entry.drop};
}

TargetDefinitions::Match TargetDefinitions::match(const ArchiveEntry& entry) const
{
    const auto found = definitions_.find(key_of(entry));
    if (found == definitions_.end()) {
        return Match::Absent;
    }
    return found->second.contains(entry.definition) ? Match::Same : Match::Different;
}

}  // namespace starkeep::source::postgres
