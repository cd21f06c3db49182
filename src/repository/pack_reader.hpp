// SPDX-License-Identifier: Apache-2.0
// Reads records out of packs; believes nothing that is not authenticated.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/aead.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/pack.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace starkeep::repository {

/// Opens records of one pack. Thread: one.
class RecordOpener {
public:
    RecordOpener(const Keyring& keyring, const PackName& pack);

    /// `stored` are the bytes that `entry` points to.
    /// Errors: Corrupt, naming pack and offset, when anything differs from what `entry` says.
    Result<Bytes> open(const DirectoryEntry& entry, ByteView stored);
    /// "d/3f/3f2a…: record at offset 1234"
    std::string where(std::uint64_t offset) const;

private:
    const Keyring& keyring_;
    PackName pack_;
    codec::Aead cipher_;
};

/// A pack as the store lists it.
struct ListedPack {
    PackName name;
    std::uint64_t bytes = 0;
};

/// What a pack of `pack_bytes` holds, from its end: two requests at most.
/// Errors: Corrupt; the store's own.
Result<PackDirectory> read_directory(
    store::Store& store, const Keyring& keyring, const PackName& pack, std::uint64_t pack_bytes
);

/// Opens everything in a pack: header, footer, directory and every record, a few MiB at a time. Calls `on_damage` for
/// every record that does not open.
/// Errors: Corrupt or Unsupported when header, footer or directory are damaged, so that no record can be told; the
/// store's.
Result<void> verify_pack(
    store::Store& store,
    const Keyring& keyring,
    const ListedPack& pack,
    const std::function<void(const Error&, const DirectoryEntry&)>& on_damage
);

}  // namespace starkeep::repository
