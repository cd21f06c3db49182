// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "store/object_name.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store {

namespace {

Error not_found(std::string_view name)
{
    return {ErrorCode::NotFound, "object " + std::string(name) + " does not exist"};
}

}  // namespace

Result<void> MemoryStore::put(std::string_view name, ByteView content)
{
    TRY(check_object_name(name));
    const MutexLock lock(mutex_);
    const bool put = objects_
                         .try_emplace(
                             std::string(name),
                             Object{
                                 .content = Bytes(content.begin(), content.end()),
                                 .modified = clock_.now(),
                             }
                         )
                         .second;
    if (!put) {
        return Error{ErrorCode::Exists, "object " + std::string(name) + " exists"};
    }
    return {};
}

Result<Bytes> MemoryStore::get(std::string_view name)
{
    TRY(check_object_name(name));
    const MutexLock lock(mutex_);
    const auto found = objects_.find(name);
    if (found == objects_.end()) {
        return not_found(name);
    }
    return found->second.content;
}

Result<Bytes>
MemoryStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length)
{
    TRY(check_object_name(name));
    const MutexLock lock(mutex_);
    const auto found = objects_.find(name);
    if (found == objects_.end()) {
        return not_found(name);
    }
    const ByteView content = found->second.content;
    if (offset > content.size() || length > content.size() - offset) {
        return Error{
            ErrorCode::Corrupt,
            "object " + std::string(name) + " ends before byte " + std::to_string(offset) + " + " +
                std::to_string(length)
        };
    }
    const ByteView part = content.subspan(offset, length);
    return Bytes(part.begin(), part.end());
}

Result<std::vector<ObjectInfo>> MemoryStore::list(std::string_view prefix)
{
    TRY(check_prefix(prefix));
    const MutexLock lock(mutex_);
    std::vector<ObjectInfo> found;
    for (auto at = objects_.lower_bound(prefix);
         at != objects_.end() && at->first.starts_with(prefix);
         ++at) {
        const auto& [name, object] = *at;
        found.push_back(
            {.name = name, .size_bytes = object.content.size(), .modified = object.modified}
        );
    }
    return found;
}

Result<void> MemoryStore::remove(std::string_view name)
{
    TRY(check_object_name(name));
    const MutexLock lock(mutex_);
    if (const auto found = objects_.find(name); found != objects_.end()) {
        objects_.erase(found);
    }
    return {};
}

void MemoryStore::overwrite(std::string_view name, Bytes content)
{
    const MutexLock lock(mutex_);
    objects_.insert_or_assign(
        std::string(name), Object{.content = std::move(content), .modified = clock_.now()}
    );
}

}  // namespace starkeep::store
