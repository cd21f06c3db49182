// SPDX-License-Identifier: Apache-2.0
#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "store_url/connection_string.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace starkeep::store_url {
namespace {

TEST(ConnectionString, OfAzureGivesTheEndpointByAccountAndSuffix)
{
    ASSERT_OK_AND_LET(
        const StorageAccount account,
        parse_connection_string(
            Secret("DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a2V5==;"
                   "EndpointSuffix=core.chinacloudapi.cn"),
            azure::Cloud()
        )
    );

    EXPECT_EQ(account.account, "acc");
    EXPECT_EQ(account.blob_endpoint, "https://acc.blob.core.chinacloudapi.cn");
    EXPECT_EQ(account.key->reveal(), "a2V5==");
}

TEST(ConnectionString, OfAzuriteAndOfASasNamesItsEndpoint)
{
    ASSERT_OK_AND_LET(
        const StorageAccount development,
        parse_connection_string(Secret("UseDevelopmentStorage=true"), azure::Cloud())
    );
    ASSERT_OK_AND_LET(
        const StorageAccount shared,
        parse_connection_string(
            Secret("BlobEndpoint=https://acc.blob.core.windows.net/"
                   ";SharedAccessSignature=sv=1&sig=x%3D"),
            azure::Cloud()
        )
    );

    EXPECT_EQ(development.account, "devstoreaccount1");
    EXPECT_EQ(development.blob_endpoint, "http://127.0.0.1:10000/devstoreaccount1");
    EXPECT_EQ(shared.account, "acc");
    EXPECT_EQ(shared.blob_endpoint, "https://acc.blob.core.windows.net");
    EXPECT_EQ(shared.sas->reveal(), "sv=1&sig=x%3D");
}

TEST(ConnectionString, IsRefusedWithoutBeingRepeated)
{
    for (const std::string text :
         {"",
          "s3cret",
          "AccountName=acc",
          "AccountKey=s3cret",
          "AccountName=acc;s3cret",
          "BlobEndpoint=acc;AccountKey=s3cret"}) {
        SCOPED_TRACE(text);
        const auto account = parse_connection_string(Secret(text), azure::Cloud());
        EXPECT_ERROR(account, ErrorCode::InvalidInput);
        EXPECT_EQ(account.error().text().find("s3cret"), std::string::npos);
    }
}

}  // namespace
}  // namespace starkeep::store_url
