// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/client.hpp"
#include "azure/arm/region.hpp"
#include "azure/arm/resource_id.hpp"
#include "azure/network/security_groups.hpp"
#include "azure/network/virtual_networks.hpp"
#include "azure/resources/resources.hpp"
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
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

using azure::arm::ResourceId;
using azure::network::SecurityRule;
using azure::network::VirtualNetwork;

namespace {

/// A worker opens no port. Outbound it needs the accounts, its sources and, for the machine's agent, Azure itself.
std::vector<SecurityRule> worker_rules(bool private_network)
{
    std::vector<SecurityRule> rules{
        {.name = "deny-inbound", .priority = 4000, .direction = "Inbound", .access = "Deny"},
        {.name = "allow-azure",
         .priority = 100,
         .direction = "Outbound",
         .access = "Allow",
         .protocol = "Tcp",
         .source = "VirtualNetwork",
         .destination = "AzureCloud",
         .destination_port = "443"},
    };
    if (private_network) {
        rules.push_back(
            {.name = "deny-internet",
             .priority = 4000,
             .direction = "Outbound",
             .access = "Deny",
             .destination = "Internet"}
        );
    }
    return rules;
}

bool has_rules(const azure::network::SecurityGroup& group, const std::vector<SecurityRule>& wanted)
{
    return std::all_of(wanted.begin(), wanted.end(), [&](const SecurityRule& rule) {
        return std::any_of(group.rules.begin(), group.rules.end(), [&](const SecurityRule& there) {
            return there.name == rule.name && there.access == rule.access &&
                   there.direction == rule.direction && there.priority == rule.priority;
        });
    });
}

}  // namespace

Result<void> Drafter::draft_group(const std::string& name)
{
    const ResourceId id = group(name);
    if (!drafted_.insert(azure::arm::lower_case(id.text())).second) {
        return {};
    }
    TRY_LET(
        const auto found,
        azure::arm::if_present(
            azure::resources::get_resource_group(services_.arm, id, services_.stop)
        )
    );
    const std::string region =
        name == resource_group_name(region_) ? region_ : request_.deployment.region;
    add({.kind = ItemKind::ResourceGroup,
         .name = name,
         .resource_id = id.text(),
         .state = found ? ItemState::Present : ItemState::Missing,
         .reason = "holds what is made in " + region},
        [this, id, region](StepSink&) -> Result<void> {
            TRY(azure::resources::put_resource_group(
                services_.arm, id, region, tags(tag::kNetworkRole), services_.stop
            ));
            return {};
        });
    return {};
}

Result<Place> Drafter::draft_network()
{
    const std::string own_group = resource_group_name(region_);
    const ResourceId own_id = ResourceId::make(
        request_.deployment.subscription,
        own_group,
        "Microsoft.Network/virtualNetworks",
        virtual_network_name(region_)
    );
    const VirtualNetwork* found = survey_.find_network(own_id);
    for (const VirtualNetwork& network : survey_.networks) {
        if (found == nullptr && is_tagged(network.tags) &&
            azure::arm::has_tag(network.tags, tag::kRole, tag::kNetworkRole) &&
            azure::arm::normalize_region(network.region) == region_) {
            found = &network;
        }
    }
    if (found == nullptr) {
        return draft_new_network(own_group);
    }
    TRY(check_owner(found->tags, "virtual network " + found->name));
    TRY(draft_group(found->id.group()));
    Place place{
        .network = found->id,
        .subnet = found->id.child("subnets", kWorkerSubnet),
        .resource_group = found->id.group(),
        .region = region_,
    };
    add({.kind = ItemKind::VirtualNetwork,
         .name = found->name,
         .resource_id = found->id.text(),
         .state = ItemState::Present,
         .reason = "the workers' network in " + region_},
        {});
    TRY(draft_subnet(*found, place));
    return place;
}

Result<Ipv4Prefix> Drafter::free_network_prefix() const
{
    const std::optional<Ipv4Prefix> pool = Ipv4Prefix::parse(request_.deployment.address_pool);
    std::vector<Ipv4Prefix> taken;
    for (const VirtualNetwork& network : survey_.networks) {
        append_prefixes(taken, network.address_prefixes);
        for (const azure::network::Peering& peering : network.peerings) {
            append_prefixes(taken, peering.remote_prefixes);
        }
    }
    const std::optional<Ipv4Prefix> free = pool->first_free(kWorkerPrefixLength, taken);
    if (free) {
        return *free;
    }
    return to_error(
        {.code = ErrorCode::NoSpace,
         .layer = Layer::AddressSpace,
         .what = "address pool " + pool->text() +
                 " has no free stretch of 256 addresses for workers in " + region_,
         .owner = "whoever plans the networks of subscription " + request_.deployment.subscription,
         .remedy = "Set another address_pool in the deployment, one that no virtual network "
                   "and no peering uses."}
    );
}

Result<Place> Drafter::draft_new_network(const std::string& group_name)
{
    TRY_LET(const Ipv4Prefix prefix, free_network_prefix());
    TRY(draft_group(group_name));
    const ResourceId security_group = security_group_id(group_name);
    TRY(draft_security_group(security_group));
    const ResourceId id = ResourceId::make(
        request_.deployment.subscription,
        group_name,
        "Microsoft.Network/virtualNetworks",
        virtual_network_name(region_)
    );
    add({.kind = ItemKind::VirtualNetwork,
         .name = id.name(),
         .resource_id = id.text(),
         .state = ItemState::Missing,
         .reason = "the workers' network in " + region_ + ", " + prefix.text()},
        [this, id, stretch = prefix.text()](StepSink& sink) {
            return run_once(services_, sink, id.text(), [&](const azure::arm::Wait& wait) {
                return azure::network::put_virtual_network(
                    services_.arm,
                    id,
                    {.region = region_,
                     .tags = tags(tag::kNetworkRole),
                     .address_prefixes = {stretch}},
                    wait
                );
            });
        });
    // What the service would show of it once it is made.
    const VirtualNetwork made{
        .id = id,
        .name = id.name(),
        .region = region_,
        .tags = tags(tag::kNetworkRole),
        .address_prefixes = {prefix.text()},
    };
    Place place{
        .network = id,
        .subnet = id.child("subnets", kWorkerSubnet),
        .resource_group = group_name,
        .region = region_,
    };
    TRY(draft_subnet(made, place));
    return place;
}

ResourceId Drafter::security_group_id(const std::string& group_name) const
{
    return ResourceId::make(
        request_.deployment.subscription,
        group_name,
        "Microsoft.Network/networkSecurityGroups",
        security_group_name(region_)
    );
}

Result<void> Drafter::draft_security_group(const ResourceId& id)
{
    if (!drafted_.insert(azure::arm::lower_case(id.text())).second) {
        return {};
    }
    TRY_LET(
        const auto found,
        azure::arm::if_present(azure::network::get_security_group(services_.arm, id, services_.stop)
        )
    );
    NetworkItem item{
        .kind = ItemKind::SecurityGroup,
        .name = id.name(),
        .resource_id = id.text(),
        .state = ItemState::Missing,
        .reason = "lets nobody in, and workers out to Azure only",
    };
    const std::vector<SecurityRule> rules = worker_rules(request_.deployment.private_network);
    if (found) {
        TRY(check_owner(found->tags, "network security group " + id.name()));
        const bool must_mend = is_tagged(found->tags) && !has_rules(*found, rules);
        item.state = must_mend ? ItemState::Different : ItemState::Present;
        item.reason += must_mend ? "; rules are missing" : "";
    }
    draft_.plan.network.security_group_id = id.text();
    add(std::move(item), [this, id, rules](StepSink& sink) {
        return run_once(services_, sink, id.text(), [&](const azure::arm::Wait& wait) {
            return azure::network::put_security_group(
                services_.arm,
                id,
                {.region = region_, .tags = tags(tag::kNetworkRole), .rules = rules},
                wait
            );
        });
    });
    return {};
}

}  // namespace starkeep::fleet
