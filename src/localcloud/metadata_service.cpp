// SPDX-License-Identifier: Apache-2.0
// Instance metadata: tokens of identities, and what a machine may know about itself.
#include "base/mutex.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/control_plane.hpp"
#include "localcloud/directory.hpp"
#include "localcloud/facts.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::localcloud {

namespace {

Answer metadata_error(int status, std::string_view error, std::string_view description)
{
    Answer answer{.status = status};
    answer.body =
        Json{{"error", std::string(error)}, {"error_description", std::string(description)}};
    return answer;
}

struct Identity {
    std::string object_id;
    std::string client_id;
};

Identity identity_of(const Resource* vm)
{
    const std::string principal =
        vm == nullptr ? std::string() : text_at(vm->document, "identity/principalId");
    return {
        .object_id = principal,
        .client_id = principal.empty() ? principal : guid_of("client " + principal)
    };
}

Answer instance_document(const ResourceStore& store, const Resource& vm)
{
    const auto id = ResourceId::parse(vm.id());
    Answer answer;
    Json& compute = answer.body["compute"];
    compute = Json{
        {"azEnvironment", "AzurePublicCloud"},
        {"location", vm.region()},
        {"name", vm.name()},
        {"osType", "Linux"},
        {"resourceGroupName", id->group},
        {"resourceId", vm.id()},
        {"subscriptionId", id->subscription},
        {"vmId", text_at(vm.document, "properties/vmId")},
        {"vmSize", text_at(vm.document, "properties/hardwareProfile/vmSize")},
        {"zone", ""},
    };
    Json& tags = compute["tagsList"] = Json::array();
    const Json& given = at(vm.document, "tags");
    for (const auto& tag : given.items()) {
        tags.push_back(Json{{"name", tag.key()}, {"value", tag.value()}});
    }
    Json& interfaces = answer.body["network"]["interface"] = Json::array();
    for (const FactId& key : vm_fact(vm).interfaces) {
        const Resource* const nic = store.find(key);
        if (nic == nullptr) {
            continue;
        }
        Json address{{"privateIpAddress", interface_fact(*nic).address}, {"publicIpAddress", ""}};
        Json item;
        item["ipv4"]["ipAddress"] = Json::array();
        item["ipv4"]["ipAddress"].push_back(std::move(address));
        interfaces.push_back(std::move(item));
    }
    return answer;
}

std::map<std::string, std::string> query_of(std::string_view url)
{
    std::map<std::string, std::string> out;
    const std::size_t mark = url.find('?');
    const auto query =
        http::parse_query(mark == std::string_view::npos ? "" : url.substr(mark + 1));
    if (query.ok()) {
        for (const auto& [name, value] : *query) {
            out.insert_or_assign(lower(name), value);
        }
    }
    return out;
}

}  // namespace

http::Response ControlPlane::metadata(const FactId& vm, const http::Request& request)
{
    const std::string_view url = request.url;
    const std::string path = lower(url.substr(0, url.find('?')));
    auto query = query_of(url);
    Answer answer;
    const bool is_token = path == "/metadata/identity/oauth2/token";
    if (request.headers.find("Metadata") != "true" || request.headers.find("X-Forwarded-For")) {
        answer = metadata_error(400, "invalid_request", "Required metadata header not specified");
    } else if (query["api-version"].empty()) {
        answer = metadata_error(
            400, "Bad request. api-version is invalid or was not specified in the request.", ""
        );
    } else if (request.method != "GET" || (!is_token && path != "/metadata/instance")) {
        answer = metadata_error(404, "Not found", "");
    } else {
        const MutexLock lock(plane_->mutex());
        const Resource* const resource = plane_->store().find(vm);
        if (!is_token) {
            answer = resource == nullptr ? metadata_error(404, "Not found", "")
                                         : instance_document(plane_->store(), *resource);
        } else {
            Identity identity = identity_of(resource);
            if (const auto owner = directory_.owner(); vm.empty() && owner.ok()) {
                identity = {.object_id = owner->object_id, .client_id = owner->client_id};
            }
            const bool is_other =
                (!query["client_id"].empty() && query["client_id"] != identity.client_id) ||
                (!query["object_id"].empty() && query["object_id"] != identity.object_id);
            answer = identity.object_id.empty() || is_other
                         ? metadata_error(400, "invalid_request", "Identity not found")
                         : directory_.identity_token(
                               identity.object_id, identity.client_id, query["resource"]
                           );
        }
    }
    plane_->log().add(Json{
        {"kind", "call"},
        {"service", "metadata"},
        {"method", request.method},
        {"path", path},
        {"status", answer.status},
        {"vm", vm},
    });
    return to_response(answer);
}

}  // namespace starkeep::localcloud
