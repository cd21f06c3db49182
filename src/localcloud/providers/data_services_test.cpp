// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"
#include "localcloud/control_plane_fixture_test.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "sys/clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace starkeep::localcloud {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;

class DataServices : public ControlPlaneTest {
protected:
    void make_group()
    {
        ASSERT_EQ(call("PUT", "{RG}", "2024-07-01", Json{{"location", "westeurope"}}).status, 201);
    }
    Said storage(const std::string& method, const std::string& path, const Json& body = {})
    {
        return call(
            method, "{RG}/providers/Microsoft.Storage/storageAccounts/" + path, "2023-05-01", body
        );
    }
    Said postgres(const std::string& method, const std::string& path, const Json& body = {})
    {
        return call(
            method,
            "{RG}/providers/Microsoft.DBforPostgreSQL/serverGroupsv2/" + path,
            "2022-11-08",
            body
        );
    }
    Said cosmos(const std::string& method, const std::string& path, const Json& body = {})
    {
        return call(
            method,
            "{RG}/providers/Microsoft.DocumentDB/databaseAccounts/" + path,
            "2024-08-15",
            body
        );
    }
    static Json cluster_body()
    {
        Json body{{"location", "westeurope"}};
        body["properties"] = Json{
            {"administratorLoginPassword", "password"},
            {"postgresqlVersion", "15"},
            {"nodeCount", 0}
        };
        return body;
    }
    static Json account_body()
    {
        Json body{{"location", "West Europe"}, {"kind", "MongoDB"}};
        body["properties"]["databaseAccountOfferType"] = "Standard";
        body["properties"]["locations"] = Json::array();
        body["properties"]["locations"].push_back(
            Json{{"locationName", "West Europe"}, {"failoverPriority", 0}}
        );
        return body;
    }
    static Json policy(const std::string& type, const std::string& tier = {})
    {
        Json body;
        body["properties"]["backupPolicy"]["type"] = type;
        if (!tier.empty()) {
            body["properties"]["backupPolicy"]["continuousModeProperties"]["tier"] = tier;
        }
        return body;
    }
};

TEST_F(DataServices, AStorageAccountGivesItsEndpointsAndKeysOnceMade)
{
    make_group();

    const Said begun = make_storage("skpone");
    const Said there = storage("GET", "skpone");
    const Said keys = storage("POST", "skpone/listKeys");

    EXPECT_EQ(begun.status, 202);
    EXPECT_TRUE(begun.body.is_null());
    EXPECT_EQ(
        there.text("properties/primaryEndpoints/blob"), "https://skpone.blob.core.starkeep.test/"
    );
    EXPECT_EQ(keys.body["keys"].size(), 2U);
    EXPECT_EQ(make_storage("skpone").status, 200);
}

TEST_F(DataServices, AStorageAccountsNameIsTakenEverywhere)
{
    make_group();
    ASSERT_EQ(make_storage("skpone").status, 202);
    ASSERT_EQ(
        call("PUT", "{S}/resourceGroups/h", "2024-07-01", Json{{"location", "westeurope"}}).status,
        201
    );

    const Said said = call(
        "PUT",
        "{S}/resourceGroups/h/providers/Microsoft.Storage/storageAccounts/skpone",
        "2023-05-01",
        storage_body()
    );
    const Said asked = call(
        "POST",
        "{S}/providers/Microsoft.Storage/checkNameAvailability",
        "2023-05-01",
        Json{{"name", "skpone"}, {"type", "Microsoft.Storage/storageAccounts"}}
    );

    EXPECT_EQ(said.code(), "StorageAccountAlreadyTaken");
    EXPECT_EQ(asked.text("reason"), "AlreadyExists");
}

TEST_F(DataServices, AStorageAccountWithABadNameOrSkuIsRefused)
{
    make_group();
    Json body = storage_body();
    body["sku"]["name"] = "Standard_XYZ";

    EXPECT_EQ(make_storage("Skp_one").code(), "AccountNameInvalid");
    EXPECT_EQ(make_storage("skpone", body).code(), "InvalidValuesForRequestParameters");
    body = storage_body();
    body["location"] = "moon";
    EXPECT_EQ(make_storage("skpone", body).code(), "LocationNotAvailableForResourceType");
}

TEST_F(DataServices, AreFoundByTheirTag)
{
    make_group();
    Json body = storage_body();
    body["tags"]["starkeep-role"] = "storage";
    ASSERT_EQ(make_storage("skpone", body).status, 202);
    ASSERT_EQ(make_storage("skptwo").status, 202);

    const Said said = call(
        "GET",
        "{S}/resources?$filter=tagName%20eq%20'starkeep-role'%20and%20tagValue%20eq%20'storage'",
        "2024-07-01"
    );

    ASSERT_EQ(said.body["value"].size(), 1U);
    EXPECT_EQ(said.body["value"][0]["name"], "skpone");
}

TEST_F(DataServices, AClusterIsReadyUnderItsOwnName)
{
    make_group();

    const Said begun = postgres("PUT", "pgone", cluster_body());
    const Said there = postgres("GET", "pgone");

    EXPECT_EQ(begun.status, 201);
    EXPECT_EQ(begun.text("properties/state"), "Provisioning");
    EXPECT_FALSE(has(there.body, "properties/administratorLoginPassword"));
    EXPECT_EQ(there.text("properties/state"), "Ready");
    EXPECT_THAT(
        there.body["properties"]["serverNames"][0]["fullyQualifiedDomainName"].get<std::string>(),
        StartsWith("c-pgone.")
    );
    EXPECT_EQ(postgres("PUT", "pgone", cluster_body()).status, 409);
}

TEST_F(DataServices, AClusterIsCopiedFromATimeThatItsSourceKeeps)
{
    make_group();
    ASSERT_EQ(postgres("PUT", "pgone", cluster_body()).status, 201);
    clock_.advance(1h);
    Json body{{"location", "westeurope"}};
    body["properties"] = Json{
        {"sourceLocation", "westeurope"},
        {"sourceResourceId", id("Microsoft.DBforPostgreSQL/serverGroupsv2/pgone")},
        {"pointInTimeUTC", sys::format_rfc3339(clock_.now() - 30min)}
    };

    const Said good = postgres("PUT", "copy", body);
    body["properties"]["pointInTimeUTC"] = sys::format_rfc3339(clock_.now() - 2h);
    const Said early = postgres("PUT", "other", body);

    EXPECT_EQ(good.status, 201);
    EXPECT_EQ(early.code(), "InvalidPointInTime");
}

TEST_F(DataServices, ARefusedClusterSaysWhichValueIsWrong)
{
    make_group();
    Json body = cluster_body();
    body["properties"]["postgresqlVersion"] = "9";

    EXPECT_EQ(postgres("PUT", "pgone", body).code(), "InvalidParameterValue");
    EXPECT_EQ(postgres("PUT", "PG", cluster_body()).code(), "InvalidParameterValue");
    body = cluster_body();
    body["properties"].erase("administratorLoginPassword");
    EXPECT_EQ(postgres("PUT", "pgone", body).code(), "InvalidParameterValue");
}

TEST_F(DataServices, AnAccountGoesToContinuousBackupButNeverBack)
{
    make_group();
    ASSERT_EQ(cosmos("PUT", "mongo", account_body()).status, 200);

    const Said changed = cosmos("PATCH", "mongo", policy("Continuous", "Continuous7Days"));
    const Said there = cosmos("GET", "mongo");
    const Said back = cosmos("PATCH", "mongo", policy("Periodic"));
    const Said strange = cosmos("PATCH", "mongo", policy("Continuous", "Continuous99Days"));

    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.text("properties/backupPolicy/migrationState/status"), "InProgress");
    EXPECT_EQ(
        there.text("properties/backupPolicy/continuousModeProperties/tier"), "Continuous7Days"
    );
    EXPECT_FALSE(has(there.body, "properties/backupPolicy/migrationState"));
    EXPECT_EQ(back.status, 400);
    EXPECT_EQ(back.text("code"), "BadRequest");
    EXPECT_EQ(strange.status, 400);
}

TEST_F(DataServices, AnAccountWithContinuousBackupIsRestorable)
{
    make_group();
    ASSERT_EQ(cosmos("PUT", "mongo", account_body()).status, 200);
    EXPECT_TRUE(
        call("GET", "{S}/providers/Microsoft.DocumentDB/restorableDatabaseAccounts", "2024-08-15")
            .body["value"]
            .empty()
    );
    ASSERT_EQ(cosmos("PATCH", "mongo", policy("Continuous")).status, 200);

    const Said said =
        call("GET", "{S}/providers/Microsoft.DocumentDB/restorableDatabaseAccounts", "2024-08-15");

    ASSERT_EQ(said.body["value"].size(), 1U);
    EXPECT_EQ(
        text_at(said.body["value"][0], "name"), cosmos("GET", "mongo").text("properties/instanceId")
    );
}

TEST_F(DataServices, GoWithTheirResourceGroup)
{
    make_group();
    ASSERT_EQ(make_storage("skpone").status, 202);

    EXPECT_EQ(call("DELETE", "{RG}", "2024-07-01").status, 202);

    EXPECT_FALSE(machinery_.has("storage", lower(id("Microsoft.Storage/storageAccounts/skpone"))));
    EXPECT_EQ(call("HEAD", "{RG}", "2024-07-01").status, 404);
}

}  // namespace
}  // namespace starkeep::localcloud
