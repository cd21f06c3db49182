// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::sys {
namespace {

std::vector<std::string> names_in(const std::filesystem::path& directory)
{
    std::vector<std::string> names;
    const auto files = list_files(directory);
    if (files.ok()) {
        for (const FileInfo& file : *files) {
            names.push_back(file.name);
        }
    }
    std::ranges::sort(names);
    return names;
}

TEST(File, IsReadBackAfterItWasWritten)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    ASSERT_OK(write_file_durably(temp.path() / "f", as_bytes("old")));
    ASSERT_OK(write_file_durably(temp.path() / "f", as_bytes("new")));

    ASSERT_OK_AND_LET(const Bytes content, read_file(temp.path() / "f", 3));

    EXPECT_EQ(as_text(content), "new");
    EXPECT_EQ(names_in(temp.path()), std::vector<std::string>{"f"});
}

TEST(File, PassesItsPermissionsToTheOneThatReplacesIt)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    const std::filesystem::path path = temp.path() / "f";
    ASSERT_OK(write_file_durably(path, as_bytes("old")));
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);

    ASSERT_OK(write_file_durably(path, as_bytes("new")));

    struct stat state = {};
    ASSERT_EQ(::stat(path.c_str(), &state), 0);
    EXPECT_EQ(state.st_mode & 0777U, 0600U);
}

TEST(File, ThatIsTooLongIsCorrupt)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    ASSERT_OK(write_file_durably(temp.path() / "f", as_bytes("1234")));

    EXPECT_ERROR(read_file(temp.path() / "f", 3), ErrorCode::Corrupt);
    EXPECT_TRUE(read_file(temp.path() / "f", std::numeric_limits<std::uint64_t>::max()).ok());
}

TEST(File, OfTheKernelIsReadThoughItPromisesNoSize)
{
    ASSERT_OK_AND_LET(const Bytes status, read_file("/proc/self/status", 1U << 20U));

    EXPECT_NE(as_text(status).find("VmRSS"), std::string::npos);
}

TEST(File, ThatIsMissingIsNotFound)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    const std::filesystem::path path = temp.path() / "none";

    EXPECT_ERROR(read_file(path, 1), ErrorCode::NotFound);
    EXPECT_ERROR(read_range(path, 0, 0), ErrorCode::NotFound);
    EXPECT_ERROR(sys::file_size(path), ErrorCode::NotFound);
    EXPECT_ERROR(list_files(path), ErrorCode::NotFound);
    ASSERT_OK_AND_LET(const bool there, sys::exists(path));
    EXPECT_FALSE(there);
    ASSERT_OK(remove_file(path));
}

TEST(File, IsCreatedOnceOnly)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    ASSERT_OK(create_file_durably(temp.path() / "f", as_bytes("first")));

    EXPECT_ERROR(create_file_durably(temp.path() / "f", as_bytes("second")), ErrorCode::Exists);

    ASSERT_OK_AND_LET(const Bytes content, read_file(temp.path() / "f", 10));
    EXPECT_EQ(as_text(content), "first");
    EXPECT_EQ(names_in(temp.path()), std::vector<std::string>{"f"});
}

TEST(Directories, AreMadeDownToTheLastAndMayExist)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    const std::filesystem::path deep = temp.path() / "a" / "b" / "c";

    ASSERT_OK(make_directories(deep));
    ASSERT_OK(make_directories(deep));

    ASSERT_OK_AND_LET(const bool made, sys::is_directory(deep));
    EXPECT_TRUE(made);
    ASSERT_OK(write_file_durably(deep / "f", {}));
    EXPECT_ERROR(make_directories(deep / "f"), ErrorCode::Unavailable);
    EXPECT_EQ(names_in(temp.path()), std::vector<std::string>{"a/b/c/f"});
}

TEST(TempDirectory, GoesAwayWithAllItHolds)
{
    std::filesystem::path path;
    {
        ASSERT_OK_AND_LET(TempDir temp, TempDir::create("file"));
        const TempDir moved = std::move(temp);
        path = moved.path();
        ASSERT_OK(make_directories(path / "a"));
        ASSERT_OK(write_file_durably(path / "a" / "f", as_bytes("x")));
    }

    ASSERT_OK_AND_LET(const bool there, sys::exists(path));
    EXPECT_FALSE(there);
}

TEST(FileSink, ShowsAFileOnlyWhenItIsFinished)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    const std::filesystem::path path = temp.path() / "out";
    ASSERT_OK_AND_LET(FileSink sink, FileSink::open(path));
    ASSERT_OK(sink.write(as_bytes("one ")));
    ASSERT_OK(sink.write(as_bytes("two")));
    ASSERT_OK_AND_LET(const bool before, sys::exists(path));

    ASSERT_OK(sink.finish());

    EXPECT_FALSE(before);
    ASSERT_OK_AND_LET(const Bytes content, read_file(path, 100));
    EXPECT_EQ(as_text(content), "one two");
}

TEST(FileSink, LeavesTheOldFileWhenItIsAbandoned)
{
    ASSERT_OK_AND_LET(const TempDir temp, TempDir::create("file"));
    const std::filesystem::path path = temp.path() / "out";
    ASSERT_OK(write_file_durably(path, as_bytes("old")));
    {
        ASSERT_OK_AND_LET(FileSink sink, FileSink::open(path));
        ASSERT_OK(sink.write(as_bytes("new")));
    }

    ASSERT_OK_AND_LET(const Bytes content, read_file(path, 100));
    EXPECT_EQ(as_text(content), "old");
    EXPECT_EQ(names_in(temp.path()), std::vector<std::string>{"out"});
}

TEST(FileSink, WritesToADeviceAsItIs)
{
    ASSERT_OK_AND_LET(FileSink full, FileSink::open("/dev/full"));
    EXPECT_ERROR(full.write(as_bytes("x")), ErrorCode::NoSpace);
    ASSERT_OK_AND_LET(FileSink null, FileSink::open("/dev/null"));
    ASSERT_OK(null.write(as_bytes("x")));
    ASSERT_OK(null.finish());
}

}  // namespace
}  // namespace starkeep::sys
