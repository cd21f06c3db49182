// SPDX-License-Identifier: Apache-2.0
#include "azure/cloud.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "sys/file.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace starkeep::azure {
namespace {

TEST(Cloud, IsPublicAzureUnlessToldOtherwise)
{
    const Cloud cloud;

    EXPECT_EQ(cloud.resource_manager_scope(), "https://management.azure.com/.default");
    EXPECT_EQ(cloud.blob_endpoint("acc"), "https://acc.blob.core.windows.net");
    EXPECT_EQ(cloud.queue_endpoint("acc"), "https://acc.queue.core.windows.net");
}

TEST(Cloud, TakesFromItsFileWhatIsThereAndLeavesTheRest)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("cloud"));
    const auto path = temp.path() / "cloud.json";
    ASSERT_OK(sys::write_file_durably(
        path,
        as_bytes(
            R"({"resource_manager":"https://arm.test:8443/","storage_suffix":"core.starkeep.test",)"
            R"("poll_interval_ms":200,"tenant_id":"t","other":1})"
        )
    ));

    ASSERT_OK_AND_LET(const Cloud cloud, Cloud::load(path));

    EXPECT_EQ(cloud.resource_manager, "https://arm.test:8443");
    EXPECT_EQ(cloud.blob_endpoint("a"), "https://a.blob.core.starkeep.test");
    EXPECT_EQ(cloud.poll_interval, std::chrono::milliseconds(200));
    EXPECT_EQ(cloud.tenant_id, "t");
    EXPECT_EQ(cloud.authority_host, Cloud().authority_host);
}

TEST(Cloud, IsNotLoadedFromWhatDescribesNone)
{
    ASSERT_OK_AND_LET(const sys::TempDir temp, sys::TempDir::create("cloud"));
    const auto path = temp.path() / "cloud.json";
    EXPECT_ERROR(Cloud::load(path), ErrorCode::NotFound);
    for (const std::string text :
         {"",
          "[]",
          R"({"resource_manager":"arm.test"})",
          R"({"poll_interval_ms":-1})",
          R"({"tenant_id":7})"}) {
        SCOPED_TRACE(text);
        ASSERT_OK(sys::write_file_durably(path, as_bytes(text)));
        EXPECT_ERROR(Cloud::load(path), ErrorCode::Corrupt);
    }
}

}  // namespace
}  // namespace starkeep::azure
