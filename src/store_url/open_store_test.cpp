// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/secret.hpp"
#include "store/open_mode.hpp"
#include "store_url/credential.hpp"
#include "store_url/open_store.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace starkeep::store_url {
namespace {

using store::OpenMode;

TEST(OpenStore, TakesAFolderAsUrlOrPath)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("open"));
    const std::string path = temp.path().string();

    for (const std::string& url :
         {"file://" + path, "file://localhost" + path, path, path + "/./"}) {
        SCOPED_TRACE(url);
        ASSERT_OK_AND_LET(const auto store, open_store(url, {.mode = OpenMode::MustExist}));
        EXPECT_EQ(store->url().substr(0, 7 + path.size()), "file://" + path);
    }
}

TEST(OpenStore, TakesARelativePathFromWhereItRuns)
{
    ASSERT_OK_AND_LET(const auto store, open_store(".", {.mode = OpenMode::MustExist}));

    EXPECT_TRUE(store->url().starts_with("file:///")) << store->url();
}

TEST(OpenStore, SaysNotFoundOfAMissingFolder)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("open"));
    const std::string path = (temp.path() / "none").string();

    EXPECT_ERROR(open_store("file://" + path, {.mode = OpenMode::MustExist}), ErrorCode::NotFound);
    ASSERT_OK(open_store("file://" + path, {.mode = OpenMode::MayCreate}));
    ASSERT_OK(open_store("file://" + path, {.mode = OpenMode::MustExist}));
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
        const auto opened = open_store(url, {.mode = OpenMode::MayCreate});
        EXPECT_ERROR(opened, ErrorCode::InvalidInput);
        EXPECT_FALSE(opened.error().hint().empty());
    }
}

TEST(OpenStore, SaysThatS3IsNotInThisBuild)
{
    EXPECT_ERROR(
        open_store("s3://bucket/prefix", {.mode = OpenMode::MustExist}), ErrorCode::Unsupported
    );
}

TEST(OpenStore, RefusesCredentialsThatAreNoneWithoutRepeatingThem)
{
    const std::string url = "azblob://account1/container";
    const auto by_key = open_store(url, {.credential = AccountKey{Secret("s3cret!")}});
    const auto by_string =
        open_store(url, {.credential = ConnectionString{Secret("AccountName=account1;s3cret")}});
    const auto other = open_store(
        url, {.credential = ConnectionString{Secret("AccountName=other1;AccountKey=a2V5")}}
    );

    EXPECT_ERROR(by_key, ErrorCode::InvalidInput);
    EXPECT_EQ(by_key.error().text().find("s3cret"), std::string::npos);
    EXPECT_ERROR(by_string, ErrorCode::InvalidInput);
    EXPECT_EQ(by_string.error().text().find("s3cret"), std::string::npos);
    EXPECT_ERROR(other, ErrorCode::InvalidInput);
    EXPECT_NE(other.error().text().find("other1"), std::string::npos);
}

}  // namespace
}  // namespace starkeep::store_url
