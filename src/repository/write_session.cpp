// SPDX-License-Identifier: Apache-2.0
#include "repository/write_session.hpp"

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "repository/heartbeat.hpp"
#include "repository/index.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/patient_put.hpp"
#include "repository/repository.hpp"
#include "repository/repository_internal.hpp"
#include "repository/session_packs.hpp"
#include "sys/random.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace starkeep::repository {

struct WriteSession::Parts {
    Repository::Parts& repository;
    const SessionId id;
    const Patience patience;
    const std::map<std::string, std::uint64_t> distrusts;  ///< as they were at the beginning
    const std::uint64_t repairs;                           ///< likewise
    // Before the packs: the sign of life goes last.
    std::unique_ptr<Heartbeat> heartbeat;
    SessionPacks packs;
};

namespace {

constexpr const char* kRunAgain =
    "Run the backup again; what this one stored is reused as far as it is still there.";

/// Whether the log still lets this session add this point.
Result<void> check_sweeps(const Point& point, const SessionId& session, const LogState& log)
{
    if (log.dead.contains(session)) {
        return Error{
            ErrorCode::Conflict,
            fmt::format("a prune counted writer {} as dead", session.hex()),
            kRunAgain
        };
    }
    for (const PointDatabase& database : point.databases) {
        for (const PackId& pack : database.packs) {
            if (log.swept.contains(pack)) {
                return Error{
                    ErrorCode::Conflict,
                    fmt::format(
                        "a prune removed pack {} of database {}", pack.hex(), database.name
                    ),
                    kRunAgain,
                };
            }
        }
    }
    return {};
}

/// An entry that a repair gave up may have swept packs that the point uses, or this session.
Result<void> check_repairs(std::uint64_t before, const LogState& log)
{
    if (log.repairs != before) {
        return Error{
            ErrorCode::Conflict,
            "the log of the repository was repaired while the backup was running",
            kRunAgain
        };
    }
    return {};
}

Result<void> check_packs(const Point& point, const SessionPacks& packs)
{
    for (const PointDatabase& database : point.databases) {
        if (std::ranges::find(database.packs, database.manifest.pack) == database.packs.end()) {
            return Error{
                ErrorCode::InvalidInput,
                fmt::format("database {} does not name its manifest's pack", database.name)
            };
        }
        for (const PackId& pack : database.packs) {
            if (!packs.has(pack)) {
                return Error{
                    ErrorCode::InvalidInput, fmt::format("pack {} is not in the store", pack.hex())
                };
            }
        }
    }
    return {};
}

/// Whether a point has taken trust from all points of the source since `then`, among them those that a session which
/// began then may have built upon.
bool is_distrusted_since(
    const std::map<std::string, std::uint64_t>& then, const LogState& log, const std::string& source
)
{
    const auto now = log.distrusts.find(source);
    const auto before = then.find(source);
    return now != log.distrusts.end() && (before == then.end() || now->second != before->second);
}

}  // namespace

WriteSession::WriteSession(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

WriteSession::~WriteSession() = default;

Result<std::unique_ptr<WriteSession>>
WriteSession::begin(Repository& repository, const WriteOptions& options)
{
    Repository::Parts& shared = *repository.parts_;
    const auto id = sys::random_id<SessionId>();
    TRY_LET(auto heartbeat, Heartbeat::start(shared.store, shared.keyring, id, options.heartbeat));
    LogState log;
    {
        const MutexLock lock(shared.log_mutex);
        TRY(read_log(shared.store, shared.keyring, shared.log));
        TRY(require_no_gaps(shared.log));
        log = shared.log;
    }
    TRY_LET(
        LoadedIndex loaded,
        load_index(shared.store, shared.keyring, log, options.most_index_entries)
    );
    // NOLINTNEXTLINE(modernize-make-unique): make_unique cannot name an aggregate's members
    return std::unique_ptr<WriteSession>(new WriteSession(std::unique_ptr<Parts>(new Parts{
        .repository = shared,
        .id = id,
        .patience = options.patience,
        .distrusts = std::move(log.distrusts),
        .repairs = log.repairs,
        .heartbeat = std::move(heartbeat),
        .packs = SessionPacks(shared.store, shared.keyring, options.patience, std::move(loaded)),
    })));
}

std::unique_ptr<Appender> WriteSession::appender()
{
    return std::make_unique<PackAppender>(parts_->packs);
}

Result<void> WriteSession::commit(const Point& point)
{
    TRY(check_packs(point, parts_->packs));
    Repository::Parts& shared = parts_->repository;
    {
        const MutexLock lock(shared.log_mutex);
        const auto make = [&](const LogState& log) -> Result<Json> {
            TRY(check_sweeps(point, parts_->id, log));
            TRY(check_repairs(parts_->repairs, log));
            Point added = point;
            added.trusted =
                point.trusted && !is_distrusted_since(parts_->distrusts, log, point.source);
            return point_entry(added, parts_->id);
        };
        TRY(append_log(shared.store, shared.keyring, shared.log, make, parts_->patience));
    }
    parts_->packs.put_indexes();
    parts_->heartbeat.reset();
    return {};
}

bool WriteSession::has_pack(const PackId& pack) const
{
    return parts_->packs.has(pack);
}

WriteTotals WriteSession::totals() const
{
    return parts_->packs.totals();
}

const SessionId& WriteSession::id() const
{
    return parts_->id;
}

}  // namespace starkeep::repository
