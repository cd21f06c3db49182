// SPDX-License-Identifier: Apache-2.0
// The packs of a store as they were listed once, and their directories within bounded memory.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "repository/pack_reader.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace starkeep::repository {

class PackCatalog {
public:
    PackCatalog(
        store::Store& store, const Keyring& keyring, const std::vector<store::ObjectInfo>& objects
    );

    /// In the order of their names.
    const std::vector<ListedPack>& packs() const { return packs_; }
    const ListedPack* find(const PackId& pack, PackKind kind) const;

    /// The directory, read at most once as long as about 190 MiB of them suffice.
    /// Errors: those of read_directory().
    Result<std::shared_ptr<const PackDirectory>> directory(const ListedPack& pack);

    /// Whether the pack's directory lists exactly this record. Errors: those of directory().
    Result<bool> lists(const ListedPack& pack, const Reference& reference, RecordType type);

private:
    struct Cached {
        // Shared: the caller may still look at a directory that is dropped meanwhile.
        std::shared_ptr<const PackDirectory> directory;
        std::list<const ListedPack*>::iterator place;
    };
    void make_room();

    store::Store& store_;
    const Keyring& keyring_;
    std::vector<ListedPack> packs_;
    std::unordered_map<PackId, std::vector<std::size_t>> places_;
    std::unordered_map<const ListedPack*, Cached> cached_;
    std::list<const ListedPack*> newest_first_;
    std::size_t cached_records_ = 0;
};

}  // namespace starkeep::repository
