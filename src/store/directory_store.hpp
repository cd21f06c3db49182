// SPDX-License-Identifier: Apache-2.0
// A store in a folder: every object is a file of its name.
#pragma once

#include "base/bytes.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store {

/// An object is staged under `tmp/` and then linked to its name, which is the one step that counts: it fails when the
/// name is taken, and before it nothing of the object is visible. A writer that dies leaves at most a file in `tmp/`;
/// opening the store removes those that are older than a day. Any number of processes may work on one folder at once.
class DirectoryStore final : public Store {
public:
    /// Errors: NotFound when the folder is missing and must exist; Denied, Unavailable.
    static Result<std::unique_ptr<DirectoryStore>> open(
        const std::filesystem::path& root,
        OpenMode mode,
        const sys::Clock& clock = sys::system_clock()
    );

    Result<void> put(std::string_view name, ByteView content) override;
    Result<Bytes> get(std::string_view name) override;
    Result<Bytes>
    get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
    Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;
    Result<void> remove(std::string_view name) override;
    std::string url() const override;

private:
    explicit DirectoryStore(std::filesystem::path root) : root_(std::move(root)) {}
    Result<std::filesystem::path> path_of(std::string_view name) const;
    Result<void> make_parents(std::string_view name);
    Result<void> remove_abandoned(const sys::Clock& clock);

    std::filesystem::path root_;
    Mutex mutex_;
    /// Directories that this process has made durable itself: that one exists does not tell that its maker, perhaps
    /// another process, has got round to that.
    std::set<std::string, std::less<>> durable_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::store
