// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "sys/file.hpp"
#include "sys/private_files.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <utility>

namespace starkeep::sys {
namespace {

using std::filesystem::perms;

perms mode_of(const std::filesystem::path& path)
{
    return std::filesystem::status(path).permissions();
}

TEST(PrivateFiles, ClosesAFolderThatWasOpenToOthers)
{
    ASSERT_OK_AND_LET(const TempDir folder, TempDir::create("private"));
    const std::filesystem::path state = folder.path() / "state";
    std::filesystem::create_directory(state);
    std::filesystem::permissions(state, perms::all);

    ASSERT_OK(make_private_directory(state));

    EXPECT_EQ(mode_of(state), perms::owner_all);
}

TEST(PrivateFiles, WritesFilesThatOthersCannotRead)
{
    ASSERT_OK_AND_LET(const TempDir folder, TempDir::create("private"));

    ASSERT_OK(write_private_file(folder.path() / "key", as_bytes("one")));
    ASSERT_OK(write_private_file(folder.path() / "key", as_bytes("two")));

    EXPECT_EQ(mode_of(folder.path() / "key"), perms::owner_read | perms::owner_write);
    ASSERT_OK_AND_LET(const Bytes read, read_private_file(folder.path() / "key", 16));
    EXPECT_EQ(as_text(read), "two");
}

TEST(PrivateFiles, RefusesAFileThatOthersMayRead)
{
    ASSERT_OK_AND_LET(const TempDir folder, TempDir::create("private"));
    ASSERT_OK(write_private_file(folder.path() / "key", as_bytes("one")));
    std::filesystem::permissions(
        folder.path() / "key", perms::group_read, std::filesystem::perm_options::add
    );

    EXPECT_ERROR(read_private_file(folder.path() / "key", 16), ErrorCode::Denied);
}

TEST(FileLock, IsHeldByOneUntilItGoes)
{
    ASSERT_OK_AND_LET(const TempDir folder, TempDir::create("lock"));
    ASSERT_OK_AND_LET(FileLock first, FileLock::acquire(folder.path() / "lock"));
    std::optional<FileLock> held(std::move(first));

    EXPECT_ERROR(FileLock::acquire(folder.path() / "lock"), ErrorCode::Conflict);

    held.reset();
    EXPECT_OK(FileLock::acquire(folder.path() / "lock"));
}

}  // namespace
}  // namespace starkeep::sys
