// SPDX-License-Identifier: Apache-2.0
// Azure's published examples of the calls that we make: their replies are read, and our requests are compared with theirs.
// They lie outside the project (STARKEEP_AZURE_CONTRACT, or ../shared/azure beside it); without them the test says so.
#include "azure/arm/operation.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/scripted_azure_test_support.hpp"
#include "azure/published_calls_test_support.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "sys/environment.hpp"
#include "sys/file.hpp"
#include "testing/fake_clock.hpp"
#include "testing/matchers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure {
namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{16} << 20U;
constexpr std::string_view kPlane = "https://management.azure.com";

std::filesystem::path contract_folder()
{
    const std::optional<std::string> chosen = sys::get_env("STARKEEP_AZURE_CONTRACT");
    return chosen ? std::filesystem::path(*chosen)
                  : std::filesystem::path(STARKEEP_SOURCE_DIR) / ".." / "shared" / "azure";
}

std::string text_of_file(const std::filesystem::path& path)
{
    const Result<Bytes> content = sys::read_file(path, kLargestFile);
    return content.ok() ? std::string(as_text(*content)) : std::string();
}

std::vector<std::vector<std::string>> rows_of(const std::string& table)
{
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells(line);
        rows.emplace_back();
        for (std::string cell; std::getline(cells, cell, '\t');) {
            rows.back().push_back(cell);
        }
    }
    return rows;
}

/// Paths of members: "properties.subnets[].id".
void gather_members(const Json& json, const std::string& prefix, std::set<std::string>& members)
{
    if (json.is_array()) {
        for (const Json& element : json) {
            gather_members(element, prefix + "[]", members);
        }
    } else if (json.is_object()) {
        for (const auto& [name, value] : json.items()) {
            const std::string path = prefix.empty() ? name : prefix + "." + name;
            members.insert(path);
            // Below it are names of the user's own.
            if (name != "tags") {
                gather_members(value, path, members);
            }
        }
    }
}

struct Example {
    std::string file;
    const arm::Operation* operation = nullptr;
    Json content;

    std::vector<int> successes() const
    {
        std::vector<int> statuses;
        for (const auto& [status, response] : content["responses"].items()) {
            if (status.size() == 3 && status[0] == '2') {
                statuses.push_back(std::stoi(status));
            }
        }
        return statuses;
    }
};

/// The first request gets the example's response; later ones find the operation at its end.
class ExampleTransport final : public http::Transport {
public:
    ExampleTransport(const Json& responses, int status) : responses_(responses), status_(status) {}

    Result<http::Response> send(const http::Request& request, std::stop_token /*stop*/) override
    {
        requests.push_back(request);
        if (requests.size() == 1) {
            return first();
        }
        // Where both headers name one URL, it is the result's the second time.
        if (request.url == status_url_ && !std::exchange(has_ended_, true)) {
            return response_of(200, R"({"status":"Succeeded"})");
        }
        Json body = body_of(responses_.contains("200") ? 200 : status_);
        if (body.is_object() && body.contains("properties")) {
            body["properties"]["provisioningState"] = "Succeeded";
        }
        return response_of(200, body.is_null() ? "" : json::format(body));
    }

    std::vector<http::Request> requests{};

private:
    static http::Response response_of(int status, const std::string& body)
    {
        const ByteView bytes = as_bytes(body);
        return {.status = status, .body = Bytes(bytes.begin(), bytes.end())};
    }
    Json body_of(int status) const
    {
        const Json& response = responses_.at(std::to_string(status));
        return response.is_object() && response.contains("body") ? response["body"] : Json();
    }
    http::Response first()
    {
        Json body = body_of(status_);
        if (body.is_object()) {
            // Pages have tests of their own; here most lead to hosts of their authors' invention.
            body.erase("nextLink");
        }
        http::Response response = response_of(status_, body.is_null() ? "" : json::format(body));
        const Json& example = responses_.at(std::to_string(status_));
        if (!example.is_object() || !example.contains("headers")) {
            return response;
        }
        for (const auto& [name, value] : example["headers"].items()) {
            // Some examples lead to hosts of their authors' invention.
            if (value.is_string() &&
                value.get<std::string>().find("management.azure.com/") != std::string::npos) {
                response.headers.add(name, value.get<std::string>());
                if (arm::same_text(name, "Azure-AsyncOperation")) {
                    status_url_ = value.get<std::string>();
                }
            }
        }
        return response;
    }

    const Json& responses_;
    int status_;
    std::string status_url_{};
    bool has_ended_ = false;
};

class PublishedExamples : public ::testing::Test {
protected:
    void SetUp() override
    {
        const std::filesystem::path folder = contract_folder() / "examples";
        const std::string index = text_of_file(folder / "index.tsv");
        if (index.empty()) {
            GTEST_SKIP() << "no published examples in " << folder.string()
                         << ": nothing is compared with them. Set STARKEEP_AZURE_CONTRACT.";
        }
        for (const auto& row :
             rows_of(text_of_file(STARKEEP_SOURCE_DIR "/src/azure/published_examples_exceptions.tsv"
             ))) {
            if (row.size() == 2 && !row[0].starts_with('#')) {
                exceptions.emplace(row[0], row[1]);
            }
        }
        for (const auto& row : rows_of(index)) {
            add(folder, row);
        }
    }

    void add(const std::filesystem::path& folder, const std::vector<std::string>& row)
    {
        const bool is_row = row.size() >= 5 && !row[0].starts_with("newest/");
        const std::string provider = is_row ? row[0].substr(0, row[0].find('/')) : std::string();
        for (const arm::Operation& operation : arm::operations()) {
            if (is_row && operation.provider == provider && operation.id == row[1] &&
                arm::same_text(arm::full_path(operation), row[4])) {
                Result<Json> content = json::parse(text_of_file(folder / row[0]));
                ASSERT_OK(content);
                // Of records in DNS, we make and read addresses only.
                const Json& parameters = (*content)["parameters"];
                if (parameters.contains("recordType") && parameters["recordType"] != "A") {
                    return;
                }
                EXPECT_EQ(operation.api_version, row[2]) << row[0];
                examples.push_back(
                    {.file = row[0], .operation = &operation, .content = std::move(*content)}
                );
            }
        }
    }

    std::map<std::string, std::string> exceptions{};
    std::vector<Example> examples{};
};

void check_request(const http::Request& request, const PublishedParameters& parameters)
{
    const std::string_view url = request.url;
    const std::size_t question = url.find('?');
    ASSERT_NE(question, std::string_view::npos);
    EXPECT_EQ(request.method, parameters.operation.method);
    ASSERT_OK_AND_LET(
        const std::string path,
        http::percent_decode(url.substr(kPlane.size(), question - kPlane.size()))
    );
    std::string wanted = parameters.path();
    // A scope has its slash already.
    wanted = wanted.starts_with("//") ? wanted.substr(1) : wanted;
    EXPECT_TRUE(arm::same_text(path, wanted)) << path << "\n" << wanted;
    ASSERT_OK_AND_LET(const auto query, http::parse_query(url.substr(question + 1)));
    EXPECT_EQ(query.front().first, "api-version");
    EXPECT_EQ(query.front().second, parameters.text("api-version"));
}

TEST_F(PublishedExamples, OfEveryCallThatWeMakeAreReadAndAskedForAlike)
{
    const auto calls = published_calls();
    std::size_t read = 0;
    std::set<std::string> used;
    for (const Example& example : examples) {
        for (const int status : example.successes()) {
            SCOPED_TRACE(example.file + " " + std::to_string(status));
            ASSERT_TRUE(calls.contains(example.operation->symbol)) << example.operation->symbol;
            if (exceptions.contains(example.file)) {
                used.insert(example.file);
                continue;
            }
            ExampleTransport transport(example.content["responses"], status);
            arm::FakeCredential credential;
            FakeClock clock{std::chrono::sys_days(std::chrono::year(2026) / 11 / 26)};
            const Cloud cloud;
            arm::Client client(
                transport,
                credential,
                cloud,
                clock,
                {.wait =
                     [&clock](std::stop_token, std::chrono::milliseconds pause) {
                         clock.advance(std::chrono::ceil<std::chrono::seconds>(pause));
                         return true;
                     }}
            );
            const PublishedParameters parameters{
                .operation = *example.operation, .parameters = example.content["parameters"]
            };

            const Result<void> outcome = calls.at(example.operation->symbol)(client, parameters);

            EXPECT_OK(outcome);
            ASSERT_FALSE(transport.requests.empty());
            check_request(transport.requests.front(), parameters);
            ++read;
        }
    }
    EXPECT_GT(read, 150U);
    EXPECT_EQ(used.size(), exceptions.size()) << "an exception names a file that is not there";
    RecordProperty("responses", static_cast<int>(read));
}

/// Members that we send and no example of the operation happens to show; each is in the operation's specification.
const std::set<std::string> kUnshownMembers{
    "VirtualNetworksPut tags",
    "SubnetsPut properties.defaultOutboundAccess",
    "SubnetsPut properties.networkSecurityGroup",
    "SubnetsPut properties.networkSecurityGroup.id",
    "SubnetsPut properties.privateEndpointNetworkPolicies",
    "SubnetsPut properties.privateLinkServiceNetworkPolicies",
    "SecurityGroupsPut tags",
    "InterfacesPut tags",
    "EndpointsPut tags",
    "EndpointsPut properties.privateLinkServiceConnections[].name",
    "ZoneGroupsPut properties.privateDnsZoneConfigs[].name",
    "ResourceGroupsPut tags",
    "MachinesRunCommand script",
    "RunCommandsPut properties.protectedParameters",
    "RunCommandsPut properties.source.script",
    "MachinesPut tags",
    "MachinesPut zones",
    "MachinesPut properties.billingProfile",
    "MachinesPut properties.billingProfile.maxPrice",
    "MachinesPut properties.evictionPolicy",
    "MachinesPut properties.networkProfile.networkInterfaces[].properties.deleteOption",
    "MachinesPut properties.osProfile.customData",
    "MachinesPut properties.priority",
    "MachinesPut properties.storageProfile.osDisk.deleteOption",
    "CosmosUpdate properties.backupPolicy.continuousModeProperties",
    "CosmosUpdate properties.backupPolicy.continuousModeProperties.tier",
};

TEST_F(PublishedExamples, ShowEveryMemberThatOurRequestsHave)
{
    const auto calls = published_calls();
    std::map<const arm::Operation*, std::set<std::string>> known;
    std::map<const arm::Operation*, std::set<std::string>> sent;
    for (const Example& example : examples) {
        std::set<std::string>& members = known[example.operation];
        for (const auto& [name, value] : example.content["parameters"].items()) {
            gather_members(value, "", members);
        }
        for (const auto& [status, response] : example.content["responses"].items()) {
            if (response.is_object() && response.contains("body")) {
                gather_members(response["body"], "", members);
            }
        }
        ExampleTransport transport(example.content["responses"], example.successes().front());
        arm::FakeCredential credential;
        FakeClock clock{std::chrono::sys_seconds()};
        const Cloud cloud;
        arm::Client client(transport, credential, cloud, clock, {.wait = [](auto&&...) {
                               return false;
                           }});
        static_cast<void>(calls.at(example.operation->symbol)(
            client, {.operation = *example.operation, .parameters = example.content["parameters"]}
        ));
        if (!transport.requests.empty() && !transport.requests.front().body.empty()) {
            ASSERT_OK_AND_LET(
                const Json body, json::parse(as_text(transport.requests.front().body))
            );
            gather_members(body, "", sent[example.operation]);
        }
    }
    for (const auto& [operation, members] : sent) {
        for (const std::string& member : members) {
            const std::string name = std::string(operation->symbol) + " " + member;
            EXPECT_TRUE(known[operation].contains(member) || kUnshownMembers.contains(name))
                << name;
        }
    }
}

}  // namespace
}  // namespace starkeep::azure
