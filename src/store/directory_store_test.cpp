// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "store/conformance_test.hpp"
#include "store/directory_store.hpp"
#include "store/file_url.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::store {
namespace {

Result<StoreFixture> make_in_folder()
{
    TRY_LET(sys::TempDir folder, sys::TempDir::create("store"));
    TRY_LET(
        std::unique_ptr<Store> store,
        DirectoryStore::open(folder.path() / "repository", OpenMode::MayCreate)
    );
    return StoreFixture{
        .keeper = std::make_shared<sys::TempDir>(std::move(folder)), .store = std::move(store)
    };
}

INSTANTIATE_TEST_SUITE_P(
    Directory,
    StoreConformance,
    testing::Values(StoreMaker{.name = "Directory", .make = make_in_folder}),
    maker_name
);

TEST(DirectoryStore, IsNotOpenedWhereNoFolderIsUnlessItMayMakeOne)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    const std::filesystem::path root = temp.path() / "a" / "b";

    EXPECT_ERROR(DirectoryStore::open(root, OpenMode::MustExist), ErrorCode::NotFound);
    ASSERT_OK(DirectoryStore::open(root, OpenMode::MayCreate));
    ASSERT_OK(DirectoryStore::open(root, OpenMode::MustExist));
}

TEST(DirectoryStore, IsNotOpenedOnAFile)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    const std::filesystem::path file = temp.path() / "file";
    ASSERT_OK(sys::write_file_durably(file, as_bytes("x")));

    EXPECT_ERROR(DirectoryStore::open(file, OpenMode::MustExist), ErrorCode::NotFound);
    EXPECT_FALSE(DirectoryStore::open(file, OpenMode::MayCreate).ok());
}

TEST(DirectoryStore, KeepsObjectsForTheNextOpening)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    {
        ASSERT_OK_AND_LET(const auto store, DirectoryStore::open(temp.path(), OpenMode::MustExist));
        ASSERT_OK(store->put("k/1", as_bytes("slot")));
    }

    ASSERT_OK_AND_LET(const auto store, DirectoryStore::open(temp.path(), OpenMode::MustExist));
    ASSERT_OK_AND_LET(const Bytes content, store->get("k/1"));

    EXPECT_EQ(as_text(content), "slot");
}

TEST(DirectoryStore, KeepsAnObjectInTheFileOfItsNameAndNothingElse)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    ASSERT_OK_AND_LET(const auto store, DirectoryStore::open(temp.path(), OpenMode::MustExist));

    ASSERT_OK(store->put("d/ab/1", as_bytes("x")));
    EXPECT_ERROR(store->put("d/ab/1", as_bytes("y")), ErrorCode::Exists);

    ASSERT_OK_AND_LET(const auto files, sys::list_files(temp.path()));
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].name, "d/ab/1");
}

TEST(DirectoryStore, ListsNeitherUnfinishedNorForeignFiles)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    ASSERT_OK_AND_LET(const auto store, DirectoryStore::open(temp.path(), OpenMode::MustExist));
    ASSERT_OK(store->put("k/1", as_bytes("x")));
    ASSERT_OK(sys::write_file_durably(temp.path() / "tmp" / "unfinished", as_bytes("x")));
    ASSERT_OK(sys::write_file_durably(temp.path() / "READ ME", as_bytes("x")));
    ASSERT_OK(sys::make_directories(temp.path() / "Lost"));
    ASSERT_OK(sys::write_file_durably(temp.path() / "Lost" / "found", as_bytes("x")));

    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> listed, store->list(""));

    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].name, "k/1");
    ASSERT_OK_AND_LET(const std::vector<ObjectInfo> unfinished, store->list("tmp/"));
    EXPECT_TRUE(unfinished.empty());
}

TEST(DirectoryStore, ReservesTheFolderOfUnfinishedObjects)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    ASSERT_OK_AND_LET(const auto store, DirectoryStore::open(temp.path(), OpenMode::MustExist));

    EXPECT_ERROR(store->put("tmp/x", as_bytes("x")), ErrorCode::InvalidInput);
    EXPECT_ERROR(store->put("tmp", as_bytes("x")), ErrorCode::InvalidInput);
    EXPECT_ERROR(store->remove("tmp/x"), ErrorCode::InvalidInput);
}

TEST(DirectoryStore, RemovesUnfinishedObjectsOfYesterdayWhenOpened)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    ASSERT_OK(sys::make_directories(temp.path() / "tmp"));
    const std::filesystem::path file = temp.path() / "tmp" / "unfinished";
    ASSERT_OK(sys::write_file_durably(file, as_bytes("x")));
    FakeClock clock(sys::system_clock().now() + std::chrono::hours(23));

    ASSERT_OK(DirectoryStore::open(temp.path(), OpenMode::MustExist, clock));
    ASSERT_OK_AND_LET(const bool still_there, sys::exists(file));
    clock.advance(std::chrono::hours(2));
    ASSERT_OK(DirectoryStore::open(temp.path(), OpenMode::MustExist, clock));
    ASSERT_OK_AND_LET(const bool there_in_the_end, sys::exists(file));

    EXPECT_TRUE(still_there);
    EXPECT_FALSE(there_in_the_end);
}

TEST(DirectoryStore, SaysNotFoundOfANameThatIsAFolder)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    ASSERT_OK_AND_LET(const auto store, DirectoryStore::open(temp.path(), OpenMode::MustExist));
    ASSERT_OK(store->put("a/b", as_bytes("x")));

    EXPECT_ERROR(store->get("a"), ErrorCode::NotFound);
    EXPECT_ERROR(store->get_range("a", 0, 0), ErrorCode::NotFound);
    EXPECT_ERROR(store->get("a/b/c"), ErrorCode::NotFound);
}

TEST(DirectoryStore, NamesItsFolderAsAUrlThatOpensItAgain)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("store"));
    const std::filesystem::path root = temp.path() / "a b%ü";
    ASSERT_OK_AND_LET(const auto store, DirectoryStore::open(root, OpenMode::MayCreate));
    ASSERT_OK(store->put("k/1", as_bytes("x")));

    EXPECT_EQ(store->url(), "file://" + temp.path().string() + "/a%20b%25%c3%bc");
    ASSERT_OK_AND_LET(
        const std::filesystem::path path,
        parse_file_url_path(store->url().substr(std::string_view("file://").size()))
    );
    EXPECT_EQ(path, root);
}

}  // namespace
}  // namespace starkeep::store
