// SPDX-License-Identifier: Apache-2.0
#include "fleet/fake_azure_test.hpp"

#include "azure/arm/resource_id.hpp"
#include "azure/credential.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/base64.hpp"
#include "codec/md5.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "json/json.hpp"

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

using azure::arm::lower_case;
using azure::arm::ResourceId;
using http::Response;

namespace {

constexpr std::string_view kHost = "https://management.starkeep.test";

Response reply(int status, const Json& body = {})
{
    return {.status = status, .body = body.is_null() ? Bytes() : to_bytes(json::format(body))};
}

Response refusal(int status, const std::string& code)
{
    return reply(status, {{"error", {{"code", code}, {"message", code}}}});
}

std::string type_of(const std::string& id)
{
    const Result<ResourceId> parsed = ResourceId::parse(id);
    return parsed.ok() ? lower_case(parsed->type()) : "";
}

std::string name_of(const std::string& id)
{
    return id.substr(id.rfind('/') + 1);
}

bool is_slow(const std::string& type)
{
    return type.starts_with("microsoft.network/") || type == "microsoft.compute/virtualmachines";
}

Json size(const std::string& name)
{
    return {
        {"resourceType", "virtualMachines"},
        {"name", name},
        {"family", "standardFSv2Family"},
        {"locations", {"westeurope"}},
        {"locationInfo", Json::array()},
        {"capabilities",
         {{{"name", "vCPUs"}, {"value", "4"}},
          {{"name", "CpuArchitectureType"}, {"value", "x64"}},
          {{"name", "PremiumIO"}, {"value", "True"}},
          {{"name", "HyperVGenerations"}, {"value", "V1,V2"}}}},
        {"restrictions", Json::array()},
    };
}

}  // namespace

Result<azure::AccessToken>
FakeCredential::token(std::string_view /*scope*/, std::stop_token /*stop*/)
{
    return azure::AccessToken{
        .text = Secret("token"),
        .expires_at = std::chrono::sys_seconds(std::chrono::hours(1'000'000))
    };
}

void FakeAzure::cut_after(std::size_t calls)
{
    const MutexLock lock(mutex_);
    calls_ = 0;
    cut_after_ = calls;
}

std::size_t FakeAzure::calls() const
{
    const MutexLock lock(mutex_);
    return calls_;
}

void FakeAzure::forget_all()
{
    const MutexLock lock(mutex_);
    resources_.clear();
    operations_.clear();
    blobs_.clear();
    containers_.clear();
    queues_.clear();
    scripts_.clear();
    is_script_running_ = false;
}

std::vector<std::string> FakeAzure::names_of(std::string_view type) const
{
    const MutexLock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [id, body] : resources_) {
        if (type_of(id) == lower_case(type)) {
            names.push_back(name_of(id));
        }
    }
    return names;
}

Json FakeAzure::resource(std::string_view id) const
{
    const MutexLock lock(mutex_);
    const auto found = resources_.find(lower_case(id));
    return found == resources_.end() ? Json() : found->second;
}

void FakeAzure::put_resource(const std::string& id, Json body)
{
    const MutexLock lock(mutex_);
    body["id"] = id;
    body["name"] = name_of(id);
    body["type"] = ResourceId::parse(id).value().type();
    resources_[lower_case(id)] = std::move(body);
}

std::vector<std::string> FakeAzure::blobs() const
{
    const MutexLock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, blob] : blobs_) {
        names.push_back(name);
    }
    return names;
}

std::vector<std::string> FakeAzure::queues() const
{
    const MutexLock lock(mutex_);
    return {queues_.begin(), queues_.end()};
}

std::vector<std::string> FakeAzure::scripts() const
{
    const MutexLock lock(mutex_);
    return scripts_;
}

Result<Response> FakeAzure::send(const http::Request& request, std::stop_token /*stop*/)
{
    const MutexLock lock(mutex_);
    ++calls_;
    if (calls_ > cut_after_) {
        return Error{ErrorCode::Unavailable, "the line is cut"};
    }
    Response response = answer(request);
    if (calls_ == cut_after_) {
        return Error{ErrorCode::Unavailable, "the answer is lost"};
    }
    return response;
}

Response FakeAzure::answer(const http::Request& request)
{
    const Result<http::Url> url = http::parse_url(request.url);
    if (!url.ok()) {
        return refusal(400, "BadRequest");
    }
    if (url->host.find(".blob.") != std::string::npos) {
        return answer_blob(request, *url);
    }
    if (url->host.find(".queue.") != std::string::npos) {
        return answer_queue(request, *url);
    }
    return answer_arm(request, *url);
}

Response FakeAzure::answer_arm(const http::Request& request, const http::Url& url)
{
    const std::string id = http::percent_decode(url.path).value();
    if (id.starts_with("/operations/")) {
        return poll(name_of(id));
    }
    if (request.method == "PUT") {
        return put(request, id);
    }
    if (request.method == "DELETE") {
        return remove(id);
    }
    return request.method == "GET" ? get(url, id) : act(request, id);
}

Response FakeAzure::begin(int status, const Json& body, const std::string& output)
{
    const std::string number = std::to_string(operations_.size() + 1);
    Operation operation;
    if (!output.empty()) {
        operation.output = {
            {"value", {{{"code", "ProvisioningState/succeeded"}, {"message", output}}}}
        };
    }
    operations_[number] = std::move(operation);
    Response response = reply(status, body);
    response.headers.set("Azure-AsyncOperation", std::string(kHost) + "/operations/" + number);
    if (!output.empty()) {
        response.headers.set(
            "Location", std::string(kHost) + "/operations/" + number + "?monitor=true"
        );
    }
    return response;
}

Response FakeAzure::poll(const std::string& number)
{
    Operation& operation = operations_[number];
    if (run_command_hangs && !operation.output.is_null()) {
        return reply(200, {{"name", number}, {"status", "InProgress"}});
    }
    if (operation.polls_left > 0) {
        --operation.polls_left;
        return reply(200, {{"name", number}, {"status", "InProgress"}});
    }
    if (!operation.output.is_null()) {
        is_script_running_ = false;
        Json body = operation.output;
        body["name"] = number;
        body["status"] = "Succeeded";
        return reply(200, body);
    }
    return reply(200, {{"name", number}, {"status", "Succeeded"}});
}

Response FakeAzure::put(const http::Request& request, const std::string& id)
{
    Json body = json::parse(as_text(request.body)).value();
    const std::string key = lower_case(id);
    const std::string type = type_of(id);
    const bool is_there = resources_.contains(key);
    if (is_there && request.headers.find("If-None-Match")) {
        return refusal(412, "PreconditionFailed");
    }
    body["id"] = id;
    body["name"] = name_of(id);
    body["type"] = ResourceId::parse(id).value().type();
    Response effect = put_effects(id, body);
    if (effect.status >= 400) {
        return effect;
    }
    const bool slow = is_slow(type);
    body["properties"]["provisioningState"] = slow ? "Updating" : "Succeeded";
    resources_[key] = body;
    const int status = is_there ? 200 : 201;
    if (type == "microsoft.storage/storageaccounts") {
        return reply(200, body);
    }
    return slow ? begin(status, body, "") : reply(status, body);
}

Response FakeAzure::put_effects(const std::string& id, Json& body)
{
    const std::string type = type_of(id);
    const std::string name = name_of(id);
    Json& properties = body["properties"];
    if (type == "microsoft.storage/storageaccounts") {
        if (taken_names.contains(name)) {
            return refusal(409, "StorageAccountAlreadyTaken");
        }
        for (const std::string service : {"blob", "queue"}) {
            properties["primaryEndpoints"][service] =
                "https://" + name + "." + service + "." + std::string(kFakeSuffix) + "/";
        }
    } else if (type == "microsoft.network/privateendpoints") {
        Json& connection = properties["privateLinkServiceConnections"][0]["properties"];
        const std::string target = name_of(connection["privateLinkServiceId"].get<std::string>());
        const std::string group = connection["groupIds"][0].get<std::string>();
        connection["privateLinkServiceConnectionState"]["status"] =
            pending_targets.contains(target) ? "Pending" : "Approved";
        properties["customDnsConfigs"] = Json::array({
            {{"fqdn", target + "." + group + "." + std::string(kFakeSuffix)},
             {"ipAddresses", {"10.233.0." + std::to_string(next_address_++)}}},
        });
    } else if (type == "microsoft.network/privateendpoints/privatednszonegroups") {
        const std::string endpoint = lower_case(ResourceId::parse(id).value().parent().text());
        const Json& dns = resources_[endpoint]["properties"]["customDnsConfigs"][0];
        const std::string record =
            dns["fqdn"].get<std::string>().substr(0, dns["fqdn"].get<std::string>().find('.'));
        Json& config = properties["privateDnsZoneConfigs"][0]["properties"];
        config["recordSets"] = Json::array({
            {{"recordType", "A"}, {"recordSetName", record}, {"ipAddresses", dns["ipAddresses"]}},
        });
        const std::string zone = config["privateDnsZoneId"].get<std::string>();
        Json address{{"id", zone + "/A/" + record}, {"name", record}};
        address["properties"]["ttl"] = 10;
        address["properties"]["aRecords"] = Json::array({{{"ipv4Address", dns["ipAddresses"][0]}}});
        resources_[lower_case(zone + "/A/" + record)] = std::move(address);
    } else if (type == "microsoft.compute/virtualmachines") {
        if (sizes_without_capacity.contains(
                properties["hardwareProfile"]["vmSize"].get<std::string>()
            )) {
            return refusal(409, "SkuNotAvailable");
        }
        const std::string disk = properties["storageProfile"]["osDisk"]["name"].get<std::string>();
        const std::string group = ResourceId::parse(id).value().group();
        const std::string disk_id =
            ResourceId::make(kFakeSubscription, group, "Microsoft.Compute/disks", disk).text();
        resources_[lower_case(disk_id)] = {
            {"id", disk_id}, {"name", disk}, {"type", "Microsoft.Compute/disks"}
        };
    }
    return reply(200);
}

Response FakeAzure::remove(const std::string& id)
{
    const auto found = resources_.find(lower_case(id));
    if (found == resources_.end()) {
        return reply(204);
    }
    if (type_of(id) == "microsoft.compute/virtualmachines") {
        const Json body = found->second;
        const std::string interface =
            body["properties"]["networkProfile"]["networkInterfaces"][0]["id"].get<std::string>();
        resources_.erase(lower_case(interface));
        const std::string group = ResourceId::parse(id).value().group();
        resources_.erase(
            lower_case(ResourceId::make(
                           kFakeSubscription,
                           group,
                           "Microsoft.Compute/disks",
                           body["properties"]["storageProfile"]["osDisk"]["name"].get<std::string>()
            )
                           .text())
        );
        scripts_.clear();
        is_script_running_ = false;
    }
    resources_.erase(lower_case(id));
    return reply(204);
}

Json FakeAzure::listed(const std::string& prefix, const std::string& type, bool children) const
{
    Json value = Json::array();
    for (const auto& [id, body] : resources_) {
        if (id.starts_with(prefix) && (type.empty() || type_of(id) == type)) {
            Json copy = body;
            if (children && type == "microsoft.network/virtualnetworks") {
                copy["properties"]["subnets"] = listed(
                    id + "/subnets/", "microsoft.network/virtualnetworks/subnets", false
                )["value"];
            }
            value.push_back(std::move(copy));
        }
    }
    return {{"value", std::move(value)}};
}

Response FakeAzure::get(const http::Url& url, const std::string& id)
{
    const std::string key = lower_case(id);
    if (const auto found = resources_.find(key); found != resources_.end()) {
        Json body = found->second;
        // What is being made is ready at the second look.
        found->second["properties"]["provisioningState"] = "Succeeded";
        return reply(200, body);
    }
    if (key.ends_with("/instanceview")) {
        Json view{{"statuses", {{{"code", "PowerState/running"}}}}};
        if (agent_reports) {
            view["vmAgent"]["statuses"] =
                Json::array({{{"code", "ProvisioningState/succeeded"}, {"displayStatus", "Ready"}}}
                );
        }
        return reply(200, view);
    }
    if (key.ends_with("/skus")) {
        return reply(200, {{"value", {size("Standard_F4s_v2"), size("Standard_D4s_v5")}}});
    }
    if (key.ends_with("/usages")) {
        return reply(
            200,
            {{"value", {{{"name", {{"value", "cores"}}}, {"currentValue", 0}, {"limit", 100}}}}}
        );
    }
    const std::string scope = "/subscriptions/" + std::string(kFakeSubscription);
    if (key == scope + "/resources") {
        Json all = Json::array();
        const std::string filter = http::percent_decode(url.query).value();
        for (const auto& [other, body] : resources_) {
            const Json tags = body.value("tags", Json::object());
            const std::string owner = tags.value("starkeep-appliance", std::string("nobody"));
            if (filter.find("'" + owner + "'") != std::string::npos) {
                all.push_back(body);
            }
        }
        return reply(200, {{"value", all}});
    }
    const std::string providers = scope + "/providers/";
    if (key.starts_with(providers)) {
        return reply(200, listed(scope, key.substr(providers.size()), true));
    }
    for (const std::string list :
         {"/virtualnetworklinks", "/privatednszonegroups", "/privateendpointconnections"}) {
        if (key.ends_with(list)) {
            return reply(200, listed(key + "/", "", false));
        }
    }
    return refusal(404, "ResourceNotFound");
}

Response FakeAzure::act(const http::Request& request, const std::string& id)
{
    const std::string key = lower_case(id);
    const Json body =
        request.body.empty() ? Json::object() : json::parse(as_text(request.body)).value();
    if (key.ends_with("/checknameavailability")) {
        const std::string name = body["name"].get<std::string>();
        bool is_free = !taken_names.contains(name);
        for (const auto& [other, resource] : resources_) {
            is_free = is_free && !other.ends_with("/storageaccounts/" + name);
        }
        return reply(200, {{"nameAvailable", is_free}, {"reason", "AlreadyExists"}});
    }
    if (key.ends_with("/listkeys")) {
        return reply(200, {{"keys", {{{"keyName", "key1"}, {"value", "a2V5"}}}}});
    }
    if (key.ends_with("/runcommand")) {
        if (is_script_running_) {
            // It ends by itself, whether somebody asks for its result or not.
            is_script_running_ = run_command_hangs || ++conflicts_ % 3 != 0;
            return refusal(409, "Conflict");
        }
        std::string script;
        for (const Json& line : body["script"]) {
            script += line.get<std::string>() + "\n";
        }
        scripts_.push_back(script);
        is_script_running_ = true;
        return begin(202, {}, "Enable succeeded: \n[stdout]\n" + script_output + "\n[stderr]\n");
    }
    if (request.method == "PATCH" && resources_.contains(key)) {
        resources_[key].merge_patch(body);
        return reply(200, resources_[key]);
    }
    if (request.method == "PATCH" && key.ends_with("/providers/microsoft.resources/tags/default")) {
        const std::string of = key.substr(0, key.rfind("/providers/microsoft.resources"));
        resources_[of]["tags"].merge_patch(body["properties"]["tags"]);
        return reply(200, body);
    }
    return refusal(404, "ResourceNotFound");
}

Response FakeAzure::answer_blob(const http::Request& request, const http::Url& url)
{
    const std::string name = http::percent_decode(url.path).value();
    const std::string key = url.host + name;
    if (url.query.find("comp=list") != std::string::npos) {
        if (!containers_.contains(key)) {
            return {.status = 404, .headers = {{"x-ms-error-code", "ContainerNotFound"}}};
        }
        std::string prefix;
        const http::QueryParameters parameters = http::parse_query(url.query).value();
        for (const auto& [parameter, value] : parameters) {
            prefix = parameter == "prefix" ? value : prefix;
        }
        std::string xml = "<?xml version=\"1.0\"?><EnumerationResults><Blobs>";
        for (const auto& [blob, stored] : blobs_) {
            if (blob.starts_with(key + "/" + prefix)) {
                xml += "<Blob><Name>" + blob.substr(key.size() + 1) +
                       "</Name><Properties><Last-Modified>Thu, 26 Nov 2026 10:00:00 "
                       "GMT</Last-Modified>"
                       "<Content-Length>" +
                       std::to_string(stored.content.size()) +
                       "</Content-Length></Properties></Blob>";
            }
        }
        return {
            .status = 200, .body = to_bytes(xml + "</Blobs><NextMarker/></EnumerationResults>")
        };
    }
    if (url.query.find("restype=container") != std::string::npos) {
        const bool is_new = containers_.insert(key).second;
        return is_new
                   ? Response{.status = 201}
                   : Response{
                         .status = 409, .headers = {{"x-ms-error-code", "ContainerAlreadyExists"}}
                     };
    }
    if (request.method == "PUT") {
        Blob blob{.content = request.body, .headers = request.headers};
        if (damages_uploads) {
            blob.content.push_back(std::byte{0});
        }
        blobs_[key] = std::move(blob);
        return {.status = 201};
    }
    const auto found = blobs_.find(key);
    if (found == blobs_.end()) {
        return {.status = 404, .headers = {{"x-ms-error-code", "BlobNotFound"}}};
    }
    if (request.method == "DELETE") {
        blobs_.erase(found);
        return {.status = 202};
    }
    Response response{.status = 200};
    for (const auto& [header, value] : found->second.headers.fields()) {
        if (lower_case(header).starts_with("x-ms-meta-")) {
            response.headers.add(header, value);
        }
    }
    response.headers.add("Content-Length", std::to_string(found->second.content.size()));
    response.headers.add("Content-MD5", codec::encode_base64(codec::md5(found->second.content)));
    return response;
}

Response FakeAzure::answer_queue(const http::Request& request, const http::Url& url)
{
    if (request.method == "PUT") {
        return {.status = queues_.insert(url.host + url.path).second ? 201 : 204};
    }
    return {.status = queues_.erase(url.host + url.path) == 1 ? 204 : 404};
}

}  // namespace starkeep::fleet
