// SPDX-License-Identifier: Apache-2.0
// What reads, writes and deletes of every kind of resource have in common.
#pragma once

#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/call.hpp"
#include "localcloud/operations.hpp"
#include "localcloud/plane.hpp"
#include "localcloud/resource_store.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

/// The resource at the path of the call, without an action behind it; null when it is not there.
Resource* find_target(Plane& plane, const Call& call);
/// "Microsoft.Network/virtualNetworks/v" of the call's path, as "not found" names it.
Answer target_not_found(const Call& call);

Answer get_resource(Plane& plane, const Call& call);
/// Below the group or the subscription of the path, or below the parent that the path names.
Answer list_resources(Plane& plane, const Call& call);
/// PATCH that changes tags alone; answers 200 at once.
Answer patch_tags(Plane& plane, const Call& call);

/// Refused when `location` is missing, no region, or another one than that of the resource that is there.
std::optional<Answer> check_location(Plane& plane, const Call& call);
/// Refused when tags are not texts or too many. Source: Azure's limits for tags (50; 512 and 256 characters).
std::optional<Answer> check_tags(const Json& body);
/// Honours If-Match and If-None-Match against the resource's etag, where there is one.
std::optional<Answer> check_conditions(const Call& call, const Resource* resource);

/// id, name, type, location and tags as the call gives them, properties empty.
Resource new_resource(const Call& call, std::string_view type);
/// A new etag, in the document.
void touch(Resource& resource);
void set_state(Resource& resource, std::string_view state);
std::string state_of(const Resource& resource);
bool is_busy(const Resource& resource);

struct Put {
    Resource resource;
    OperationForm form = OperationForm::Network;
    std::string begun_state = "Updating";
    int status = 0;  ///< 0: 201 when new, else 200
    bool hides_body = false;
    std::function<Outcome(Resource copy, std::stop_token stop)> work;
    std::function<void(Resource& resource, const Outcome& outcome)> finish{};
};
/// Stores the resource at its id and goes on behind the answer.
Answer begin_put(Plane& plane, const Call& call, Put put);
/// The same without an operation: the answer waits for the work.
Answer put_at_once(Plane& plane, const Call& call, Put put);

/// 202, or 204 when it is not there; the resource and all below it go when the work has succeeded.
Answer begin_delete(
    Plane& plane,
    const Call& call,
    OperationForm form,
    std::function<Outcome(Resource copy)> work,
    std::function<void()> finish = {}
);

/// The region that the URLs of an operation name: the resource's, or its parent's.
std::string region_of(const ResourceStore& store, const std::string& key);

}  // namespace starkeep::localcloud
