// SPDX-License-Identifier: Apache-2.0
// What the appenders of one writer share: which content is stored, which packs are under way.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "repository/index.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/pack.hpp"
#include "repository/pack_writer.hpp"
#include "repository/patient_put.hpp"
#include "repository/write_session.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

namespace starkeep::repository {

/// Thread: any.
class SessionPacks {
public:
    SessionPacks(
        store::Store& store, const Keyring& keyring, const Patience& patience, LoadedIndex loaded
    );

    const Keyring& keyring() const { return keyring_; }
    std::optional<Reference> find(const ContentId& content);
    void remember(const Reference& reference);
    /// Puts a finished pack. From now on a point may use it.
    Result<void> put(PackDirectory directory, ByteView object);

    /// Whether the pack was there at the beginning, whole as far as its size tells, or has been put since.
    bool has(const PackId& pack) const;
    /// Puts indexes of the packs that none names yet. One that fails costs the next writer some reading, no more.
    void put_indexes();
    WriteTotals totals() const;

private:
    std::vector<PackDirectory> take_unindexed(std::size_t least_records);
    void put_index(const std::vector<PackDirectory>& packs);

    store::Store& store_;
    const Keyring& keyring_;
    const Patience patience_;
    std::atomic<std::uint64_t> bytes_new_{0};
    std::atomic<std::uint64_t> bytes_stored_{0};
    mutable Mutex mutex_;
    Index index_ GUARDED_BY(mutex_);
    std::unordered_set<PackId> stored_ GUARDED_BY(mutex_);
    std::vector<PackDirectory> unindexed_ GUARDED_BY(mutex_);
    std::size_t unindexed_records_ GUARDED_BY(mutex_) = 0;
};

/// Two open packs and the door to the shared part.
class PackAppender final : public Appender {
public:
    explicit PackAppender(SessionPacks& packs);
    Result<Reference> add(RecordType type, ByteView plain) override;
    Result<void> flush() override;

private:
    Result<void> put(PackWriter& pack, PackKind kind);

    SessionPacks& packs_;
    PackWriter data_;
    PackWriter metadata_;
};

}  // namespace starkeep::repository
