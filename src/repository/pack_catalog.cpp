// SPDX-License-Identifier: Apache-2.0
#include "base/id.hpp"
#include "base/result.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "repository/pack_catalog_internal.hpp"
#include "repository/pack_reader.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// 48 bytes each.
constexpr std::size_t kMostCachedRecords = std::size_t{4} << 20U;

}  // namespace

PackCatalog::PackCatalog(
    store::Store& store, const Keyring& keyring, const std::vector<store::ObjectInfo>& objects
)
    : store_(store), keyring_(keyring)
{
    for (const store::ObjectInfo& object : objects) {
        if (const std::optional<PackName> name = parse_pack_name(object.name)) {
            places_[name->id].push_back(packs_.size());
            packs_.push_back({.name = *name, .bytes = object.size_bytes});
        }
    }
}

const ListedPack* PackCatalog::find(const PackId& pack, PackKind kind) const
{
    const auto found = places_.find(pack);
    if (found == places_.end()) {
        return nullptr;
    }
    for (const std::size_t place : found->second) {
        if (packs_[place].name.kind == kind) {
            return &packs_[place];
        }
    }
    return nullptr;
}

Result<std::shared_ptr<const PackDirectory>> PackCatalog::directory(const ListedPack& pack)
{
    const auto found = cached_.find(&pack);
    if (found != cached_.end()) {
        newest_first_.splice(newest_first_.begin(), newest_first_, found->second.place);
        return found->second.directory;
    }
    TRY_LET(PackDirectory read, read_directory(store_, keyring_, pack.name, pack.bytes));
    cached_records_ += read.records.size();
    newest_first_.push_front(&pack);
    auto directory = std::make_shared<const PackDirectory>(std::move(read));
    cached_.emplace(&pack, Cached{.directory = directory, .place = newest_first_.begin()});
    make_room();
    return directory;
}

void PackCatalog::make_room()
{
    while (cached_records_ > kMostCachedRecords && newest_first_.size() > 1) {
        const auto oldest = cached_.find(newest_first_.back());
        cached_records_ -= oldest->second.directory->records.size();
        cached_.erase(oldest);
        newest_first_.pop_back();
    }
}

Result<bool> PackCatalog::lists(const ListedPack& pack, const Reference& reference, RecordType type)
{
    TRY_LET(const std::shared_ptr<const PackDirectory> listed, directory(pack));
    const auto& records = listed->records;
    const auto found =
        std::ranges::lower_bound(records, reference.offset, {}, &DirectoryEntry::offset);
    return found != records.end() && found->type == type && found->in(pack.name.id) == reference;
}

}  // namespace starkeep::repository
