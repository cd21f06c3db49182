// SPDX-License-Identifier: Apache-2.0
// Which content is stored already, and where.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "repository/keyring.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/pack.hpp"
#include "store/store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace starkeep::repository {

/// From content id to reference, in 32 bytes an entry. Thread: one.
class Index {
public:
    explicit Index(std::size_t most_entries);

    /// Keeps the first reference of a content. What comes when the index is full is left out.
    void insert(const Reference& reference);
    std::optional<Reference> find(const ContentId& id) const;
    std::size_t size() const { return size_; }

private:
    /// Half of a content id tells contents apart for certain enough; a find answers with the whole id that was asked for.
    struct Slot {
        std::array<std::byte, 16> id;
        std::uint32_t pack_plus_one;  ///< 0: free
        std::uint32_t offset;
        std::uint32_t stored_bytes;
        std::uint32_t plain_bytes;
    };

    std::size_t slot_of(const ContentId& id) const;
    void grow();

    std::size_t most_entries_;
    std::size_t size_ = 0;
    std::vector<Slot> slots_;
    std::vector<PackId> packs_;
    std::unordered_map<PackId, std::uint32_t> pack_numbers_;
};

/// The plain bytes of an `i/` object.
Bytes encode_index(const std::vector<PackDirectory>& packs);
/// Errors: Corrupt.
Result<std::vector<PackDirectory>> decode_index(ByteView plain, std::string_view name);

/// What load_index() found.
struct LoadedIndex {
    Index index;
    std::vector<PackDirectory> unindexed;  ///< read from packs that no index names
    std::unordered_set<PackId> packs;      ///< those that may be reused
};

/// Everything that may be reused: all packs that are there, neither condemned nor swept. Damaged indexes and packs are
/// passed over: they cost deduplication, and a check names them.
/// Errors: the store's.
Result<LoadedIndex> load_index(
    store::Store& store, const Keyring& keyring, const LogState& log, std::size_t most_entries
);

}  // namespace starkeep::repository
