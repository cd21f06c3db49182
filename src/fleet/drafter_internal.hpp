// SPDX-License-Identifier: Apache-2.0
// Compares what a region needs with what is there: each item with the act that makes or mends it.
#pragma once

#include "azure/arm/resource_id.hpp"
#include "azure/arm/tags.hpp"
#include "azure/network/private_endpoints.hpp"
#include "azure/network/virtual_networks.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/result.hpp"
#include "fleet/ipv4_prefix.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/survey_internal.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

/// Makes or mends one item. Finding it done meanwhile is success.
using Make = std::function<Result<void>(StepSink&)>;

struct Draft {
    NetworkPlan plan;
    /// One per item; empty where nothing is to be done.
    std::vector<Make> makes;
};

/// Where endpoints lie.
struct Place {
    azure::arm::ResourceId network;
    azure::arm::ResourceId subnet;
    std::string resource_group;
    std::string region;
};

/// The account as the outside of this room sees it.
StorageAccount described(const azure::storage_accounts::StorageAccount& account);

/// One use each: make it, then draft().
class Drafter {
public:
    Drafter(const Services& services, const NetworkRequest& request);

    /// Errors: those of plan_network().
    Result<Draft> draft();

private:
    struct Endpoint {
        azure::arm::ResourceId target;
        std::string group_id;
        std::string zone;
        std::vector<std::string> records;
        bool is_ours = false;
        bool has_consent = true;
    };

    azure::arm::Tags tags(std::string_view role) const;
    /// Errors: Conflict when another appliance's tag is on it.
    Result<void> check_owner(const azure::arm::Tags& tags, std::string_view what) const;
    bool is_tagged(const azure::arm::Tags& tags) const;
    void add(NetworkItem item, Make make);
    azure::arm::ResourceId group(std::string_view name) const;

    Result<void> draft_group(const std::string& name);
    Result<Place> draft_network();
    Result<Place> draft_new_network(const std::string& group_name);
    Result<Ipv4Prefix> free_network_prefix() const;
    Result<std::string> free_subnet_prefix(const azure::network::VirtualNetwork& network) const;
    /// Why the subnet has to be mended; empty when it is right or not ours to change.
    std::string subnet_fault(
        const azure::network::VirtualNetwork& network, const azure::network::Subnet& subnet
    ) const;
    Result<void> draft_subnet(const azure::network::VirtualNetwork& network, Place& place);
    Result<void> draft_security_group(const azure::arm::ResourceId& id);
    azure::arm::ResourceId security_group_id(const std::string& group_name) const;
    Result<StorageAccount> draft_account(const std::string& region);
    Result<std::string> free_account_name(const std::string& region, const std::string& group_name);
    void draft_found_account(const azure::storage_accounts::StorageAccount& account);
    Result<Place> appliance_place() const;

    Result<void> draft_endpoints(const Place& workers);
    Result<void> draft_endpoint(const Place& place, const Endpoint& wanted);
    void draft_endpoint_item(
        const Place& place,
        const Endpoint& wanted,
        const azure::network::PrivateEndpoint* found,
        const azure::arm::ResourceId& id
    );
    azure::arm::ResourceId draft_zone(
        const Place& place,
        const Endpoint& wanted,
        const std::vector<azure::network::ZoneGroup>& groups
    );
    void draft_zone_group(
        const Endpoint& wanted,
        const std::vector<azure::network::ZoneGroup>& groups,
        const azure::arm::ResourceId& endpoint,
        const azure::arm::ResourceId& zone
    );
    Result<void> draft_records(
        const Endpoint& wanted,
        const azure::arm::ResourceId& endpoint,
        const azure::arm::ResourceId& zone
    );

    const Services& services_;
    const NetworkRequest& request_;
    std::string region_;
    Survey survey_;
    Draft draft_;
    /// Zones and links that are in the draft already.
    std::set<std::string> drafted_;
};

}  // namespace starkeep::fleet
