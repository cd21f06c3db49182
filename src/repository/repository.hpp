// SPDX-License-Identifier: Apache-2.0
// An open repository: restore points, reading by reference, key slots.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "store/store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::repository {

struct KeyInfo {
    KeySlotId id;
    std::string label;
    std::string created;   ///< RFC 3339, UTC
    bool current = false;  ///< the slot that this password opened
};

/// What the keys derive to; made once when the repository is opened.
struct Keyring;

class Repository {
public:
    /// Errors: Exists when the store holds a repository; InvalidInput when it holds other things or the password is empty.
    static Result<RepositoryId> create(store::Store& store, const Secret& password);

    /// Errors: NotFound when there is no key slot; Denied when no slot opens with this password; Corrupt;
    /// Unsupported for an unknown format version.
    static Result<std::unique_ptr<Repository>> open(store::Store& store, const Secret& password);

    ~Repository();
    Repository(const Repository&) = delete;
    Repository& operator=(const Repository&) = delete;

    const RepositoryId& id() const;
    store::Store& store() const;

    /// All restore points that exist now, newest first, as far as the log can be read. Reads its new entries.
    Result<std::vector<Point>> points();

    /// What points() could not read of the log: points of that time may be missing, forgotten ones may be there.
    std::vector<LogGap> log_gaps() const;
    /// Errors: Corrupt, naming what points() could not read of the log.
    Result<void> require_whole_log() const;

    /// Secret for codec::StreamChunker: K(repository id, "starkeep chunking") of the format's section 2.
    const std::array<std::byte, 32>& chunking_secret() const;

    /// Reads, opens, decompresses and authenticates one record. Thread: any number at once.
    /// Errors: Corrupt naming pack and offset when anything differs or the pack is missing.
    Result<Bytes> read(const Reference& reference, RecordType type) const;

    /// Reads records; references that lie next to each other in one pack are fetched together (up to 4 MiB a request).
    Result<std::vector<Bytes>>
    read_all(const std::vector<Reference>& references, RecordType type) const;

    /// Forgets points. Errors: NotFound when one does not exist; Corrupt when the log cannot be read in full.
    Result<void> forget(const std::vector<PointId>& points);

    Result<std::vector<KeyInfo>> keys() const;
    Result<KeySlotId> add_key(const Secret& password, std::string_view label);
    /// Errors: InvalidInput for the last slot; NotFound.
    Result<void> remove_key(const KeySlotId& slot);

private:
    friend class WriteSession;
    friend class Maintenance;
    struct Parts;
    explicit Repository(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace starkeep::repository
