// SPDX-License-Identifier: Apache-2.0
// A whole control plane over remembered facts, with calls as short as a test wants them.
#pragma once

#include "base/bytes.hpp"
#include "codec/rsa.hpp"
#include "http/message.hpp"
#include "json/json.hpp"
#include "localcloud/control_plane.hpp"
#include "localcloud/memory_machinery.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/settings.hpp"
#include "sys/file.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::localcloud {

struct Said {
    int status = 0;
    Json body{};
    http::Headers headers{};

    std::string code() const { return text_at(body, "error/code"); }
    std::string text(std::string_view path) const { return text_at(body, path); }
};

class ControlPlaneTest : public testing::Test {
protected:
    static constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";
    static constexpr std::string_view kSubscription = "22222222-2222-4222-8222-222222222222";

    void SetUp() override
    {
        auto folder = sys::TempDir::create("localcloud-");
        ASSERT_OK(folder);
        folder_.emplace(std::move(*folder));
        // Making a key takes long; every test has the same one.
        static const std::string kKey(codec::RsaKey::generate().format_pem().reveal());
        ASSERT_OK(sys::write_file_durably(folder_->path() / "signing.key", as_bytes(kKey)));
        settings_.state = folder_->path();
        settings_.tenant_id = kTenant;
        settings_.subscription_id = kSubscription;
        settings_.base_url = "https://127.0.0.1:9443";
        settings_.polls = 0;
        settings_.in_background = false;
        restart();
    }

    /// Another process over the same state.
    void restart()
    {
        plane_.reset();
        auto opened =
            ControlPlane::open(settings_, clock_, machinery_, folder_->path() / "faults.json");
        ASSERT_OK(opened);
        plane_ = std::move(*opened);
    }

    /// A request as it is, without token.
    Said send(
        const std::string& method,
        const std::string& url,
        const std::string& body,
        http::Headers headers = {}
    )
    {
        const http::Response response = plane_->handle(
            {.method = method, .url = url, .headers = std::move(headers), .body = to_bytes(body)},
            {}
        );
        Said said{.status = response.status, .headers = response.headers};
        if (auto parsed = json::parse(response.text()); parsed.ok()) {
            said.body = std::move(*parsed);
        }
        return said;
    }

    std::string token()
    {
        const auto credentials = plane_->directory().credentials();
        if (!credentials.ok()) {
            return {};
        }
        const std::string form =
            "grant_type=client_credentials&client_id=" + text_at(*credentials, "client_id") +
            "&client_secret=" + text_at(*credentials, "client_secret") +
            "&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
        return send("POST", "/" + std::string(kTenant) + "/oauth2/v2.0/token", form)
            .text("access_token");
    }

    /// A call with token; `path` may begin with {S} or {RG}, the group "g".
    Said call(
        const std::string& method,
        std::string path,
        const std::string& version,
        const Json& body = {},
        http::Headers headers = {}
    )
    {
        const std::string subscription = "/subscriptions/" + std::string(kSubscription);
        if (path.starts_with("{RG}")) {
            path = subscription + "/resourceGroups/g" + path.substr(4);
        } else if (path.starts_with("{S}")) {
            path = subscription + path.substr(3);
        }
        headers.set("Authorization", "Bearer " + token());
        return send(
            method,
            path + (path.find('?') == std::string::npos ? "?" : "&") + "api-version=" + version,
            body.is_null() ? "" : json::format(body),
            std::move(headers)
        );
    }
    Said network(const std::string& method, const std::string& path, const Json& body = {})
    {
        return call(method, "{RG}/providers/Microsoft.Network/" + path, "2024-03-01", body);
    }

    /// Group g, network v 10.0.0.0/16 with subnet s 10.0.0.0/24.
    void make_network()
    {
        ASSERT_EQ(call("PUT", "{RG}", "2024-07-01", Json{{"location", "westeurope"}}).status, 201);
        Json body{{"location", "westeurope"}};
        body["properties"]["addressSpace"]["addressPrefixes"] = Json::array({"10.0.0.0/16"});
        ASSERT_EQ(network("PUT", "virtualNetworks/v", body).status, 201);
        ASSERT_EQ(
            network("PUT", "virtualNetworks/v/subnets/s", subnet_body("10.0.0.0/24")).status, 201
        );
    }
    static Json subnet_body(const std::string& prefix)
    {
        Json body;
        body["properties"]["addressPrefix"] = prefix;
        return body;
    }
    static std::string id(const std::string& rest)
    {
        return "/subscriptions/" + std::string(kSubscription) + "/resourceGroups/g/providers/" +
               rest;
    }
    static Json interface_body(const std::string& subnet = "s")
    {
        Json configuration{{"name", "ip"}};
        configuration["properties"]["subnet"]["id"] =
            id("Microsoft.Network/virtualNetworks/v/subnets/" + subnet);
        Json body{{"location", "westeurope"}};
        body["properties"]["ipConfigurations"] = Json::array();
        body["properties"]["ipConfigurations"].push_back(std::move(configuration));
        return body;
    }
    static Json storage_body()
    {
        Json body{{"location", "westeurope"}, {"kind", "StorageV2"}};
        body["sku"]["name"] = "Standard_LRS";
        return body;
    }
    Said make_storage(const std::string& name, const Json& body = storage_body())
    {
        return call(
            "PUT", "{RG}/providers/Microsoft.Storage/storageAccounts/" + name, "2023-05-01", body
        );
    }
    static Json endpoint_body(const std::string& target, const std::string& group)
    {
        Json connection{{"name", "c"}};
        connection["properties"]["privateLinkServiceId"] = target;
        connection["properties"]["groupIds"] = Json::array();
        connection["properties"]["groupIds"].push_back(group);
        Json body{{"location", "westeurope"}};
        body["properties"]["subnet"]["id"] = id("Microsoft.Network/virtualNetworks/v/subnets/s");
        body["properties"]["privateLinkServiceConnections"] = Json::array();
        body["properties"]["privateLinkServiceConnections"].push_back(std::move(connection));
        return body;
    }
    void plan_faults(const std::string& text)
    {
        ASSERT_OK(sys::write_file_durably(folder_->path() / "faults.json", as_bytes(text)));
    }

    std::optional<sys::TempDir> folder_;
    FakeClock clock_{std::chrono::sys_seconds(std::chrono::seconds(1800000000))};
    MemoryMachinery machinery_;
    Settings settings_;
    std::unique_ptr<ControlPlane> plane_;
};

}  // namespace starkeep::localcloud
