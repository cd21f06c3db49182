// SPDX-License-Identifier: Apache-2.0
// One writer: adds records, then commits one restore point; or dies and leaves packs that the next writer reuses.
#pragma once

#include "base/result.hpp"
#include "repository/model.hpp"
#include "repository/patient_put.hpp"
#include "repository/repository.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace starkeep::repository {

struct WriteTotals {
    std::uint64_t bytes_new = 0;     ///< plain bytes of records that were not there yet
    std::uint64_t bytes_stored = 0;  ///< bytes of packs put
};

struct WriteOptions {
    std::size_t most_index_entries = std::size_t{4}
                                     << 20U;  ///< what does not fit costs only deduplication
    std::chrono::milliseconds heartbeat{60'000};
    Patience patience{};
};

/// Appends records to its own open packs (one for data, one for metadata; 32 MiB each at most). Thread: one; a backup
/// gives each of its threads an appender.
class Appender {
public:
    virtual ~Appender() = default;
    /// Stores `plain` unless this content is known; tells where it lies (or will, once its pack is put).
    virtual Result<Reference> add(RecordType type, ByteView plain) = 0;
    /// Puts what is open. Must be called before the session commits.
    virtual Result<void> flush() = 0;
};

class WriteSession {
public:
    /// Registers the writer, replays the log, loads the index and the directories of packs that dead writers left. A
    /// thread of the session's own beats. The repository must outlive the session, the session its appenders.
    /// Errors: Corrupt when the log cannot be read in full; the store's.
    static Result<std::unique_ptr<WriteSession>>
    begin(Repository& repository, const WriteOptions& options = {});

    /// Without commit: abandons; packs put so far stay and are reused by the next session until a prune.
    ~WriteSession();
    WriteSession(const WriteSession&) = delete;
    WriteSession& operator=(const WriteSession&) = delete;

    std::unique_ptr<Appender> appender();

    /// Whether the pack was there when the session began or has been put by it.
    bool has_pack(const PackId& pack) const;

    /// Makes the point visible, atomically. Every pack in `point.databases` must be put. Once only.
    /// Fills in nothing, but the point is not trusted when one of its source that is not was added since begin().
    /// Errors: InvalidInput when a pack is still open or a manifest's pack is not named; Conflict when a prune has swept a pack that the point uses or declared this session dead, or
    /// when the log has been repaired since begin().
    Result<void> commit(const Point& point);

    const SessionId& id() const;

    WriteTotals totals() const;

private:
    struct Parts;
    explicit WriteSession(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace starkeep::repository
