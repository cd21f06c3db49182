// SPDX-License-Identifier: Apache-2.0
#include "repository/repository.hpp"

#include "base/bytes.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "json/json.hpp"
#include "repository/key_slot.hpp"
#include "repository/keyring.hpp"
#include "repository/log.hpp"
#include "repository/log_state.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "repository/pack_reader.hpp"
#include "repository/repository_internal.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// References that lie next to each other are fetched with one request up to this size: large enough to make a cloud's
/// latency small against its transfer, small enough that memory does not matter.
constexpr std::uint64_t kRequestBytes = std::uint64_t{4} << 20U;

/// The key slots of a store: those that are whole, and what is wrong with the others.
struct FoundSlots {
    std::vector<KeySlot> whole;
    std::vector<Error> damaged;
};

Result<FoundSlots> find_slots(store::Store& store)
{
    FoundSlots found;
    TRY_LET(const std::vector<store::ObjectInfo> objects, store.list(kKeySlotPrefix));
    for (const store::ObjectInfo& object : objects) {
        if (!parse_key_slot_name(object.name)) {
            continue;
        }
        const Result<Bytes> bytes = store.get(object.name);
        if (!bytes.ok() && bytes.error().code() == ErrorCode::NotFound) {
            continue;
        }
        if (!bytes.ok()) {
            return bytes.error();
        }
        Result<KeySlot> slot = decode_key_slot(object.name, *bytes);
        if (slot.ok()) {
            found.whole.push_back(std::move(slot).value());
        } else {
            found.damaged.push_back(std::move(slot).error());
        }
    }
    return found;
}

KeySlot new_slot(const RepositoryId& repository, std::string_view label)
{
    KeySlot slot;
    slot.repository = repository;
    slot.id = sys::random_id<KeySlotId>();
    sys::fill_random(slot.salt);
    slot.created = sys::system_clock().now();
    slot.label = label;
    return slot;
}

Error already_there(const store::Store& store)
{
    return {
        ErrorCode::Exists,
        fmt::format("{} holds a repository already", store.url()),
        "Use it with its password, or choose another place.",
    };
}

/// Two repositories in one store would lose each other's points, so a slot of another one is as bad as damage.
Result<void> check_one_repository(const std::vector<KeySlot>& slots)
{
    for (const KeySlot& slot : slots) {
        if (slot.repository != slots[0].repository) {
            return Error{
                ErrorCode::Corrupt,
                fmt::format(
                    "{} belongs to repository {}, {} to {}",
                    key_slot_name(slots[0].id),
                    slots[0].repository.hex(),
                    key_slot_name(slot.id),
                    slot.repository.hex()
                ),
                "Move the key slot that does not belong here out of the repository.",
            };
        }
    }
    return {};
}

Error refuse(const store::Store& store, std::vector<Error> damaged)
{
    if (!damaged.empty()) {
        return std::move(damaged[0]).during("no other key slot opens with this password");
    }
    return {
        ErrorCode::Denied,
        fmt::format("the password opens no key slot of {}", store.url()),
        "Check the password; without one of its passwords nobody can read the repository.",
    };
}

/// One stretch of references that is fetched with one request.
std::size_t run_length(const std::vector<Reference>& references, std::size_t begin)
{
    std::uint64_t bytes = references[begin].stored_bytes;
    std::size_t end = begin + 1;
    while (end < references.size()) {
        const Reference& last = references[end - 1];
        const Reference& next = references[end];
        if (next.pack != last.pack ||
            next.offset != std::uint64_t{last.offset} + last.stored_bytes ||
            bytes + next.stored_bytes > kRequestBytes) {
            break;
        }
        bytes += next.stored_bytes;
        ++end;
    }
    return end - begin;
}

/// The stored bytes from `offset` on; a pack that is gone or too short is damage, for a reference says that it is there.
Result<Bytes>
fetch(store::Store& store, const PackName& pack, const Reference& first, std::uint64_t length)
{
    const std::string name = pack_name(pack.kind, pack.id);
    Result<Bytes> bytes = store.get_range(name, first.offset, length);
    if (bytes.ok() || (bytes.error().code() != ErrorCode::NotFound &&
                       bytes.error().code() != ErrorCode::Corrupt)) {
        return bytes;
    }
    const std::string_view reason = bytes.error().code() == ErrorCode::NotFound
                                        ? "the pack is missing"
                                        : "the pack ends too early";
    return Error{
        ErrorCode::Corrupt, fmt::format("{}: record at offset {}: {}", name, first.offset, reason)
    };
}

}  // namespace

Repository::Repository(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Repository::~Repository() = default;

Result<RepositoryId> Repository::create(store::Store& store, const Secret& password)
{
    TRY_LET(const std::vector<store::ObjectInfo> objects, store.list(""));
    if (std::ranges::any_of(objects, [](const auto& object) {
            return object.name.starts_with(kKeySlotPrefix);
        })) {
        return already_there(store);
    }
    if (!objects.empty()) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("{} is not empty: it holds {}", store.url(), objects[0].name),
            "Choose an empty place for the repository.",
        };
    }
    codec::Key256 master;
    sys::fill_random(master.bytes);
    const KeySlot slot = new_slot(sys::random_id<RepositoryId>(), "");
    TRY_LET(const Bytes object, seal_key_slot(slot, master, password));
    const std::string name = key_slot_name(slot.id);
    TRY(store.put(name, object));
    // Another may have created one at the same moment; it lists after its put as well, so that at least one of the two
    // sees the other and gives up.
    TRY_LET(const std::vector<store::ObjectInfo> slots, store.list(kKeySlotPrefix));
    if (std::ranges::any_of(slots, [&](const auto& other) { return other.name != name; })) {
        TRY(store.remove(name));
        return already_there(store);
    }
    return slot.repository;
}

Result<std::unique_ptr<Repository>> Repository::open(store::Store& store, const Secret& password)
{
    TRY_LET(FoundSlots slots, find_slots(store));
    if (slots.whole.empty() && slots.damaged.empty()) {
        return Error{
            ErrorCode::NotFound,
            fmt::format("{} holds no repository", store.url()),
            "Make one with starkeep repo init, or check the URL.",
        };
    }
    TRY(check_one_repository(slots.whole));
    for (const KeySlot& slot : slots.whole) {
        const Result<codec::Key256> master = open_key_slot(slot, password);
        if (master.ok()) {
            // NOLINTNEXTLINE(modernize-make-unique): make_unique cannot name an aggregate's members
            return std::unique_ptr<Repository>(new Repository(std::unique_ptr<Parts>(new Parts{
                .store = store, .keyring = Keyring(slot.repository, *master), .slot = slot.id
            })));
        }
        if (master.error().code() != ErrorCode::Denied) {
            return master.error();
        }
    }
    return refuse(store, std::move(slots.damaged));
}

const RepositoryId& Repository::id() const
{
    return parts_->keyring.repository;
}

store::Store& Repository::store() const
{
    return parts_->store;
}

Result<std::vector<Point>> Repository::points()
{
    const MutexLock lock(parts_->log_mutex);
    TRY(read_log(parts_->store, parts_->keyring, parts_->log));
    return std::vector<Point>(parts_->log.points.rbegin(), parts_->log.points.rend());
}

std::vector<LogGap> Repository::log_gaps() const
{
    const MutexLock lock(parts_->log_mutex);
    return parts_->log.gaps;
}

Result<void> Repository::require_whole_log() const
{
    const MutexLock lock(parts_->log_mutex);
    return require_no_gaps(parts_->log);
}

const std::array<std::byte, 32>& Repository::chunking_secret() const
{
    return parts_->keyring.chunking.bytes;
}

Result<Bytes> Repository::read(const Reference& reference, RecordType type) const
{
    TRY_LET(std::vector<Bytes> records, read_all({reference}, type));
    return std::move(records[0]);
}

Result<std::vector<Bytes>>
Repository::read_all(const std::vector<Reference>& references, RecordType type) const
{
    std::vector<Bytes> records;
    records.reserve(references.size());
    std::optional<PackId> opened;
    std::optional<RecordOpener> opener;
    while (records.size() < references.size()) {
        const std::size_t begin = records.size();
        const std::size_t count = run_length(references, begin);
        const Reference& first = references[begin];
        const Reference& last = references[begin + count - 1];
        TRY(check_reference(first, "reading"));
        TRY(check_reference(last, "reading"));
        const PackName pack{.kind = kind_of(type), .id = first.pack};
        const std::uint64_t length = std::uint64_t{last.offset} + last.stored_bytes - first.offset;
        TRY_LET(const Bytes stored, fetch(parts_->store, pack, first, length));
        if (opened != first.pack) {
            opener.emplace(parts_->keyring, pack);
            opened = first.pack;
        }
        ENSURE(opener.has_value());
        for (std::size_t i = begin; i < begin + count; ++i) {
            const Reference& reference = references[i];
            const DirectoryEntry entry{
                .type = type,
                .offset = reference.offset,
                .stored_bytes = reference.stored_bytes,
                .plain_bytes = reference.plain_bytes,
                .id = reference.id,
            };
            const ByteView bytes =
                ByteView(stored).subspan(reference.offset - first.offset, reference.stored_bytes);
            TRY_LET(Bytes plain, opener->open(entry, bytes));
            records.push_back(std::move(plain));
        }
    }
    return records;
}

Result<void> Repository::forget(const std::vector<PointId>& points)
{
    const MutexLock lock(parts_->log_mutex);
    return append_log(
        parts_->store,
        parts_->keyring,
        parts_->log,
        [&](const LogState& log) -> Result<Json> {
            for (const PointId& id : points) {
                if (std::ranges::find(log.points, id, &Point::id) == log.points.end()) {
                    return Error{
                        ErrorCode::NotFound, fmt::format("there is no restore point {}", id.hex())
                    };
                }
            }
            return forget_entry(points);
        }
    );
}

Result<std::vector<KeyInfo>> Repository::keys() const
{
    TRY_LET(const FoundSlots slots, find_slots(parts_->store));
    std::vector<KeyInfo> keys;
    for (const KeySlot& slot : slots.whole) {
        keys.push_back({
            .id = slot.id,
            .label = slot.label,
            .created = sys::format_rfc3339(slot.created),
            .current = slot.id == parts_->slot,
        });
    }
    return keys;
}

Result<KeySlotId> Repository::add_key(const Secret& password, std::string_view label)
{
    const KeySlot slot = new_slot(parts_->keyring.repository, label);
    TRY_LET(const Bytes object, seal_key_slot(slot, parts_->keyring.master, password));
    TRY(parts_->store.put(key_slot_name(slot.id), object));
    return slot.id;
}

Result<void> Repository::remove_key(const KeySlotId& id)
{
    TRY_LET(const FoundSlots slots, find_slots(parts_->store));
    const bool is_whole = std::ranges::find(slots.whole, id, &KeySlot::id) != slots.whole.end();
    const std::string name = key_slot_name(id);
    if (!is_whole) {
        TRY_LET(const std::vector<store::ObjectInfo> listed, parts_->store.list(name));
        if (listed.empty()) {
            return Error{ErrorCode::NotFound, fmt::format("there is no key slot {}", id.hex())};
        }
    }
    if (slots.whole.size() == (is_whole ? 1U : 0U)) {
        return Error{
            ErrorCode::InvalidInput,
            fmt::format("key slot {} is the last one", id.hex()),
            "Add another key first; without any, nobody can read the repository.",
        };
    }
    return parts_->store.remove(name);
}

}  // namespace starkeep::repository
