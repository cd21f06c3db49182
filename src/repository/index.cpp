// SPDX-License-Identifier: Apache-2.0
#include "repository/index.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "repository/keyring.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/ordered_fetch.hpp"
#include "repository/pack.hpp"
#include "repository/pack_reader.hpp"
#include "repository/sealed_object.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

constexpr std::size_t kFirstSlots = 1024;
/// The fewest bytes that an index spends on a pack: its id and a count.
constexpr std::size_t kLeastIndexedPackBytes = PackId::kSize + 1;

std::uint64_t leading(const ContentId& id)
{
    std::uint64_t value = 0;
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
}

/// Packs that may be reused, with their sizes.
using LivePacks = std::unordered_map<PackId, std::pair<PackKind, std::uint64_t>>;

Result<LivePacks> list_live_packs(store::Store& store, const LogState& log)
{
    LivePacks live;
    for (const std::string_view prefix : {kDataPrefix, kMetadataPrefix}) {
        TRY_LET(const std::vector<store::ObjectInfo> objects, store.list(prefix));
        for (const store::ObjectInfo& object : objects) {
            const std::optional<PackName> pack = parse_pack_name(object.name);
            if (pack && !log.condemned.contains(pack->id) && !log.swept.contains(pack->id)) {
                live.emplace(pack->id, std::pair(pack->kind, object.size_bytes));
            }
        }
    }
    return live;
}

/// A pack that lost its end must not attract new references.
bool is_long_enough(const PackDirectory& pack, std::uint64_t size)
{
    return pack.records.empty() ||
           pack.records.back().end() + kRecordOverhead + kPackFooterBytes <= size;
}

bool is_passed_over(const Error& error)
{
    // NotFound: a prune came between listing and reading.
    return error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::Unsupported ||
           error.code() == ErrorCode::NotFound;
}

void insert_all(Index& index, const PackDirectory& pack)
{
    for (const DirectoryEntry& record : pack.records) {
        index.insert(record.in(pack.pack.id));
    }
}

Result<std::vector<PackDirectory>>
open_index(const Keyring& keyring, const std::string& name, const Result<Bytes>& object)
{
    if (!object.ok()) {
        return object.error();
    }
    TRY_LET(const Bytes plain, open_object(keyring, ObjectKind::Index, name, *object));
    return decode_index(plain, name);
}

Result<std::vector<std::string>> list_indexes(store::Store& store)
{
    TRY_LET(const std::vector<store::ObjectInfo> objects, store.list(kIndexPrefix));
    std::vector<std::string> names;
    for (const store::ObjectInfo& object : objects) {
        if (parse_index_name(object.name)) {
            names.push_back(object.name);
        }
    }
    return names;
}

/// Takes the packs of an index that are there still into the loaded one, and out of `live`.
void insert_index(const std::vector<PackDirectory>& packs, LivePacks& live, LoadedIndex& loaded)
{
    for (const PackDirectory& pack : packs) {
        const auto found = live.find(pack.pack.id);
        if (found != live.end() && is_long_enough(pack, found->second.second)) {
            insert_all(loaded.index, pack);
            loaded.packs.insert(pack.pack.id);
        }
        live.erase(pack.pack.id);
    }
}

}  // namespace

Index::Index(std::size_t most_entries) : most_entries_(most_entries), slots_(kFirstSlots) {}

std::size_t Index::slot_of(const ContentId& id) const
{
    // Content ids are uniform: scaling one to the table's size spreads as well as a hash, for a size of any value.
    const std::uint64_t scaled = leading(id) >> 32U;
    std::size_t slot = static_cast<std::size_t>((scaled * slots_.size()) >> 32U);
    while (slots_[slot].pack_plus_one != 0 &&
           std::memcmp(slots_[slot].id.data(), id.bytes.data(), slots_[slot].id.size()) != 0) {
        slot = slot + 1 == slots_.size() ? 0 : slot + 1;
    }
    return slot;
}

void Index::grow()
{
    const std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(slots_.size() + slots_.size() / 2));
    for (const Slot& slot : old) {
        if (slot.pack_plus_one != 0) {
            ContentId id;
            std::ranges::copy(slot.id, id.bytes.begin());
            slots_[slot_of(id)] = slot;
        }
    }
}

void Index::insert(const Reference& reference)
{
    if (size_ >= most_entries_) {
        return;
    }
    if (size_ + 1 > slots_.size() / 4 * 3) {
        grow();
    }
    Slot& slot = slots_[slot_of(reference.id)];
    if (slot.pack_plus_one != 0) {
        return;
    }
    const auto [pack, is_new] =
        pack_numbers_.try_emplace(reference.pack, static_cast<std::uint32_t>(packs_.size()));
    if (is_new) {
        packs_.push_back(reference.pack);
    }
    std::ranges::copy(ByteView(reference.id.bytes).first(slot.id.size()), slot.id.begin());
    slot.pack_plus_one = pack->second + 1;
    slot.offset = reference.offset;
    slot.stored_bytes = reference.stored_bytes;
    slot.plain_bytes = reference.plain_bytes;
    ++size_;
}

std::optional<Reference> Index::find(const ContentId& id) const
{
    const Slot& slot = slots_[slot_of(id)];
    if (slot.pack_plus_one == 0) {
        return std::nullopt;
    }
    return Reference{
        .pack = packs_[slot.pack_plus_one - 1],
        .offset = slot.offset,
        .stored_bytes = slot.stored_bytes,
        .plain_bytes = slot.plain_bytes,
        .id = id,
    };
}

Bytes encode_index(const std::vector<PackDirectory>& packs)
{
    codec::ByteWriter out;
    out.varint(packs.size());
    for (const PackDirectory& pack : packs) {
        out.raw(pack.pack.id.view());
        encode_directory(out, pack.records);
    }
    return out.take();
}

Result<std::vector<PackDirectory>> decode_index(ByteView plain, std::string_view name)
{
    codec::ByteReader reader(plain, std::string(name));
    TRY_LET(const std::size_t count, reader.count(kLeastIndexedPackBytes));
    std::vector<PackDirectory> packs;
    packs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        PackDirectory pack;
        TRY_LET(pack.pack.id, reader.id<PackId>());
        TRY_LET(pack.records, decode_directory(reader, pack.pack.id));
        if (!pack.records.empty()) {
            pack.pack.kind = kind_of(pack.records[0].type);
        }
        packs.push_back(std::move(pack));
    }
    TRY(reader.finish());
    return packs;
}

Result<LoadedIndex> load_index(
    store::Store& store, const Keyring& keyring, const LogState& log, std::size_t most_entries
)
{
    TRY_LET(LivePacks live, list_live_packs(store, log));
    LoadedIndex loaded{.index = Index(most_entries), .unindexed = {}, .packs = {}};
    TRY_LET(const std::vector<std::string> indexes, list_indexes(store));
    TRY(fetch_in_order(
        store,
        indexes,
        [&](std::size_t place, const Result<Bytes>& object) -> Result<void> {
            const auto packs = open_index(keyring, indexes[place], object);
            if (!packs.ok()) {
                return is_passed_over(packs.error()) ? Result<void>() : packs.error();
            }
            insert_index(*packs, live, loaded);
            return {};
        }
    ));
    for (const auto& [id, place] : live) {
        auto directory =
            read_directory(store, keyring, {.kind = place.first, .id = id}, place.second);
        if (directory.ok()) {
            insert_all(loaded.index, *directory);
            loaded.packs.insert(id);
            loaded.unindexed.push_back(std::move(directory).value());
        } else if (!is_passed_over(directory.error())) {
            return std::move(directory).error();
        }
    }
    return loaded;
}

}  // namespace starkeep::repository
