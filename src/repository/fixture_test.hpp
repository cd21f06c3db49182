// SPDX-License-Identifier: Apache-2.0
// What this room's tests share: keys without a password, stores that fail on demand, a writer's few steps.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "repository/keyring.hpp"
#include "repository/model.hpp"
#include "repository/names.hpp"
#include "repository/pack_writer.hpp"
#include "repository/write_session.hpp"
#include "store/memory_store.hpp"
#include "store/store.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::repository {

template <typename AnyId>
AnyId id_of(unsigned seed)
{
    AnyId id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        id.bytes[i] = static_cast<std::byte>(std::size_t{seed} * 16 + i);
    }
    return id;
}

inline Keyring test_keyring(unsigned repository = 1)
{
    codec::Key256 master;
    for (std::size_t i = 0; i < master.bytes.size(); ++i) {
        master.bytes[i] = static_cast<std::byte>(i);
    }
    return {id_of<RepositoryId>(repository), master};
}

/// Text that compresses, different for every number.
inline Bytes text_of(unsigned number, std::size_t size)
{
    std::string text;
    while (text.size() < size) {
        text += std::to_string(std::size_t{number} * 7919 + text.size()) + "\trow of a table\n";
    }
    return to_bytes(text.substr(0, size));
}

/// Calls `damaged` with every version of `object` in which one bit differs.
inline void
with_every_flipped_bit(const Bytes& object, const std::function<void(const Bytes&)>& damaged)
{
    Bytes copy = object;
    for (std::size_t bit = 0; bit < copy.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        copy[bit / 8] ^= mask;
        SCOPED_TRACE("bit " + std::to_string(bit % 8) + " of byte " + std::to_string(bit / 8));
        damaged(copy);
        copy[bit / 8] ^= mask;
    }
}

/// Calls `damaged` with every shorter version of `object`.
inline void with_every_truncation(const Bytes& object, const std::function<void(ByteView)>& damaged)
{
    for (std::size_t size = 0; size < object.size(); ++size) {
        SCOPED_TRACE("the first " + std::to_string(size) + " bytes");
        damaged(ByteView(object).first(size));
    }
}

/// A memory store whose puts a test can watch, refuse, or do while saying otherwise.
class ScriptedStore final : public store::Store {
public:
    /// What becomes of a put: nothing said, it is done; an error is answered, after doing it all the same or not.
    struct Fate {
        bool done = true;
        Result<void> answer{};
    };
    std::function<Fate(std::string_view name)> on_put = [](std::string_view) {
        return Fate{};
    };

    Result<void> put(std::string_view name, ByteView content) override
    {
        const Fate fate = on_put(name);
        if (fate.done) {
            TRY(memory.put(name, content));
        }
        return fate.answer;
    }
    Result<Bytes> get(std::string_view name) override { return memory.get(name); }
    Result<Bytes>
    get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override
    {
        ++ranges_read;
        return memory.get_range(name, offset, length);
    }
    Result<std::vector<store::ObjectInfo>> list(std::string_view prefix) override
    {
        return memory.list(prefix);
    }
    Result<void> remove(std::string_view name) override { return memory.remove(name); }
    std::string url() const override { return "scripted://"; }

    store::MemoryStore memory;
    int ranges_read = 0;
};

inline std::vector<std::string> names_in(store::Store& store, std::string_view prefix)
{
    std::vector<std::string> names;
    const auto objects = store.list(prefix);
    EXPECT_TRUE(objects.ok());
    for (const store::ObjectInfo& object : *objects) {
        names.push_back(object.name);
    }
    return names;
}

/// A finished pack of these contents, with its references.
struct TestPack {
    PackDirectory directory;
    Bytes object;

    std::string name() const { return pack_name(directory.pack.kind, directory.pack.id); }
};

inline TestPack make_pack(
    const Keyring& keyring, const PackId& id, RecordType type, const std::vector<Bytes>& contents
)
{
    PackWriter writer(keyring);
    writer.begin(id);
    for (const Bytes& content : contents) {
        writer.add(type, keyring.content_id(type, content), content);
    }
    const ByteView object = writer.finish();
    return {
        .directory = {.pack = {.kind = kind_of(type), .id = id}, .records = writer.records()},
        .object = Bytes(object.begin(), object.end()),
    };
}

/// A point of one database whose manifest is `manifest` and which needs these packs and that of the manifest.
inline Point
point_of(unsigned number, const Reference& manifest, const std::vector<PackId>& more_packs = {})
{
    Point point;
    point.id = id_of<PointId>(number);
    point.source = "postgresql://db.example/shop";
    point.kind = "postgres";
    point.time = "2026-11-23T10:00:00Z";
    point.labels = {{"team", "sales"}, {"why", "nightly"}};
    point.consistency = "single-snapshot";
    point.trusted = true;
    point.rows = 1;
    point.objects = 2;
    point.bytes_read = 3;
    point.bytes_new = 4;
    point.bytes_stored = std::uint64_t{1} << 40U;
    point.databases = {{.name = "shop", .manifest = manifest, .packs = more_packs, .generation = 5}
    };
    point.databases[0].packs.push_back(manifest.pack);
    return point;
}

}  // namespace starkeep::repository
