// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "store/open.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starkeep::store {
namespace {

TEST(OpenStore, TakesAFolderAsUrlOrPath)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("open"));
    const std::string path = temp.path().string();

    for (const std::string& url :
         {"file://" + path, "file://localhost" + path, path, path + "/./"}) {
        SCOPED_TRACE(url);
        ASSERT_OK_AND_LET(const auto store, open_store(url, OpenMode::MustExist));
        EXPECT_EQ(store->url().substr(0, 7 + path.size()), "file://" + path);
    }
}

TEST(OpenStore, TakesARelativePathFromWhereItRuns)
{
    ASSERT_OK_AND_LET(const auto store, open_store(".", OpenMode::MustExist));

    EXPECT_TRUE(store->url().starts_with("file:///")) << store->url();
}

TEST(OpenStore, SaysNotFoundOfAMissingFolder)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("open"));
    const std::string path = (temp.path() / "none").string();

    EXPECT_ERROR(open_store("file://" + path, OpenMode::MustExist), ErrorCode::NotFound);
    ASSERT_OK(open_store("file://" + path, OpenMode::MayCreate));
    ASSERT_OK(open_store("file://" + path, OpenMode::MustExist));
}

TEST(OpenStore, RefusesWhatIsNoUrlOfAFolderWithAHint)
{
    const std::vector<std::string> bad = {
        "",
        "srv/backup",
        "file://srv/backup",
        "file://",
        "file:///a%2",
        "file:///a%zz",
        "file:///a%00b",
        "file:///a?b",
        "file:///a#b",
        "http://example.net/",
        "://x",
        "FILE:///a",
    };
    for (const std::string& url : bad) {
        SCOPED_TRACE(url);
        const auto opened = open_store(url, OpenMode::MayCreate);
        EXPECT_ERROR(opened, ErrorCode::InvalidInput);
        EXPECT_FALSE(opened.error().hint().empty());
    }
}

TEST(OpenStore, SaysThatCloudStoresAreNotInThisBuild)
{
    EXPECT_ERROR(
        open_store("azblob://account/container", OpenMode::MustExist), ErrorCode::Unsupported
    );
    EXPECT_ERROR(open_store("s3://bucket/prefix", OpenMode::MustExist), ErrorCode::Unsupported);
}

}  // namespace
}  // namespace starkeep::store
