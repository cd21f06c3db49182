// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/region.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/deployment.hpp"
#include "fleet/drafter_internal.hpp"
#include "fleet/fault.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "fleet/survey_internal.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

using azure::arm::ResourceId;
using azure::arm::Tags;

Drafter::Drafter(const Services& services, const NetworkRequest& request)
    : services_(services), request_(request), region_(azure::arm::normalize_region(request.region))
{
}

Tags Drafter::tags(std::string_view role) const
{
    return {
        {std::string(tag::kAppliance), request_.deployment.appliance.hex()},
        {std::string(tag::kRole), std::string(role)},
    };
}

bool Drafter::is_tagged(const Tags& tags) const
{
    return azure::arm::has_tag(tags, tag::kAppliance, request_.deployment.appliance.hex());
}

Result<void> Drafter::check_owner(const Tags& tags, std::string_view what) const
{
    const auto owner = tags.find(tag::kAppliance);
    if (owner == tags.end() || owner->second == request_.deployment.appliance.hex()) {
        return {};
    }
    return to_error(
        {.code = ErrorCode::Conflict,
         .layer = Layer::Name,
         .what = std::string(what) + " belongs to appliance " + owner->second,
         .owner = "the administrator of both appliances",
         .remedy = "Give each appliance a subscription of its own, or remove the network of the "
                   "other one."}
    );
}

void Drafter::add(NetworkItem item, Make make)
{
    const bool has_work = item.state != ItemState::Present;
    draft_.plan.items.push_back(std::move(item));
    draft_.makes.push_back(has_work ? std::move(make) : Make{});
}

ResourceId Drafter::group(std::string_view name) const
{
    return ResourceId::group_scope(request_.deployment.subscription, name);
}

Result<Draft> Drafter::draft()
{
    TRY(check(request_.deployment));
    if (region_.empty()) {
        return Error{ErrorCode::InvalidInput, "a network needs a region"};
    }
    std::vector<std::string> zones;
    if (request_.deployment.private_network) {
        zones = {
            storage_zone("blob", services_.cloud.storage_suffix),
            storage_zone("queue", services_.cloud.storage_suffix),
        };
        for (const ForeignEndpoint& foreign : request_.foreign) {
            zones.push_back(foreign.zone);
        }
    }
    TRY_LET(survey_, survey(services_, request_.deployment.subscription, zones));
    Network& network = draft_.plan.network;
    TRY_LET(const Place workers, draft_network());
    network.region = region_;
    network.resource_group = workers.resource_group;
    network.network_id = workers.network.text();
    network.subnet_id = workers.subnet.text();
    TRY_LET(network.files, draft_account(region_));
    network.talk = network.files;
    if (request_.deployment.region != region_) {
        TRY_LET(network.talk, draft_account(request_.deployment.region));
    }
    if (request_.deployment.private_network) {
        TRY(draft_endpoints(workers));
    }
    return std::move(draft_);
}

}  // namespace starkeep::fleet
