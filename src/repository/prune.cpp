// SPDX-License-Identifier: Apache-2.0
// Why this is safe beside writers: a pack is condemned in the log first; a writer whose heartbeat is not to be seen
// after that has either ended, or will read the log with the condemnation in it and leave the pack alone. A writer that
// is seen stops the prune before anything is swept. Should a sign of life be missed all the same, the sweep in the log
// comes before the writer's commit, which is then refused. Source: docs/repository-format.md section 8.
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "repository/index.hpp"
#include "repository/keyring.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/maintenance.hpp"
#include "repository/names.hpp"
#include "repository/ordered_fetch.hpp"
#include "repository/pack.hpp"
#include "repository/repository.hpp"
#include "repository/repository_internal.hpp"
#include "repository/sealed_object.hpp"
#include "repository/used_bytes_internal.hpp"
#include "repository/used_packs_internal.hpp"
#include "store/store.hpp"
#include "sys/random.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

constexpr std::chrono::hours kDeadAfter{24};
/// So many indexes are worth putting the small ones together.
constexpr std::size_t kManyIndexes = 16;
constexpr std::size_t kSmallIndexRecords = std::size_t{32} << 10U;
/// As many as a writer puts into one, about 6 MiB.
constexpr std::size_t kIndexRecords = std::size_t{128} << 10U;

using PackSet = std::unordered_set<PackId>;

struct Writers {
    std::vector<SessionId> dead;  ///< no heartbeat for a day
    bool running = false;
};

class Prune {
public:
    Prune(store::Store& store, const Keyring& keyring, LogState& log)
        : store_(store), keyring_(keyring), log_(log)
    {
    }

    Result<PruneReport> run(bool dry_run)
    {
        // Packs first: one that is put later belongs to a writer that the log knows nothing of yet.
        TRY_LET(objects_, store_.list(""));
        TRY(read_log(store_, keyring_, log_));
        TRY(require_no_gaps(log_));
        repairs_ = log_.repairs;
        PackSet unused = listed_unused();
        if (!dry_run) {
            TRY(condemn(unused));
        }
        TRY_LET(const Writers writers, find_writers());
        if (!dry_run && !writers.running && (!unused.empty() || !writers.dead.empty())) {
            TRY(sweep(unused, writers.dead));
        }
        const PruneReport report = account(unused, writers.running);
        if (!dry_run) {
            TRY(remove_swept());
        }
        return report;
    }

private:
    /// Packs in the store that no point uses and that are not swept yet.
    PackSet listed_unused() const
    {
        const PackSet used = used_packs(log_);
        PackSet unused;
        for (const store::ObjectInfo& object : objects_) {
            const std::optional<PackName> pack = parse_pack_name(object.name);
            if (pack && !used.contains(pack->id) && !log_.swept.contains(pack->id)) {
                unused.insert(pack->id);
            }
        }
        return unused;
    }

    /// Makes sure that every pack of `unused` is condemned; takes those out that a point uses by now. The entry also
    /// tells the store's time, so it is made again when there are heartbeats to judge.
    Result<void> condemn(PackSet& unused)
    {
        const bool has_heartbeats =
            std::ranges::any_of(objects_, [](const store::ObjectInfo& object) {
                return parse_heartbeat_name(object.name).has_value();
            });
        const bool all_condemned = std::ranges::all_of(unused, [&](const PackId& pack) {
            return log_.condemned.contains(pack);
        });
        if (all_condemned && !has_heartbeats) {
            return {};
        }
        const auto make = [&](const LogState& log) -> Result<Json> {
            TRY(check_repairs(log));
            remove_used(unused, log);
            return condemn_entry({unused.begin(), unused.end()});
        };
        TRY(append_log(store_, keyring_, log_, make));
        TRY_LET(
            const std::vector<store::ObjectInfo> entry, store_.list(log_entry_name(log_.sequence))
        );
        objects_.insert(objects_.end(), entry.begin(), entry.end());
        return {};
    }

    /// What this prune knows of the log may not be what others see of it any more.
    Result<void> check_repairs(const LogState& log) const
    {
        if (log.repairs != repairs_) {
            return Error{
                ErrorCode::Conflict,
                "the log of the repository was repaired while the prune was running",
                "Run the prune again.",
            };
        }
        return {};
    }

    static void remove_used(PackSet& packs, const LogState& log)
    {
        const PackSet used = used_packs(log);
        std::erase_if(packs, [&](const PackId& pack) {
            return used.contains(pack) || log.swept.contains(pack);
        });
    }

    /// By the store's own clock: the newest date that it has given to any object.
    Result<Writers> find_writers()
    {
        TRY_LET(const std::vector<store::ObjectInfo> heartbeats, store_.list(kHeartbeatPrefix));
        std::map<SessionId, std::chrono::sys_seconds> newest;
        std::chrono::sys_seconds now{};
        for (const store::ObjectInfo& object : objects_) {
            now = std::max(now, object.modified);
        }
        for (const store::ObjectInfo& object : heartbeats) {
            now = std::max(now, object.modified);
            if (const std::optional<HeartbeatName> name = parse_heartbeat_name(object.name)) {
                std::chrono::sys_seconds& last = newest[name->session];
                last = std::max(last, object.modified);
            }
        }
        Writers writers;
        for (const auto& [session, last] : newest) {
            if (log_.dead.contains(session)) {
                continue;
            }
            if (now - last > kDeadAfter) {
                writers.dead.push_back(session);
            } else {
                writers.running = true;
            }
        }
        return writers;
    }

    Result<void> sweep(PackSet& packs, const std::vector<SessionId>& dead)
    {
        const auto make = [&](const LogState& log) -> Result<Json> {
            TRY(check_repairs(log));
            // Only what was condemned before the writers were looked for: another prune may condemn beside this one.
            remove_used(packs, log);
            return sweep_entry({packs.begin(), packs.end()}, dead);
        };
        return append_log(store_, keyring_, log_, make);
    }

    /// Before the removal, of what it does; a prune that was interrupted has left its removals to this one.
    PruneReport account(const PackSet& unused, bool writer_running) const
    {
        PruneReport report;
        for (const store::ObjectInfo& object : objects_) {
            const std::optional<PackName> pack = parse_pack_name(object.name);
            if (!pack) {
                continue;
            }
            const bool is_unused = unused.contains(pack->id);
            if (log_.swept.contains(pack->id) || (is_unused && !writer_running)) {
                ++report.packs_removed;
                report.bytes_removed += object.size_bytes;
                continue;
            }
            report.packs_waiting += is_unused ? 1U : 0U;
            ++report.packs_kept;
            report.bytes_kept += object.size_bytes;
        }
        return report;
    }

    /// Packs, then the indexes that name them, then what dead writers left in `w/`. The log keeps what is to be done, so
    /// that a crash between any two removals is made good by the next prune.
    Result<void> remove_swept()
    {
        for (const store::ObjectInfo& object : objects_) {
            const std::optional<PackName> pack = parse_pack_name(object.name);
            if (pack && log_.swept.contains(pack->id)) {
                TRY(store_.remove(object.name));
            }
        }
        TRY(renew_indexes());
        for (const store::ObjectInfo& object : objects_) {
            const std::optional<HeartbeatName> heartbeat = parse_heartbeat_name(object.name);
            if (heartbeat && log_.dead.contains(heartbeat->session)) {
                TRY(store_.remove(object.name));
            }
        }
        return {};
    }

    /// What takes the place of some indexes.
    struct Renewal {
        std::vector<PackDirectory> packs;
        std::size_t records = 0;
        std::vector<std::string> replaced;
    };

    /// Indexes that name swept packs make room for such that name the others. Every backup leaves a small one, and each
    /// costs later writers a request, so many small ones are put together as well. The new one is there before the old
    /// ones go; a writer that comes in between reads more, and nothing wrong.
    Result<void> renew_indexes()
    {
        std::vector<std::string> names;
        for (const store::ObjectInfo& object : objects_) {
            if (parse_index_name(object.name)) {
                names.push_back(object.name);
            }
        }
        Renewal renewal;
        TRY(fetch_in_order(
            store_,
            names,
            [&](std::size_t place, const Result<Bytes>& object) -> Result<void> {
                TRY_LET(auto packs, decode_if_whole(names[place], object));
                const bool is_swept = std::erase_if(packs, [&](const PackDirectory& pack) {
                                          return log_.swept.contains(pack.pack.id);
                                      }) > 0;
                std::size_t records = 0;
                for (const PackDirectory& pack : packs) {
                    records += pack.records.size();
                }
                const bool is_merged =
                    names.size() >= kManyIndexes && !packs.empty() && records < kSmallIndexRecords;
                if (!is_swept && !is_merged) {
                    return {};
                }
                if (renewal.records + records > kIndexRecords) {
                    TRY(finish(renewal));
                }
                renewal.replaced.push_back(names[place]);
                renewal.records += records;
                std::ranges::move(packs, std::back_inserter(renewal.packs));
                return {};
            }
        ));
        return finish(renewal);
    }

    /// Nothing of one that is damaged or gone: it is only a cache, and a check names it.
    Result<std::vector<PackDirectory>>
    decode_if_whole(const std::string& name, const Result<Bytes>& object) const
    {
        if (!object.ok() && object.error().code() != ErrorCode::NotFound) {
            return object.error();
        }
        const Result<Bytes> plain =
            object.ok() ? open_object(keyring_, ObjectKind::Index, name, *object) : object;
        if (!plain.ok()) {
            return std::vector<PackDirectory>();
        }
        Result<std::vector<PackDirectory>> packs = decode_index(*plain, name);
        return packs.ok() ? std::move(packs) : std::vector<PackDirectory>();
    }

    Result<void> finish(Renewal& renewal)
    {
        if (!renewal.packs.empty()) {
            const std::string fresh = index_name(sys::random_id<IndexId>());
            TRY(store_.put(
                fresh, seal_object(keyring_, ObjectKind::Index, fresh, encode_index(renewal.packs))
            ));
        }
        for (const std::string& name : renewal.replaced) {
            TRY(store_.remove(name));
        }
        renewal = {};
        return {};
    }

    store::Store& store_;
    const Keyring& keyring_;
    LogState& log_;
    std::uint64_t repairs_ = 0;  ///< as it was at the beginning
    std::vector<store::ObjectInfo> objects_;
};

}  // namespace

Result<PruneReport> Maintenance::prune(bool dry_run)
{
    Repository::Parts& parts = *repository_.parts_;
    LogState log;
    {
        const MutexLock lock(parts.log_mutex);
        log = parts.log;
    }
    TRY_LET(PruneReport report, Prune(parts.store, parts.keyring, log).run(dry_run));
    TRY_LET(const std::uint64_t used, used_bytes(repository_, log.points));
    report.unused_bytes_in_kept_packs = report.bytes_kept - std::min(used, report.bytes_kept);
    return report;
}

}  // namespace starkeep::repository
