// SPDX-License-Identifier: Apache-2.0
#include "repository/session_packs.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "repository/index.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack.hpp"
#include "repository/pack_writer.hpp"
#include "repository/patient_put.hpp"
#include "repository/sealed_object.hpp"
#include "repository/write_session.hpp"
#include "store/store.hpp"
#include "sys/random.hpp"

#include <fmt/core.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::repository {

namespace {

/// An index is put as soon as it holds so many records (about 6 MiB): memory stays small however long the session.
constexpr std::size_t kIndexRecords = std::size_t{128} << 10U;

}  // namespace

SessionPacks::SessionPacks(
    store::Store& store, const Keyring& keyring, const Patience& patience, LoadedIndex loaded
)
    : store_(store)
    , keyring_(keyring)
    , patience_(patience)
    , index_(std::move(loaded.index))
    , stored_(std::move(loaded.packs))
    , unindexed_(std::move(loaded.unindexed))
{
    for (const PackDirectory& pack : unindexed_) {
        unindexed_records_ += pack.records.size();
    }
}

std::optional<Reference> SessionPacks::find(const ContentId& content)
{
    const MutexLock lock(mutex_);
    return index_.find(content);
}

void SessionPacks::remember(const Reference& reference)
{
    bytes_new_ += reference.plain_bytes;
    const MutexLock lock(mutex_);
    index_.insert(reference);
}

Result<void> SessionPacks::put(PackDirectory directory, ByteView object)
{
    const Result<void> put =
        put_patiently(store_, pack_name(directory.pack.kind, directory.pack.id), object, patience_);
    // The id is random: a pack of this name can only be ours, from a try whose answer was lost.
    if (!put.ok() && put.error().code() != ErrorCode::Exists) {
        return put.error();
    }
    bytes_stored_ += object.size();
    {
        const MutexLock lock(mutex_);
        stored_.insert(directory.pack.id);
        unindexed_records_ += directory.records.size();
        unindexed_.push_back(std::move(directory));
    }
    put_index(take_unindexed(kIndexRecords));
    return {};
}

bool SessionPacks::has(const PackId& pack) const
{
    const MutexLock lock(mutex_);
    return stored_.contains(pack);
}

std::vector<PackDirectory> SessionPacks::take_unindexed(std::size_t least_records)
{
    const MutexLock lock(mutex_);
    if (unindexed_records_ < least_records) {
        return {};
    }
    std::vector<PackDirectory> taken;
    std::size_t records = 0;
    while (!unindexed_.empty() && records < kIndexRecords) {
        records += unindexed_.back().records.size();
        taken.push_back(std::move(unindexed_.back()));
        unindexed_.pop_back();
    }
    unindexed_records_ -= records;
    return taken;
}

void SessionPacks::put_indexes()
{
    for (auto packs = take_unindexed(0); !packs.empty(); packs = take_unindexed(0)) {
        put_index(packs);
    }
}

void SessionPacks::put_index(const std::vector<PackDirectory>& packs)
{
    const Bytes plain = encode_index(packs);
    // Only packs of another program can be so large; they stay without an index.
    if (packs.empty() || plain.size() > kMaxPlainBytes) {
        return;
    }
    const std::string name = index_name(sys::random_id<IndexId>());
    const Bytes object = seal_object(keyring_, ObjectKind::Index, name, plain);
    if (put_patiently(store_, name, object, patience_).ok()) {
        bytes_stored_ += object.size();
    }
}

WriteTotals SessionPacks::totals() const
{
    return {.bytes_new = bytes_new_, .bytes_stored = bytes_stored_};
}

PackAppender::PackAppender(SessionPacks& packs)
    : packs_(packs), data_(packs.keyring()), metadata_(packs.keyring())
{
}

Result<Reference> PackAppender::add(RecordType type, ByteView plain)
{
    if (plain.size() > kMaxPlainBytes) {
        return Error{
            ErrorCode::Unsupported,
            fmt::format(
                "a record of {} bytes; the format holds {} at most", plain.size(), kMaxPlainBytes
            ),
        };
    }
    const ContentId content = packs_.keyring().content_id(type, plain);
    if (const std::optional<Reference> known = packs_.find(content)) {
        return *known;
    }
    const PackKind kind = kind_of(type);
    PackWriter& pack = kind == PackKind::Data ? data_ : metadata_;
    if (pack.is_open() && !pack.fits(plain.size())) {
        TRY(put(pack, kind));
    }
    if (!pack.is_open()) {
        pack.begin(sys::random_id<PackId>());
    }
    const Reference reference = pack.add(type, content, plain).in(pack.id());
    packs_.remember(reference);
    return reference;
}

Result<void> PackAppender::flush()
{
    TRY(put(data_, PackKind::Data));
    return put(metadata_, PackKind::Metadata);
}

Result<void> PackAppender::put(PackWriter& pack, PackKind kind)
{
    if (!pack.is_open()) {
        return {};
    }
    const ByteView object = pack.finish();
    return packs_.put({.pack = {.kind = kind, .id = pack.id()}, .records = pack.records()}, object);
}

}  // namespace starkeep::repository
