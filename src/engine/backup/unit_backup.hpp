// SPDX-License-Identifier: Apache-2.0
// One unit of one object: decide leaf by leaf what to reuse, read the rest.
//
// A leaf may be taken from the previous point when key, row count and fingerprint are equal (and, checked before by the
// caller, guard, columns and row form). That rests on the fingerprint telling every change; a part of the equal
// leaves is therefore read all the same (the audit), and one that differs condemns all fingerprints of its object.
#pragma once

#include "base/result.hpp"
#include "engine/progress.hpp"
#include "repository/model.hpp"
#include "repository/write_session.hpp"
#include "source/model.hpp"
#include "source/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace starkeep::engine {

/// Which of the leaves that look unchanged are read all the same.
struct Audit {
    bool all = false;
    std::uint64_t generation = 0;  ///< every leaf's turn comes once in kAuditCycle generations

    bool wants(ByteView key) const;
};

/// Source: peers that rely on tuple headers re-read everything now and then; one thirtieth bounds the life of an unknown
/// hazard to thirty backups at about 3 % of the reading.
inline constexpr std::uint64_t kAuditCycle = 30;

struct UnitOutcome {
    std::vector<repository::Segment> segments;  ///< one for a planned unit; one or more for a cut one
    std::uint64_t bytes_read = 0;
    std::uint64_t changed_leaves = 0;  ///< read because they had to be
    bool fingerprint_lied = false;
};

struct UnitContext {
    source::Connection& connection;
    repository::Appender& appender;
    Progress& progress;
};

Result<UnitOutcome> back_up_unit(
    const UnitContext& context,
    const source::Object& object,
    const source::KeyRange& unit,
    const std::optional<repository::Segment>& previous,
    const Audit& audit
);

}  // namespace starkeep::engine
