// SPDX-License-Identifier: Apache-2.0
#include "localcloud/resource_calls.hpp"

#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/providers/providers.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/resource_store.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::size_t kMostTags = 50;
constexpr std::size_t kLongestTagName = 512;
constexpr std::size_t kLongestTagValue = 256;

/// The path cut behind the last name.
std::string target_path(const Call& call)
{
    std::vector<std::string> parts = split_path(call.path);
    if (parts.size() % 2 != 0) {
        parts.pop_back();
    }
    std::string path;
    for (const std::string& part : parts) {
        path += "/" + part;
    }
    return path;
}

std::string parent_key(const std::string& key)
{
    const std::size_t name = key.rfind('/');
    const std::size_t type =
        name == 0 || name == std::string::npos ? name : key.rfind('/', name - 1);
    return type == std::string::npos ? std::string() : key.substr(0, type);
}

}  // namespace

Resource* find_target(Plane& plane, const Call& call)
{
    return plane.store().find(key_of(target_path(call)));
}

Answer target_not_found(const Call& call)
{
    const auto id = ResourceId::parse(target_path(call));
    if (!id) {
        return refusal(404, "NotFound", fmt::format("'{}' was not found.", call.path));
    }
    std::string type = id->provider;
    std::string name;
    for (const auto& [part_type, part_name] : id->parts) {
        type += "/" + part_type;
        name += (name.empty() ? "" : "/") + part_name;
    }
    return resource_not_found(type + "/" + name, id->group);
}

Answer get_resource(Plane& plane, const Call& call)
{
    const Resource* const resource = find_target(plane, call);
    if (resource == nullptr) {
        return target_not_found(call);
    }
    return {.body = show(plane.store(), *resource)};
}

Answer list_resources(Plane& plane, const Call& call)
{
    const std::string path = target_path(call);
    // A list below a subscription or a group names a provider last; below a resource, its parent.
    const bool is_child = !split_path(path).empty() && ResourceId::parse(path).has_value();
    if (is_child && plane.store().find(key_of(path)) == nullptr) {
        return target_not_found(call);
    }
    const std::string scope = is_child ? path
                                       : (call.parameter("group").empty()
                                              ? "/subscriptions/" + call.parameter("subscription")
                                              : call.group_id());
    std::vector<Json> items;
    for (const Resource* const resource : plane.store().list(call.type, key_of(scope) + "/")) {
        items.push_back(show(plane.store(), *resource));
    }
    return plane.page(call, items);
}

Answer patch_tags(Plane& plane, const Call& call)
{
    Resource* const resource = find_target(plane, call);
    if (resource == nullptr) {
        return target_not_found(call);
    }
    if (auto refused = check_tags(call.body)) {
        return *refused;
    }
    if (has(call.body, "tags")) {
        make_at(resource->document, "tags") = at(call.body, "tags");
        touch(*resource);
    }
    return {.body = show(plane.store(), *resource)};
}

std::optional<Answer> check_location(Plane& plane, const Call& call)
{
    const std::string location = region_name(text_at(call.body, "location"));
    if (location.empty()) {
        return refusal(
            400, "LocationRequired", "The location property is required for this definition."
        );
    }
    const auto& regions = plane.settings().regions;
    if (std::ranges::find(regions, location) == regions.end()) {
        return refusal(
            400,
            "LocationNotAvailableForResourceType",
            fmt::format(
                "The provided location '{}' is not available for resource type '{}'. List of "
                "available regions for the "
                "resource type is '{}'.",
                location,
                call.type,
                fmt::join(regions, ",")
            )
        );
    }
    const Resource* const there = find_target(plane, call);
    if (there != nullptr && there->region() != location) {
        return refusal(
            409,
            "InvalidResourceLocation",
            fmt::format(
                "The resource '{}' already exists in location '{}' in resource group '{}'. A "
                "resource with the same name "
                "cannot be created in location '{}'. Please select a new resource name.",
                there->name(),
                there->region(),
                call.parameter("group"),
                location
            )
        );
    }
    return std::nullopt;
}

std::optional<Answer> check_tags(const Json& body)
{
    const Json& tags = at(body, "tags");
    if (tags.is_null()) {
        return std::nullopt;
    }
    if (!tags.is_object()) {
        return refusal(
            400,
            "InvalidRequestContent",
            "The request content was invalid: 'tags' must be an object."
        );
    }
    if (tags.size() > kMostTags) {
        return refusal(400, "TooManyTags", "The number of tags exceeds the limit of 50.");
    }
    for (const auto& tag : tags.items()) {
        if (!tag.value().is_string()) {
            return refusal(
                400,
                "InvalidRequestContent",
                fmt::format(
                    "The request content was invalid: the value of tag '{}' must be a string.",
                    tag.key()
                )
            );
        }
        if (tag.key().empty() || tag.key().size() > kLongestTagName ||
            tag.value().get<std::string>().size() > kLongestTagValue ||
            tag.key().find_first_of("<>%&\\?/") != std::string::npos) {
            return refusal(
                400,
                "InvalidTagNameCharacters",
                fmt::format("The tag '{}' has a name or value that is not allowed.", tag.key())
            );
        }
    }
    return std::nullopt;
}

std::optional<Answer> check_conditions(const Call& call, const Resource* resource)
{
    const auto wanted = call.headers.find("If-Match");
    const auto unwanted = call.headers.find("If-None-Match");
    const std::string etag =
        resource == nullptr ? std::string() : text_at(resource->document, "etag");
    if (unwanted == "*" && resource != nullptr) {
        return refusal(
            412,
            "PreconditionFailed",
            fmt::format(
                "The condition '*' in the If-None-Match header was not satisfied. The current was "
                "'{}'.",
                etag
            )
        );
    }
    if (wanted && !wanted->empty() &&
        (resource == nullptr || (*wanted != "*" && *wanted != etag))) {
        return refusal(
            412,
            "PreconditionFailed",
            fmt::format(
                "The condition '{}' in the If-Match header was not satisfied. The current was "
                "'{}'.",
                *wanted,
                etag
            )
        );
    }
    return std::nullopt;
}

Resource new_resource(const Call& call, std::string_view type)
{
    const std::string id = target_path(call);
    Resource resource{.type = std::string(type), .document = Json::object()};
    resource.document["id"] = id;
    resource.document["name"] = split_path(id).back();
    resource.document["type"] = std::string(type);
    if (has(call.body, "location")) {
        resource.document["location"] = region_name(text_at(call.body, "location"));
    }
    if (has(call.body, "tags")) {
        resource.document["tags"] = at(call.body, "tags");
    }
    resource.document["properties"] = Json::object();
    return resource;
}

void touch(Resource& resource)
{
    resource.document["etag"] = fmt::format("W/\"{}\"", new_guid());
}

void set_state(Resource& resource, std::string_view state)
{
    make_at(resource.document, "properties/provisioningState") = std::string(state);
}

std::string state_of(const Resource& resource)
{
    return text_at(resource.document, "properties/provisioningState");
}

bool is_busy(const Resource& resource)
{
    const std::string state = state_of(resource);
    return !state.empty() && state != "Succeeded" && state != "Failed" && state != "Canceled";
}

std::string region_of(const ResourceStore& store, const std::string& key)
{
    for (std::string at_key = key; !at_key.empty(); at_key = parent_key(at_key)) {
        const Resource* const resource = store.find(at_key);
        if (resource != nullptr && !resource->region().empty() && resource->region() != "global") {
            return resource->region();
        }
    }
    return "westeurope";
}

Answer begin_put(Plane& plane, const Call& call, Put put)
{
    const std::string key = key_of(put.resource.id());
    const bool is_new = plane.store().find(key) == nullptr;
    set_state(put.resource, put.begun_state);
    Resource& stored = plane.store().put(key, std::move(put.resource));
    Answer answer{.status = put.status != 0 ? put.status : (is_new ? 201 : 200)};
    if (!put.hides_body) {
        answer.body = show(plane.store(), stored);
    }
    return plane.begin(
        call,
        std::move(answer),
        {.form = put.form,
         .resource_id = stored.id(),
         .region = region_of(plane.store(), key),
         .work = [work = std::move(put.work),
                  copy = stored](std::stop_token stop) { return work(copy, stop); },
         .finish =
             [&plane, key, finish = std::move(put.finish)](const Outcome& outcome) {
                 Resource* const resource = plane.store().find(key);
                 if (resource == nullptr) {
                     return;
                 }
                 set_state(*resource, outcome.failure ? "Failed" : "Succeeded");
                 if (finish) {
                     finish(*resource, outcome);
                 }
             }}
    );
}

Answer put_at_once(Plane& plane, const Call& call, Put put)
{
    const std::string key = key_of(put.resource.id());
    const bool is_new = plane.store().find(key) == nullptr;
    Outcome outcome;
    if (call.fault.late_failure) {
        outcome.failure = Failure{
            text_at(*call.fault.late_failure, "code"), text_at(*call.fault.late_failure, "message")
        };
    } else {
        outcome = put.work(put.resource, std::stop_token{});
    }
    if (outcome.failure) {
        return refusal(500, outcome.failure->code, outcome.failure->message);
    }
    Resource& stored = plane.store().put(key, std::move(put.resource));
    if (put.finish) {
        put.finish(stored, outcome);
    }
    return {
        .status = put.status != 0 ? put.status : (is_new ? 201 : 200),
        .body = show(plane.store(), stored)
    };
}

Answer begin_delete(
    Plane& plane,
    const Call& call,
    OperationForm form,
    std::function<Outcome(Resource copy)> work,
    std::function<void()> finish
)
{
    Resource* const resource = find_target(plane, call);
    if (resource == nullptr) {
        return {.status = 204};
    }
    const std::string key = key_of(resource->id());
    set_state(*resource, "Deleting");
    return plane.begin(
        call,
        {.status = 202},
        {.form = form,
         .resource_id = resource->id(),
         .region = region_of(plane.store(), key),
         .work = [work = std::move(work), copy = *resource](std::stop_token) { return work(copy); },
         .finish =
             [&plane, key, finish = std::move(finish)](const Outcome& outcome) {
                 Resource* const gone = plane.store().find(key);
                 if (gone != nullptr && outcome.failure) {
                     set_state(*gone, "Failed");
                     return;
                 }
                 for (const std::string& below : plane.store().keys_below(key)) {
                     plane.store().remove(below);
                 }
                 plane.store().remove(key);
                 if (finish) {
                     finish();
                 }
             }}
    );
}

}  // namespace starkeep::localcloud
