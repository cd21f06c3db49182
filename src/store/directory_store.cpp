// SPDX-License-Identifier: Apache-2.0
#include "store/directory_store.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "store/file_url.hpp"
#include "store/object_name.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store {

namespace {

constexpr std::string_view kStaging = "tmp";
constexpr std::chrono::hours kAbandoned{24};
/// The largest object is a pack of 4 GiB.
constexpr std::uint64_t kMaxObject = std::uint64_t{1} << 32U;

bool is_staging(std::string_view name)
{
    return name == kStaging || name.starts_with("tmp/");
}

/// A folder is no object, nor is what seems to lie below a file.
Result<void> check_is_file(const std::filesystem::path& path, std::string_view name)
{
    TRY_LET(const bool there, sys::is_file(path));
    if (!there) {
        return Error{ErrorCode::NotFound, "object " + std::string(name) + " does not exist"};
    }
    return {};
}

/// Says "object k/…" instead of a path where the caller's name is what matters.
Error about_object(Error error, std::string_view name)
{
    switch (error.code()) {
    case ErrorCode::NotFound:
        return {ErrorCode::NotFound, "object " + std::string(name) + " does not exist"};
    case ErrorCode::Exists:
        return {ErrorCode::Exists, "object " + std::string(name) + " exists"};
    case ErrorCode::NoSpace:
        return std::move(error).with_hint(
            "Free some space there and run again: what is stored already is used then."
        );
    case ErrorCode::Denied:
        return std::move(error).with_hint(
            "The user that runs starkeep needs the right to read and write the repository's folder."
        );
    default:
        return error;
    }
}

}  // namespace

Result<std::unique_ptr<DirectoryStore>>
DirectoryStore::open(const std::filesystem::path& root, OpenMode mode, const sys::Clock& clock)
{
    if (mode == OpenMode::MayCreate) {
        TRY(sys::make_directories(root));
    }
    const Result<bool> is_directory = sys::is_directory(root);
    const bool is_there = is_directory.ok() || is_directory.error().code() != ErrorCode::NotFound;
    if (!is_there || (is_directory.ok() && !*is_directory)) {
        return Error{
            ErrorCode::NotFound,
            root.string() + (is_there ? " is no folder" : " does not exist"),
            "Make a repository with starkeep repo init, or check the URL."
        };
    }
    if (!is_directory.ok()) {
        return is_directory.error();
    }
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<DirectoryStore> store(new DirectoryStore(root));
    TRY(store->remove_abandoned(clock));
    return store;
}

Result<void> DirectoryStore::remove_abandoned(const sys::Clock& clock)
{
    const std::filesystem::path staging = root_ / kStaging;
    const Result<std::vector<sys::FileInfo>> files = sys::list_files(staging);
    if (!files.ok()) {
        // Whoever may only read need not tidy up.
        const ErrorCode code = files.error().code();
        return code == ErrorCode::NotFound || code == ErrorCode::Denied ? Result<void>()
                                                                        : files.error();
    }
    for (const sys::FileInfo& file : *files) {
        if (clock.now() - file.modified > kAbandoned) {
            const Result<void> removed = sys::remove_file(staging / file.name);
            if (!removed.ok() && removed.error().code() != ErrorCode::Denied) {
                return removed;
            }
        }
    }
    return {};
}

Result<std::filesystem::path> DirectoryStore::path_of(std::string_view name) const
{
    TRY(check_object_name(name));
    if (is_staging(name)) {
        return Error{
            ErrorCode::InvalidInput,
            "\"" + std::string(name) + "\" is reserved for unfinished objects"
        };
    }
    return root_ / name;
}

Result<void> DirectoryStore::make_parents(std::string_view name)
{
    const MutexLock lock(mutex_);
    if (!durable_.contains(kStaging)) {
        TRY(sys::make_directories(root_ / kStaging));
        durable_.insert(std::string(kStaging));
    }
    for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
         slash = name.find('/', slash + 1)) {
        const std::string_view parent = name.substr(0, slash);
        if (durable_.contains(parent)) {
            continue;
        }
        const std::filesystem::path path = root_ / parent;
        TRY(sys::make_directories(path));
        TRY(sys::sync_directory(path.parent_path()));
        durable_.insert(std::string(parent));
    }
    return {};
}

Result<void> DirectoryStore::put(std::string_view name, ByteView content)
{
    TRY_LET(const std::filesystem::path path, path_of(name));
    Result<void> made = make_parents(name);
    if (made.ok()) {
        made = sys::create_file_durably(path, content, root_ / kStaging);
    }
    return made.ok() ? std::move(made) : about_object(std::move(made).error(), name);
}

Result<Bytes> DirectoryStore::get(std::string_view name)
{
    TRY_LET(const std::filesystem::path path, path_of(name));
    TRY(check_is_file(path, name));
    Result<Bytes> content = sys::read_file(path, kMaxObject);
    if (!content.ok()) {
        return about_object(std::move(content).error(), name);
    }
    return content;
}

Result<Bytes>
DirectoryStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length)
{
    TRY_LET(const std::filesystem::path path, path_of(name));
    TRY(check_is_file(path, name));
    Result<Bytes> content = sys::read_range(path, offset, length);
    if (!content.ok()) {
        return about_object(std::move(content).error(), name);
    }
    return content;
}

Result<std::vector<ObjectInfo>> DirectoryStore::list(std::string_view prefix)
{
    TRY(check_prefix(prefix));
    const std::size_t slash = prefix.rfind('/');
    const std::string folder(slash == std::string_view::npos ? "" : prefix.substr(0, slash + 1));
    Result<std::vector<sys::FileInfo>> files = sys::list_files(root_ / folder);
    if (!files.ok()) {
        if (files.error().code() == ErrorCode::NotFound && !folder.empty()) {
            return std::vector<ObjectInfo>();
        }
        return files.error().code() == ErrorCode::NotFound
                   ? std::move(files).error()
                   : about_object(std::move(files).error(), prefix);
    }
    std::vector<ObjectInfo> found;
    for (const sys::FileInfo& file : *files) {
        std::string name = folder + file.name;
        if (name.starts_with(prefix) && !is_staging(name) && is_object_name(name)) {
            found.push_back(
                {.name = std::move(name), .size_bytes = file.size_bytes, .modified = file.modified}
            );
        }
    }
    std::ranges::sort(found, {}, &ObjectInfo::name);
    return found;
}

Result<void> DirectoryStore::remove(std::string_view name)
{
    TRY_LET(const std::filesystem::path path, path_of(name));
    return sys::remove_file(path);
}

std::string DirectoryStore::url() const
{
    return format_file_url(root_);
}

}  // namespace starkeep::store
