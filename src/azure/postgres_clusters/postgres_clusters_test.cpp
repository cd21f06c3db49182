// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/postgres_clusters/postgres_clusters.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace starkeep::azure::postgres_clusters {
namespace {

const arm::ResourceId kCluster =
    arm::ResourceId::make("sub", "group", "Microsoft.DBforPostgreSQL/serverGroupsv2", "pg");

TEST(PostgresCluster, IsRestoredToATimeByItsSourceAlone)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(
        201,
        R"({"id":"/subscriptions/sub/resourceGroups/group/providers/Microsoft.DBforPostgreSQL/serverGroupsv2/new","properties":{"provisioningState":"Provisioning"}})",
        {{"Azure-AsyncOperation", "https://management.azure.com/o"}}
    );
    azure.transport.answer(
        200, R"({"status":"Succeeded","startTime":"2026-01-30 21:35:38 +0000"})"
    );
    azure.transport.answer(
        200,
        R"({"id":"/subscriptions/sub/resourceGroups/group/providers/Microsoft.DBforPostgreSQL/serverGroupsv2/new",
            "properties":{"provisioningState":"Succeeded","earliestRestoreTime":null,"serverNames":[{"name":"new-c","fullyQualifiedDomainName":"c-new.x.postgres.cosmos.azure.com"}]}})"
    );

    ASSERT_OK_AND_LET(
        const Cluster cluster,
        restore_cluster(
            azure.client,
            arm::ResourceId::make(
                "sub", "group", "Microsoft.DBforPostgreSQL/serverGroupsv2", "new"
            ),
            {.region = "westus",
             .source = kCluster,
             .point_in_time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 14)},
            {}
        )
    );

    EXPECT_EQ(cluster.server_names.at(0).fqdn, "c-new.x.postgres.cosmos.azure.com");
    EXPECT_FALSE(cluster.earliest_restore.has_value());
    EXPECT_EQ(
        as_text(azure.transport.requests[0].body),
        R"({"location":"westus","tags":{},"properties":{"sourceLocation":"westus","sourceResourceId":"/subscriptions/sub/resourceGroups/group/providers/Microsoft.DBforPostgreSQL/serverGroupsv2/pg","pointInTimeUTC":"2026-01-14T00:00:00Z"}})"
    );
}

TEST(PostgresCluster, WithATimeThatIsNoneIsRefused)
{
    arm::ScriptedAzure azure;
    azure.transport.answer(200, R"({"id":"/a","properties":{"earliestRestoreTime":"soon"}})");
    azure.transport.answer(200, R"({"id":"/a","properties":{"nodeCount":-1}})");

    EXPECT_ERROR(get_cluster(azure.client, kCluster, {}), ErrorCode::Corrupt);
    EXPECT_ERROR(get_cluster(azure.client, kCluster, {}), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace starkeep::azure::postgres_clusters
