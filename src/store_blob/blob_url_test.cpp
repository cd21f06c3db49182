// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "store_blob/blob_url.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace starkeep::store_blob {
namespace {

TEST(BlobUrl, NamesAccountContainerAndPrefix)
{
    ASSERT_OK_AND_LET(const BlobUrl bare, BlobUrl::parse("azblob://acc1/backups"));
    ASSERT_OK_AND_LET(const BlobUrl deep, BlobUrl::parse("azblob://acc1/b-1/eu/shop/"));

    EXPECT_EQ(bare.account, "acc1");
    EXPECT_EQ(bare.container, "backups");
    EXPECT_EQ(bare.prefix, "");
    EXPECT_EQ(bare.text(), "azblob://acc1/backups");
    EXPECT_EQ(deep.prefix, "eu/shop");
    EXPECT_EQ(deep.text(), "azblob://acc1/b-1/eu/shop");
}

TEST(BlobUrl, RefusesNamesThatAzureDoesNotAllow)
{
    for (const std::string text :
         {"azblob://",
          "azblob://acc1",
          "azblob://acc1/",
          "azblob://Acc/backups",
          "azblob://ac/backups",
          "azblob://acc1/b",
          "azblob://acc1/-ab",
          "azblob://acc1/a--b",
          "azblob://acc1/a_b",
          "azblob://acc1/abc/../x",
          "azblob://acc1/abc/UPPER",
          "azblob://acc1.blob.core.windows.net/abc",
          "file:///x"}) {
        SCOPED_TRACE(text);
        const auto url = BlobUrl::parse(text);
        EXPECT_ERROR(url, ErrorCode::InvalidInput);
        EXPECT_FALSE(url.error().hint().empty());
    }
}

}  // namespace
}  // namespace starkeep::store_blob
