// SPDX-License-Identifier: Apache-2.0
// Why a person must ask for this, and why it removes nothing: an entry that cannot be read may be the only one that
// tells of a restore point. Whatever may have belonged to such a point is condemned by the entry of the repair: writers
// that begin later leave it alone, so that nobody builds upon what an unknown sweep has removed already.
// Source: docs/repository-format.md section 8.
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/maintenance.hpp"
#include "repository/names.hpp"
#include "repository/repository.hpp"
#include "repository/repository_internal.hpp"
#include "repository/used_packs_internal.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

namespace starkeep::repository {

namespace {

/// More missing entries in a row are no loss but a name that no writer made.
constexpr std::uint64_t kMostMissing = std::uint64_t{1} << 20U;

std::vector<PackId> unused_packs(
    const std::vector<store::ObjectInfo>& objects, const LogState& log, RepairReport& report
)
{
    const std::unordered_set<PackId> used = used_packs(log);
    std::vector<PackId> unused;
    report.unused_bytes = 0;
    for (const store::ObjectInfo& object : objects) {
        const std::optional<PackName> pack = parse_pack_name(object.name);
        if (pack && !used.contains(pack->id) && !log.swept.contains(pack->id)) {
            unused.push_back(pack->id);
            report.unused_bytes += object.size_bytes;
        }
    }
    report.unused_packs = unused.size();
    return unused;
}

Result<void> check_lengths(const std::vector<LogGap>& gaps)
{
    for (const LogGap& gap : gaps) {
        if (gap.last - gap.first >= kMostMissing) {
            return Error{
                ErrorCode::Corrupt,
                gap.reason,
                "So many cannot be lost: the file behind them is none of this repository. Move it "
                "out."
            };
        }
    }
    return {};
}

}  // namespace

Result<RepairReport> Maintenance::repair(bool dry_run)
{
    Repository::Parts& parts = *repository_.parts_;
    RepairReport report;
    // Packs first: one that is put later belongs to a writer that the log knows nothing of yet.
    TRY_LET(const std::vector<store::ObjectInfo> objects, parts.store.list(""));
    const MutexLock lock(parts.log_mutex);
    TRY(read_log(parts.store, parts.keyring, parts.log));
    report.given_up = parts.log.gaps;
    report.points = parts.log.points.size();
    const std::vector<PackId> unused = unused_packs(objects, parts.log, report);
    TRY(check_lengths(report.given_up));
    if (dry_run || report.given_up.empty()) {
        return report;
    }
    const auto make = [&](const LogState& log) -> Result<Json> {
        TRY(check_lengths(log.gaps));
        if (log.gaps.empty()) {
            return Error{
                ErrorCode::Conflict,
                "another repair came first, or the missing log entries were brought back",
                "Run repo check to see the state of the repository."
            };
        }
        report.given_up = log.gaps;
        return repair_entry(log.gaps, unused_packs(objects, log, report));
    };
    TRY(append_repair(parts.store, parts.keyring, parts.log, make));
    report.points = parts.log.points.size();
    return report;
}

}  // namespace starkeep::repository
