// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/network/virtual_networks.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/drafter_internal.hpp"
#include "fleet/fault.hpp"
#include "fleet/ipv4_prefix.hpp"
#include "fleet/names.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/operation_memory_internal.hpp"
#include "fleet/step_sink.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::fleet {

using azure::arm::ResourceId;
using azure::network::Subnet;
using azure::network::VirtualNetwork;

namespace {

/// A stretch for the subnet: a full one, else what a crowded network has left.
std::optional<Ipv4Prefix> free_stretch(const VirtualNetwork& network)
{
    std::vector<Ipv4Prefix> taken;
    for (const Subnet& subnet : network.subnets) {
        append_prefixes(taken, subnet.address_prefixes);
    }
    std::vector<Ipv4Prefix> space;
    append_prefixes(space, network.address_prefixes);
    for (const unsigned length : {kWorkerPrefixLength, 26U, 27U}) {
        for (const Ipv4Prefix& prefix : space) {
            if (prefix.length() <= length) {
                if (const auto free = prefix.first_free(length, taken)) {
                    return free;
                }
            }
        }
    }
    return std::nullopt;
}

}  // namespace

Result<std::string> Drafter::free_subnet_prefix(const VirtualNetwork& network) const
{
    const bool may_change = is_tagged(network.tags);
    const std::optional<Ipv4Prefix> free = free_stretch(network);
    if (may_change && free) {
        return free->text();
    }
    return to_error(
        {.code = may_change ? ErrorCode::NoSpace : ErrorCode::Conflict,
         .layer = Layer::AddressSpace,
         .what = "virtual network " + network.name + " has no subnet \"" +
                 std::string(kWorkerSubnet) + "\"" + (may_change ? " and no room for one" : ""),
         .owner = "the owner of virtual network " + network.name,
         .remedy = "Make that subnet, or let it be made: tag the network " +
                   std::string(tag::kAppliance) + "=" + request_.deployment.appliance.hex() +
                   " and leave 32 addresses free."}
    );
}

std::string Drafter::subnet_fault(const VirtualNetwork& network, const Subnet& subnet) const
{
    if (!is_tagged(network.tags)) {
        return {};
    }
    if (subnet.security_group.empty()) {
        return "no security group guards it";
    }
    return subnet.has_default_outbound == request_.deployment.private_network
               ? "its way out differs from the deployment's setting"
               : "";
}

Result<void> Drafter::draft_subnet(const VirtualNetwork& network, Place& place)
{
    NetworkItem item{
        .kind = ItemKind::Subnet,
        .name = std::string(kWorkerSubnet),
        .resource_id = place.subnet.text(),
        .state = ItemState::Missing,
        .reason = "workers and their endpoints",
    };
    ResourceId security_group = security_group_id(place.resource_group);
    std::string prefix;
    const auto found =
        std::find_if(network.subnets.begin(), network.subnets.end(), [](const Subnet& subnet) {
            return azure::arm::same_text(subnet.name, kWorkerSubnet);
        });
    if (found != network.subnets.end()) {
        place.subnet = found->id;
        prefix = found->address_prefixes.empty() ? "" : found->address_prefixes.front();
        const std::string fault = subnet_fault(network, *found);
        item.state = fault.empty() ? ItemState::Present : ItemState::Different;
        item.reason += fault.empty() ? "" : "; " + fault;
        if (!found->security_group.empty()) {
            security_group = found->security_group;
        }
    } else {
        TRY_LET(prefix, free_subnet_prefix(network));
    }
    const bool has_own_group = found != network.subnets.end() &&
                               found->security_group == security_group_id(place.resource_group);
    if (has_own_group || item.state != ItemState::Present) {
        TRY(draft_security_group(security_group));
    }
    draft_.plan.network.address_prefix = prefix;
    draft_.plan.network.security_group_id = security_group.text();
    const bool has_outbound = !request_.deployment.private_network;
    add(std::move(item),
        [this, id = place.subnet, prefix, security_group, has_outbound](StepSink& sink) {
            return run_once(services_, sink, id.text(), [&](const azure::arm::Wait& wait) {
                return azure::network::put_subnet(
                    services_.arm,
                    id,
                    {.address_prefix = prefix,
                     .security_group = security_group,
                     .has_default_outbound = has_outbound,
                     .service_endpoints = has_outbound
                                              ? std::vector<std::string>{"Microsoft.Storage.Global"}
                                              : std::vector<std::string>{}},
                    wait
                );
            });
        });
    return {};
}

}  // namespace starkeep::fleet
