// SPDX-License-Identifier: Apache-2.0
// A store in this process' memory, for tests and trials.
#pragma once

#include "base/bytes.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::store {

class MemoryStore final : public Store {
public:
    /// `clock` dates the objects.
    explicit MemoryStore(const sys::Clock& clock = sys::system_clock()) : clock_(clock) {}

    Result<void> put(std::string_view name, ByteView content) override;
    Result<Bytes> get(std::string_view name) override;
    Result<Bytes>
    get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
    Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;
    Result<void> remove(std::string_view name) override;
    std::string url() const override { return "memory://"; }

    /// What no store does: puts other bytes under a name. A test's way to damage or forge an object.
    void overwrite(std::string_view name, Bytes content);

private:
    struct Object {
        Bytes content;
        std::chrono::sys_seconds modified{};
    };

    const sys::Clock& clock_;
    mutable Mutex mutex_;
    std::map<std::string, Object, std::less<>> objects_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::store
