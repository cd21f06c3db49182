// SPDX-License-Identifier: Apache-2.0
// One unit of one object: decide leaf by leaf what to reuse, read the rest.
//
// A leaf may be taken from the base of the object, an earlier point, when key, row count and fingerprint are equal (and,
// checked before by the caller, guard, columns and row form). That rests on the fingerprint telling every change; a part of the equal
// leaves is therefore read all the same (the audit), and one that differs condemns all fingerprints of its object.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "engine/backup/unit_summary.hpp"
#include "engine/progress.hpp"
#include "repository/model.hpp"
#include "repository/write_session.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>

namespace starkeep::engine {

/// Which of the leaves that look unchanged are read all the same.
struct Audit {
    bool all = false;
    std::uint64_t generation = 0;  ///< every leaf has its turn once in kAuditCycle generations

    bool wants(std::string_view object, ByteView key) const;
};

/// Source: peers that rely on tuple headers re-read everything now and then; one thirtieth, another
/// one each time, bounds the life of an unknown hazard to thirty backups at about 3 % of the reading.
inline constexpr std::uint64_t kAuditCycle = 30;

/// What a unit may take over from its object's base.
struct LeafReuse {
    std::optional<repository::Segment> previous;
    Audit audit;
    /// A pack that was lost from the repository is not built upon: its rows are read again.
    std::function<bool(const PackId&)> still_stored;
};

struct UnitContext {
    source::Connection& connection;
    repository::Appender& appender;
    std::set<PackId>& packs;  ///< receives every pack that the unit needs
    Progress& progress;
};

/// Reads, stores and sums up. One segment for an object with a leaf plan, one or more without.
Result<UnitSummary> back_up_unit(
    const UnitContext& context,
    const source::Object& object,
    const source::KeyRange& unit,
    const LeafReuse& reuse
);

}  // namespace starkeep::engine
