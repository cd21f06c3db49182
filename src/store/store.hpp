// SPDX-License-Identifier: Apache-2.0
// Named bytes, written once. All that the repository asks of a disk or a cloud.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::store {

struct ObjectInfo {
    std::string name;
    std::uint64_t size_bytes = 0;
    /// By the store's own clock, never the client's.
    std::chrono::sys_seconds modified{};
};

/// Thread: every member may be called from any thread at once.
/// Names: 1–200 characters of [a-z0-9/._-], no leading or trailing '/', no empty, "." or ".." part; a driver checks
/// them on the way in and skips foreign names on the way out.
class Store {
public:
    Store() = default;
    virtual ~Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Creates the object whole or not at all. When it returns, content and name survive a power cut.
    /// Errors: Exists when the name is taken (the old content stays), NoSpace, Denied, Unavailable.
    virtual Result<void> put(std::string_view name, ByteView content) = 0;

    /// Errors: NotFound, Denied, Unavailable.
    virtual Result<Bytes> get(std::string_view name) = 0;

    /// Exactly `length` bytes from `offset`.
    /// Errors: NotFound; Corrupt when the object ends before offset + length; Denied, Unavailable.
    virtual Result<Bytes>
    get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) = 0;

    /// All objects whose name starts with `prefix`, sorted by name. Sees every put and remove that returned before.
    virtual Result<std::vector<ObjectInfo>> list(std::string_view prefix) = 0;

    /// Succeeds as well when the object is not there.
    virtual Result<void> remove(std::string_view name) = 0;

    /// Where this is, for messages: "file:///srv/backup".
    virtual std::string url() const = 0;
};

}  // namespace starkeep::store
