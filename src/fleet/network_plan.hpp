// SPDX-License-Identifier: Apache-2.0
// What a region's private network needs, what is there of it, and how to make the rest.
#pragma once

#include "base/result.hpp"
#include "fleet/deployment.hpp"
#include "json/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

struct Services;
class StepSink;

enum class ItemKind {
    ResourceGroup,
    SecurityGroup,
    VirtualNetwork,
    Subnet,
    StorageAccount,
    DnsZone,
    DnsLink,
    PrivateEndpoint,
    ZoneGroup,
    DnsRecord,
    /// A way from the subnet to a source that this product did not make.
    SourcePath,
};

enum class ItemState {
    Present,
    Missing,
    /// There, but not as it has to be.
    Different,
};

struct NetworkItem {
    ItemKind kind{};
    std::string name{};
    std::string resource_id{};
    ItemState state{};
    /// What it is for, and what is wrong with it when it is different.
    std::string reason{};
};

/// An account of the storage that workers reach. Ids and endpoints are empty in a plan while the account is missing.
struct StorageAccount {
    std::string name{};
    std::string resource_id{};
    std::string resource_group{};
    /// "https://NAME.blob.core.windows.net", without a slash at the end.
    std::string blob_endpoint{};
    std::string queue_endpoint{};
};

struct Network {
    /// Where the sources and their workers are; short form.
    std::string region{};
    std::string resource_group{};
    std::string network_id{};
    std::string subnet_id{};
    std::string security_group_id{};
    std::string address_prefix{};
    /// Worker files lie here.
    StorageAccount files{};
    /// Talk with workers goes through its queues; the same account when the appliance stands in this region.
    StorageAccount talk{};
};

struct NetworkPlan {
    Network network{};
    /// In the order in which they are made.
    std::vector<NetworkItem> items{};

    bool is_complete() const;
};

/// An endpoint for something that the appliance does not own.
struct ForeignEndpoint {
    /// The account or cluster, by its resource id.
    std::string target_id{};
    /// Azure's name of the part that is reached: "blob", "coordinator".
    std::string group_id{};
    /// "privatelink.blob.core.windows.net". For a source it comes from Azure's own list of the source's parts.
    std::string zone{};
    /// Names below the zone that must resolve to the endpoint.
    std::vector<std::string> records{};
    /// A source gets an endpoint only when its owner agreed; the first endpoint interrupts a Cosmos account for minutes.
    bool has_consent = true;
    /// The appliance's own subnet gets one as well: it reads repositories itself.
    bool for_appliance = false;
};

struct NetworkRequest {
    Deployment deployment{};
    /// Any spelling.
    std::string region{};
    /// Accounts that hold repositories, and sources.
    std::vector<ForeignEndpoint> foreign{};
};

/// Looks only; nothing is changed.
/// Errors: those of check(Deployment); NoSpace when no free stretch of the address pool is left; Conflict when a thing
/// of a needed name belongs to somebody else; what ARM answers (Denied names the missing action).
/// Cost:   some twenty reads of ARM.
Result<NetworkPlan> plan_network(const Services& services, const NetworkRequest& request);

/// Plans, makes what is missing, mends what is different. Safe to repeat after a stop at any point; two at once in one
/// region end alike.
/// Errors: as plan_network; Denied when an endpoint waits for its target's owner or lacks consent; TimedOut when Azure
/// does not finish; each says layer, owner and remedy in its hint.
Result<Network>
apply_network(const Services& services, const NetworkRequest& request, StepSink& sink);

/// One line per item, for a person.
std::string format(const NetworkPlan& plan);
Json to_json(const NetworkPlan& plan);

std::string_view name(ItemKind kind);
std::string_view name(ItemState state);

}  // namespace starkeep::fleet
