// SPDX-License-Identifier: Apache-2.0
#include "json/json.hpp"
#include "localcloud/control_plane.hpp"
#include "localcloud/control_plane_fixture_test.hpp"
#include "localcloud/reading.hpp"
#include "sys/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace starkeep::localcloud {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ControlPlaneTest, RefusesCallsWithoutAToken)
{
    const Said said = send("GET", "/subscriptions?api-version=2022-12-01", "");

    EXPECT_EQ(said.status, 401);
    EXPECT_EQ(said.code(), "AuthenticationFailed");
    EXPECT_THAT(said.headers.find("WWW-Authenticate").value_or(""), StartsWith("Bearer "));
}

TEST_F(ControlPlaneTest, RefusesATokenWhoseSignatureWasChanged)
{
    const std::string good = token();
    const std::string bad = good.substr(0, good.size() - 8) + "AAAAAAAA";

    const Said said = send(
        "GET", "/subscriptions?api-version=2022-12-01", "", {{"Authorization", "Bearer " + bad}}
    );

    EXPECT_EQ(said.status, 401);
    EXPECT_EQ(said.code(), "InvalidAuthenticationToken");
}

TEST_F(ControlPlaneTest, RefusesATokenAfterItsTime)
{
    const std::string old = token();
    clock_.advance(2h);

    const Said said = send(
        "GET", "/subscriptions?api-version=2022-12-01", "", {{"Authorization", "Bearer " + old}}
    );

    EXPECT_EQ(said.status, 401);
    EXPECT_EQ(said.code(), "ExpiredAuthenticationToken");
}

TEST_F(ControlPlaneTest, RefusesATokenForStorage)
{
    const auto credentials = plane_->directory().credentials();
    const Said given = send(
        "POST",
        "/" + std::string(kTenant) + "/oauth2/v2.0/token",
        "grant_type=client_credentials&scope=https%3A%2F%2Fstorage.azure.com%2F.default&client_"
        "id=" +
            text_at(*credentials, "client_id") +
            "&client_secret=" + text_at(*credentials, "client_secret")
    );

    const Said said = send(
        "GET",
        "/subscriptions?api-version=2022-12-01",
        "",
        {{"Authorization", "Bearer " + given.text("access_token")}}
    );

    EXPECT_EQ(given.status, 200);
    EXPECT_EQ(said.code(), "InvalidAuthenticationTokenAudience");
}

TEST_F(ControlPlaneTest, SaysWhatIsWrongWithATokenRequest)
{
    const auto credentials = plane_->directory().credentials();
    const std::string client = text_at(*credentials, "client_id");
    const std::string url = "/" + std::string(kTenant) + "/oauth2/v2.0/token";
    const std::string form = "grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.azure."
                             "com%2F.default&client_id=";
    struct Case {
        std::string name;
        std::string url;
        std::string form;
        int status;
        std::string error;
        int code;
    };
    const Case cases[] = {
        {"wrong secret", url, form + client + "&client_secret=x", 401, "invalid_client", 7000215},
        {"unknown client", url, form + "nobody&client_secret=x", 400, "unauthorized_client", 700016
        },
        {"no secret", url, form + client, 401, "invalid_client", 7000216},
        {"unknown tenant",
         "/99999999-1111-4111-8111-111111111111/oauth2/v2.0/token",
         form + client,
         400,
         "invalid_request",
         90002},
        {"malformed tenant",
         "/nonsense/oauth2/v2.0/token",
         form + client,
         400,
         "invalid_request",
         900023},
        {"no grant", url, "client_id=" + client, 400, "invalid_request", 900144},
        {"scope without default",
         url,
         "grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.azure.com&client_id=" +
             client + "&client_secret=" + text_at(*credentials, "client_secret"),
         400,
         "invalid_scope",
         1002012},
    };

    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        const Said said = send("POST", one.url, one.form);
        EXPECT_EQ(said.status, one.status);
        EXPECT_EQ(said.text("error"), one.error);
        EXPECT_EQ(said.body["error_codes"][0], one.code);
        EXPECT_THAT(
            said.text("error_description"), StartsWith("AADSTS" + std::to_string(one.code) + ": ")
        );
    }
}

TEST_F(ControlPlaneTest, WantsAnApiVersionThatItKnows)
{
    const http::Headers headers{{"Authorization", "Bearer " + token()}};

    EXPECT_EQ(send("GET", "/subscriptions", "", headers).code(), "MissingApiVersionParameter");
    EXPECT_EQ(
        send("GET", "/subscriptions?api-version=1999-01-01", "", headers).code(),
        "InvalidApiVersionParameter"
    );
    EXPECT_EQ(
        send("GET", "/subscriptions?api-version=yesterday", "", headers).code(),
        "InvalidApiVersionParameter"
    );
    EXPECT_EQ(send("GET", "/subscriptions?api-version=2022-12-01", "", headers).status, 200);
}

TEST_F(ControlPlaneTest, NamesWhatIsNotThere)
{
    EXPECT_EQ(
        call("GET", "/subscriptions/33333333-2222-4222-8222-222222222222", "2022-12-01").code(),
        "SubscriptionNotFound"
    );
    EXPECT_EQ(network("GET", "virtualNetworks/v").code(), "ResourceGroupNotFound");
    EXPECT_EQ(
        call("GET", "{S}/providers/Microsoft.Nothing/things", "2024-01-01").code(),
        "InvalidResourceNamespace"
    );
    EXPECT_EQ(
        call("GET", "{S}/providers/Microsoft.Network/bastions", "2024-03-01").code(),
        "InvalidResourceType"
    );
    make_network();
    EXPECT_EQ(network("GET", "virtualNetworks/w").code(), "ResourceNotFound");
    EXPECT_EQ(network("POST", "virtualNetworks/v").status, 405);
}

TEST_F(ControlPlaneTest, FindsResourcesWhateverTheCaseOfTheirIds)
{
    make_network();

    const Said said = call(
        "GET", "{S}/RESOURCEGROUPS/G/PROVIDERS/microsoft.network/VIRTUALNETWORKS/V", "2024-03-01"
    );

    EXPECT_EQ(said.status, 200);
    EXPECT_EQ(said.text("name"), "v");
}

TEST_F(ControlPlaneTest, RefusesWhatTheRoleDoesNotGrant)
{
    const auto file = sys::read_file(folder_->path() / "principals.json", 100000);
    ASSERT_OK(file);
    Json principals = *json::parse(as_text(*file));
    principals["principals"][0]["actions"] = Json::array({"*/read"});
    ASSERT_OK(
        sys::write_file_durably(folder_->path() / "principals.json", as_bytes(principals.dump()))
    );

    const Said said = call("PUT", "{RG}", "2024-07-01", Json{{"location", "westeurope"}});

    EXPECT_EQ(said.status, 403);
    EXPECT_EQ(said.code(), "AuthorizationFailed");
    EXPECT_THAT(
        said.text("error/message"),
        HasSubstr("'Microsoft.Resources/subscriptions/resourceGroups/write'")
    );
}

TEST_F(ControlPlaneTest, KeepsEverythingOverARestart)
{
    make_network();

    restart();

    EXPECT_EQ(
        network("GET", "virtualNetworks/v/subnets/s").text("properties/addressPrefix"),
        "10.0.0.0/24"
    );
}

TEST_F(ControlPlaneTest, AnswersAnOperationAsRunningAsOftenAsAsked)
{
    settings_.polls = 2;
    restart();
    ASSERT_EQ(call("PUT", "{RG}", "2024-07-01", Json{{"location", "westeurope"}}).status, 201);
    Json body{{"location", "westeurope"}};
    body["properties"]["addressSpace"]["addressPrefixes"] = Json::array({"10.0.0.0/16"});
    const Said begun = network("PUT", "virtualNetworks/v", body);
    const std::string url =
        begun.headers.find("Azure-AsyncOperation").value_or("").substr(settings_.base_url.size());
    const http::Headers headers{{"Authorization", "Bearer " + token()}};

    EXPECT_EQ(begun.text("properties/provisioningState"), "Updating");
    EXPECT_EQ(send("GET", url, "", headers).text("status"), "InProgress");
    EXPECT_EQ(send("GET", url, "", headers).text("status"), "InProgress");
    EXPECT_EQ(send("GET", url, "", headers).text("status"), "Succeeded");
}

TEST_F(ControlPlaneTest, LetsHappenWhatTheFaultPlanSays)
{
    plan_faults(
        R"({"faults":[{"operation":"VirtualNetworks_Get","call":2,"answer":{"status":429,"code":"TooManyRequests","message":"slow","retry_after":7}}]})"
    );
    make_network();

    EXPECT_EQ(network("GET", "virtualNetworks/v").status, 200);
    const Said said = network("GET", "virtualNetworks/v");
    EXPECT_EQ(said.status, 429);
    EXPECT_EQ(said.headers.find("Retry-After"), "7");
    EXPECT_EQ(network("GET", "virtualNetworks/v").status, 200);
}

TEST_F(ControlPlaneTest, LetsAnOperationFailLate)
{
    make_network();
    plan_faults(
        R"({"faults":[{"operation":"Microsoft.Network/NetworkInterfaces_CreateOrUpdate","late_failure":{"code":"InternalServerError","message":"no"}}]})"
    );

    const Said begun = network("PUT", "networkInterfaces/n", interface_body());
    const std::string url =
        begun.headers.find("Azure-AsyncOperation").value_or("").substr(settings_.base_url.size());
    const Said polled = send("GET", url, "", {{"Authorization", "Bearer " + token()}});

    EXPECT_EQ(begun.status, 201);
    EXPECT_EQ(polled.text("status"), "Failed");
    EXPECT_EQ(polled.text("error/code"), "InternalServerError");
    EXPECT_EQ(network("GET", "networkInterfaces/n").text("properties/provisioningState"), "Failed");
}

TEST_F(ControlPlaneTest, LogsCallsAndOperationsButNoSecrets)
{
    make_network();

    const auto log = sys::read_file(folder_->path() / "calls.jsonl", 1000000);
    ASSERT_OK(log);
    const std::string text(as_text(*log));

    EXPECT_THAT(text, HasSubstr("\"operation\":\"VirtualNetworks_CreateOrUpdate\""));
    EXPECT_THAT(text, HasSubstr("\"state\":\"Succeeded\""));
    EXPECT_EQ(text.find("client_secret"), std::string::npos);
    EXPECT_EQ(text.find("eyJ"), std::string::npos);
}

TEST_F(ControlPlaneTest, ListsInPages)
{
    settings_.page_size = 1;
    restart();
    make_network();
    ASSERT_EQ(
        network("PUT", "virtualNetworks/v/subnets/t", subnet_body("10.0.1.0/24")).status, 201
    );

    const Said first = network("GET", "virtualNetworks/v/subnets");
    const std::string next = first.text("nextLink").substr(settings_.base_url.size());
    const Said second = send("GET", next, "", {{"Authorization", "Bearer " + token()}});

    EXPECT_EQ(first.body["value"].size(), 1U);
    EXPECT_EQ(second.body["value"][0]["name"], "t");
    EXPECT_FALSE(second.body.contains("nextLink"));
}

TEST_F(ControlPlaneTest, GivesAMachineATokenOnlyForItsIdentity)
{
    const auto ask = [this](const std::string& url, http::Headers headers) {
        return plane_->metadata("", {.method = "GET", .url = url, .headers = std::move(headers)});
    };
    const std::string url =
        "/metadata/identity/oauth2/"
        "token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";

    EXPECT_EQ(ask(url, {{"Metadata", "true"}}).status, 200);
    EXPECT_EQ(ask(url, {}).status, 400);
    EXPECT_EQ(ask(url, {{"Metadata", "true"}, {"X-Forwarded-For", "a"}}).status, 400);
    EXPECT_EQ(ask(url + "&client_id=other", {{"Metadata", "true"}}).status, 400);
    EXPECT_EQ(
        plane_
            ->metadata(
                "/no/identity", {.method = "GET", .url = url, .headers = {{"Metadata", "true"}}}
            )
            .status,
        400
    );
}

}  // namespace
}  // namespace starkeep::localcloud
