// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/cloud.hpp"
#include "azure/dns/private_zones.hpp"
#include "azure/network/private_endpoints.hpp"
#include "azure/network/virtual_networks.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/drafter_internal.hpp"
#include "fleet/endpoint_acts_internal.hpp"
#include "fleet/fault.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/survey_internal.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::fleet {

using azure::arm::ResourceId;
using azure::network::PrivateEndpoint;

Result<Place> Drafter::appliance_place() const
{
    TRY_LET(const ResourceId subnet, ResourceId::parse(request_.deployment.appliance_subnet));
    const azure::network::VirtualNetwork* network = survey_.find_network(subnet.parent());
    if (network == nullptr) {
        return to_error(
            {.code = ErrorCode::NotFound,
             .layer = Layer::Network,
             .what = "the appliance's subnet " + subnet.text() + " does not exist",
             .owner = "the administrator of this appliance",
             .remedy = "Set appliance_subnet to the subnet in which the appliance's machine stands."
            }
        );
    }
    return Place{
        .network = network->id,
        .subnet = subnet,
        .resource_group = appliance_group_name(request_.deployment.region),
        .region = azure::arm::normalize_region(network->region),
    };
}

Result<void> Drafter::draft_endpoints(const Place& workers)
{
    const Network& network = draft_.plan.network;
    const std::string& suffix = services_.cloud.storage_suffix;
    const auto storage = [&](const StorageAccount& account, const std::string& service) {
        return Result<Endpoint>(Endpoint{
            .target = ResourceId::parse(account.resource_id).value(),
            .group_id = service,
            .zone = storage_zone(service, suffix),
            .records = {account.name},
            .is_ours = true,
        });
    };
    TRY_LET(const Endpoint files_blob, storage(network.files, "blob"));
    TRY_LET(const Endpoint files_queue, storage(network.files, "queue"));
    TRY_LET(const Endpoint talk_queue, storage(network.talk, "queue"));
    std::vector<std::pair<Endpoint, bool>> wanted{{files_blob, true}, {files_queue, false}};
    if (network.talk.resource_id == network.files.resource_id) {
        wanted.back().second = true;
    } else {
        wanted.emplace_back(talk_queue, true);
    }
    for (const ForeignEndpoint& foreign : request_.foreign) {
        TRY_LET(const ResourceId target, ResourceId::parse(foreign.target_id));
        const bool is_drafted = std::any_of(wanted.begin(), wanted.end(), [&](const auto& other) {
            return other.first.target == target &&
                   azure::arm::same_text(other.first.group_id, foreign.group_id);
        });
        if (!is_drafted) {
            wanted.emplace_back(
                Endpoint{
                    .target = target,
                    .group_id = foreign.group_id,
                    .zone = foreign.zone,
                    .records = foreign.records,
                    .has_consent = foreign.has_consent,
                },
                foreign.for_appliance
            );
        }
    }
    for (const auto& [endpoint, for_appliance] : wanted) {
        TRY(draft_endpoint(workers, endpoint));
    }
    if (request_.deployment.appliance_subnet.empty()) {
        return {};
    }
    TRY_LET(const Place appliance, appliance_place());
    if (appliance.network == workers.network) {
        return {};
    }
    for (const auto& [endpoint, for_appliance] : wanted) {
        if (for_appliance) {
            TRY(draft_endpoint(appliance, endpoint));
        }
    }
    return {};
}

Result<void> Drafter::draft_endpoint(const Place& place, const Endpoint& wanted)
{
    const PrivateEndpoint* found =
        survey_.find_endpoint(survey_.reach_of(place.network), wanted.target, wanted.group_id);
    if (found == nullptr && !wanted.has_consent) {
        add({.kind = ItemKind::SourcePath,
             .name = wanted.target.name(),
             .resource_id = wanted.target.text(),
             .state = ItemState::Missing,
             .reason = "neither an endpoint nor a peering leads from the workers' subnet to it"},
            [wanted, subnet = place.subnet](StepSink&) -> Result<void> {
                return to_error(
                    {.code = ErrorCode::Denied,
                     .layer = Layer::Endpoint,
                     .what = "no private way leads from " + subnet.text() + " to source " +
                             wanted.target.name(),
                     .owner = "the owner of " + wanted.target.name(),
                     .remedy =
                         "Allow an endpoint with starkeep source update --allow-endpoint, which "
                         "may interrupt the source for some minutes, or peer its network with the "
                         "workers'."}
                );
            });
        return {};
    }
    TRY(draft_group(place.resource_group));
    const ResourceId id = found != nullptr
                              ? found->id
                              : ResourceId::make(
                                    request_.deployment.subscription,
                                    place.resource_group,
                                    "Microsoft.Network/privateEndpoints",
                                    endpoint_name(wanted.target.name(), wanted.group_id)
                                );
    draft_endpoint_item(place, wanted, found, id);
    std::vector<azure::network::ZoneGroup> groups;
    if (found != nullptr) {
        TRY_LET(groups, azure::network::list_zone_groups(services_.arm, id, services_.stop));
    }
    const ResourceId zone = draft_zone(place, wanted, groups);
    // The records of somebody else's endpoint, and of one in a peered network, come about by their own means.
    const bool may_change =
        found == nullptr || (is_tagged(found->tags) && found->subnet.parent() == place.network);
    if (may_change) {
        draft_zone_group(wanted, groups, id, zone);
    }
    return draft_records(wanted, id, zone);
}

void Drafter::draft_endpoint_item(
    const Place& place, const Endpoint& wanted, const PrivateEndpoint* found, const ResourceId& id
)
{
    NetworkItem item{
        .kind = ItemKind::PrivateEndpoint,
        .name = id.name(),
        .resource_id = id.text(),
        .state = ItemState::Missing,
        .reason = wanted.group_id + " of " + wanted.target.name() + " for " +
                  place.subnet.parent().name(),
    };
    if (found != nullptr) {
        const std::string fault = endpoint_fault(*found, wanted.target, wanted.group_id);
        item.state = fault.empty() ? ItemState::Present : ItemState::Different;
        item.reason += fault.empty() ? "" : "; " + fault;
    }
    const bool is_there = found != nullptr;
    add(std::move(item), [this, id, wanted, place, is_there](StepSink& sink) -> Result<void> {
        if (!is_there) {
            TRY(run_once(services_, sink, id.text(), [&](const azure::arm::Wait& wait) {
                return azure::network::put_private_endpoint(
                    services_.arm,
                    id,
                    {.region = place.region,
                     .tags = tags(tag::kEndpointRole),
                     .subnet = place.subnet,
                     .target = wanted.target,
                     .group_id = wanted.group_id,
                     .request_message = "Starkeep appliance " + request_.deployment.appliance.hex()
                    },
                    wait
                );
            }));
        }
        return await_approval(services_, sink, id, wanted.target, wanted.group_id);
    });
}

ResourceId Drafter::draft_zone(
    const Place& place, const Endpoint& wanted, const std::vector<azure::network::ZoneGroup>& groups
)
{
    ResourceId zone = ResourceId::make(
        request_.deployment.subscription,
        place.resource_group,
        "Microsoft.Network/privateDnsZones",
        wanted.zone
    );
    for (const azure::network::ZoneGroup& group : groups) {
        for (const azure::network::ZoneConfig& config : group.zones) {
            if (azure::arm::same_text(config.zone.name(), wanted.zone)) {
                zone = config.zone;
            }
        }
    }
    const SurveyedZone* linked = survey_.find_linked_zone(wanted.zone, place.network);
    if (linked != nullptr) {
        zone = linked->zone.id;
    }
    const ResourceId link = zone.child("virtualNetworkLinks", "starkeep-" + place.network.name());
    if (drafted_.insert(azure::arm::lower_case(zone.text())).second) {
        const bool is_there = survey_.find_zone(zone) != nullptr;
        add({.kind = ItemKind::DnsZone,
             .name = wanted.zone,
             .resource_id = zone.text(),
             .state = is_there ? ItemState::Present : ItemState::Missing,
             .reason = "private names of " + wanted.group_id},
            [this, zone](StepSink& sink) {
                return make_zone(services_, sink, zone, tags(tag::kEndpointRole));
            });
    }
    if (drafted_.insert(azure::arm::lower_case(link.text())).second) {
        add({.kind = ItemKind::DnsLink,
             .name = link.name(),
             .resource_id = link.text(),
             .state = linked != nullptr ? ItemState::Present : ItemState::Missing,
             .reason = "lets " + place.network.name() + " see " + wanted.zone},
            [this, link, network = place.network](StepSink& sink) {
                return run_once(services_, sink, link.text(), [&](const azure::arm::Wait& wait) {
                    return azure::dns::put_link(services_.arm, link, network, wait);
                });
            });
    }
    return zone;
}

void Drafter::draft_zone_group(
    const Endpoint& wanted,
    const std::vector<azure::network::ZoneGroup>& groups,
    const ResourceId& endpoint,
    const ResourceId& zone
)
{
    ResourceId id = endpoint.child("privateDnsZoneGroups", kZoneGroup);
    ItemState state = ItemState::Missing;
    for (const azure::network::ZoneGroup& group : groups) {
        id = group.id;
        const bool has_zone =
            std::any_of(group.zones.begin(), group.zones.end(), [&](const auto& config) {
                return config.zone == zone;
            });
        state = has_zone ? ItemState::Present : ItemState::Different;
    }
    add({.kind = ItemKind::ZoneGroup,
         .name = endpoint.name() + "/" + id.name(),
         .resource_id = id.text(),
         .state = state,
         .reason = "writes the endpoint's address into " + wanted.zone},
        [this, id, zone](StepSink& sink) {
            return run_once(services_, sink, id.text(), [&](const azure::arm::Wait& wait) {
                return azure::network::put_zone_group(services_.arm, id, {zone}, wait);
            });
        });
}

Result<void>
Drafter::draft_records(const Endpoint& wanted, const ResourceId& endpoint, const ResourceId& zone)
{
    const bool may_be_there = survey_.find_zone(zone) != nullptr;
    for (const std::string& record : wanted.records) {
        std::string fault = "not there yet";
        if (may_be_there) {
            TRY_LET(fault, record_fault(services_, endpoint, zone, record));
        }
        add({.kind = ItemKind::DnsRecord,
             .name = record + "." + wanted.zone,
             .resource_id = zone.child("A", record).text(),
             .state = fault.empty()                         ? ItemState::Present
                      : fault == kNoRecord || !may_be_there ? ItemState::Missing
                                                            : ItemState::Different,
             .reason = fault.empty() ? "leads to " + endpoint.name() : fault},
            [this, endpoint, zone, record](StepSink&) {
                return await_record(services_, endpoint, zone, record);
            });
    }
    return {};
}

}  // namespace starkeep::fleet
