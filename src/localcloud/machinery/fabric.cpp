// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/fabric.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/forwarder.hpp"
#include "localcloud/machinery/name_book.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "localcloud/machinery/virtual_network.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

// Source: the TLS port of Azure Storage; PostgreSQL's own and its pooler's on a cluster.
constexpr std::uint16_t kTlsPort = 443;
constexpr std::uint16_t kPostgresPort = 5432;
/// Hosts of the internet; no real one has these addresses. Source: RFC 2544.
constexpr Prefix kInternet{.first = {0xC6120000U}, .length = 15};  // 198.18.0.0/15

std::vector<std::uint16_t> ports_of(ServiceKind kind)
{
    switch (kind) {
    case ServiceKind::Blob:
    case ServiceKind::Queue:
        return {kTlsPort};
    case ServiceKind::PostgresCluster:
        return {kPostgresPort};
    case ServiceKind::MongoAccount:
        return {};
    }
    return {};
}

bool is_same(const EndpointFact& one, const EndpointFact& other)
{
    return one.subnet == other.subnet && one.address == other.address && one.kind == other.kind &&
           one.target == other.target && one.approved == other.approved;
}

Error missing(std::string_view what, const FactId& id)
{
    return {ErrorCode::NotFound, std::string(what) + " " + id + " is not there"};
}

}  // namespace

Result<std::unique_ptr<Fabric>> Fabric::create(const NameBook& names)
{
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<Fabric> fabric(new Fabric(names));
    TRY_LET(fabric->internet_, VirtualNetwork::create(std::nullopt, names));
    TRY(fabric->internet_->put_subnet(
        {.id = "internet",
         .network = "",
         .address_prefix = kInternet.text(),
         .reaches_internet = true}
    ));
    return fabric;
}

Result<void> Fabric::put_network(const NetworkFact& fact)
{
    const MutexLock lock(mutex_);
    for (const std::string& prefix : fact.address_prefixes) {
        TRY(parse_prefix(prefix));
    }
    std::unique_ptr<VirtualNetwork>& place = networks_[fact.id];
    if (place == nullptr) {
        Result<std::unique_ptr<VirtualNetwork>> made = VirtualNetwork::create(fact, names_);
        if (!made.ok()) {
            networks_.erase(fact.id);
            return std::move(made).error();
        }
        place = std::move(made).value();
        for (const auto& [id, service] : public_) {
            TRY(expose(*place, id, service));
        }
    }
    place->set_fact(fact);
    return connect_peers(*place);
}

Result<void> Fabric::connect_peers(VirtualNetwork& network)
{
    const NetworkFact& fact = *network.fact();
    const auto names = [](const NetworkFact& one, const FactId& other) {
        return std::ranges::find(one.peers, other) != one.peers.end();
    };
    for (const auto& [id, other] : networks_) {
        if (id == fact.id) {
            continue;
        }
        if (names(fact, id) && names(*other->fact(), fact.id)) {
            TRY(network.peer_with(*other));
        } else {
            network.unpeer(id);
            other->unpeer(fact.id);
        }
    }
    return {};
}

void Fabric::remove_network(const FactId& id)
{
    std::unique_ptr<VirtualNetwork> gone;
    {
        const MutexLock lock(mutex_);
        const auto found = networks_.find(id);
        if (found == networks_.end()) {
            return;
        }
        gone = std::move(found->second);
        networks_.erase(found);
        for (const auto& [other_id, other] : networks_) {
            other->unpeer(id);
        }
        const auto is_inside = [&](const auto& entry) {
            return entry.second.network == id;
        };
        std::erase_if(endpoints_, [&](const auto& entry) {
            const auto subnet = subnets_.find(entry.second.subnet);
            return subnet != subnets_.end() && is_inside(*subnet);
        });
        std::erase_if(subnets_, is_inside);
        const MutexLock calls_lock(calls_mutex_);
        std::erase_if(calling_subnets_, is_inside);
    }
    // Its connections end here, outside of the lock that their dialling may want.
    gone.reset();
}

Result<VirtualNetwork*> Fabric::network_of_subnet(const FactId& subnet) const
{
    const auto found = subnets_.find(subnet);
    if (found == subnets_.end()) {
        return missing("subnet", subnet);
    }
    return networks_.at(found->second.network).get();
}

Result<void> Fabric::put_subnet(const SubnetFact& subnet)
{
    const MutexLock lock(mutex_);
    const auto network = networks_.find(subnet.network);
    if (network == networks_.end()) {
        return missing("network", subnet.network);
    }
    TRY(network->second->put_subnet(subnet));
    subnets_.insert_or_assign(subnet.id, subnet);
    const MutexLock calls_lock(calls_mutex_);
    calling_subnets_.insert_or_assign(subnet.id, subnet);
    return {};
}

Result<void> Fabric::remove_subnet(const FactId& id)
{
    const MutexLock lock(mutex_);
    const auto found = subnets_.find(id);
    if (found == subnets_.end()) {
        return {};
    }
    VirtualNetwork& network = *networks_.at(found->second.network);
    subnets_.erase(found);
    {
        const MutexLock calls_lock(calls_mutex_);
        calling_subnets_.erase(id);
    }
    return network.remove_subnet(id);
}

Result<void> Fabric::put_interface(const InterfaceFact& network_interface)
{
    const MutexLock lock(mutex_);
    TRY(parse_address(network_interface.address));
    TRY(network_of_subnet(network_interface.subnet));
    interfaces_.insert_or_assign(network_interface.id, network_interface);
    return {};
}

void Fabric::remove_interface(const FactId& id)
{
    const MutexLock lock(mutex_);
    interfaces_.erase(id);
}

Result<void> Fabric::put_endpoint(const EndpointFact& endpoint)
{
    const MutexLock lock(mutex_);
    TRY_LET(const Address address, parse_address(endpoint.address));
    TRY_LET(VirtualNetwork * network, network_of_subnet(endpoint.subnet));
    const auto known = endpoints_.find(endpoint.id);
    if (known != endpoints_.end() && is_same(known->second, endpoint)) {
        // Listening anew would break the connections that there are.
        return {};
    }
    const PrivateServiceKey key{.target = endpoint.target, .kind = endpoint.kind};
    const std::vector<std::uint16_t> ports =
        endpoint.approved ? ports_of(endpoint.kind) : std::vector<std::uint16_t>();
    TRY(network->expose(endpoint.id, address, ports, [&](std::uint16_t) -> Dial {
        return [this, key](Address) {
            return dial_private(key);
        };
    }));
    endpoints_.insert_or_assign(endpoint.id, endpoint);
    return {};
}

Result<void> Fabric::remove_endpoint(const FactId& id)
{
    const MutexLock lock(mutex_);
    const auto found = endpoints_.find(id);
    if (found == endpoints_.end()) {
        return {};
    }
    const Result<VirtualNetwork*> network = network_of_subnet(found->second.subnet);
    endpoints_.erase(found);
    if (network.ok()) {
        (*network)->hide(id);
    }
    return {};
}

std::size_t Fabric::endpoint_count(const PrivateServiceKey& key) const
{
    const MutexLock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(endpoints_, [&](const auto& entry) {
        return entry.second.target == key.target && entry.second.kind == key.kind;
    }));
}

Result<std::optional<sys::UniqueFd>> Fabric::dial_private(const PrivateServiceKey& key) const
{
    PrivateService service;
    {
        const MutexLock lock(calls_mutex_);
        const auto found = private_.find(key);
        if (found == private_.end()) {
            return std::optional<sys::UniqueFd>();
        }
        service = found->second;
    }
    return service();
}

void Fabric::put_private_service(const PrivateServiceKey& key, PrivateService service)
{
    const MutexLock lock(calls_mutex_);
    private_.insert_or_assign(key, std::move(service));
}

void Fabric::remove_private_service(const PrivateServiceKey& key)
{
    const MutexLock lock(calls_mutex_);
    private_.erase(key);
}

Result<void> Fabric::expose(VirtualNetwork& network, const FactId& id, const PublicService& service)
{
    std::optional<FactId> network_id;
    if (network.fact()) {
        network_id = network.fact()->id;
    }
    return network
        .expose("public " + id, service.address, service.ports, [&](std::uint16_t port) -> Dial {
            return [this, network_id, port, dial = service.dial](Address source) {
                return dial(caller_of(network_id, source), port);
            };
        });
}

Caller Fabric::caller_of(const std::optional<FactId>& network, Address source) const
{
    Caller caller{.address = source};
    const MutexLock lock(calls_mutex_);
    for (const auto& [id, subnet] : calling_subnets_) {
        const Result<Prefix> prefix = parse_prefix(subnet.address_prefix);
        if (network && subnet.network == *network && prefix.ok() && prefix->contains(source)) {
            caller.subnet = subnet;
        }
    }
    return caller;
}

Result<void> Fabric::put_public_service(const FactId& id, const PublicService& service)
{
    const MutexLock lock(mutex_);
    public_.insert_or_assign(id, service);
    TRY(expose(*internet_, id, service));
    for (const auto& [network_id, network] : networks_) {
        TRY(expose(*network, id, service));
    }
    return {};
}

void Fabric::remove_public_service(const FactId& id)
{
    const MutexLock lock(mutex_);
    public_.erase(id);
    internet_->hide("public " + id);
    for (const auto& [network_id, network] : networks_) {
        network->hide("public " + id);
    }
}

Result<void> Fabric::plug(
    const FactId& network_interface, const NetworkNamespace& machine, const std::string& device
)
{
    const MutexLock lock(mutex_);
    const auto found = interfaces_.find(network_interface);
    if (found == interfaces_.end()) {
        return missing("network interface", network_interface);
    }
    TRY_LET(VirtualNetwork * network, network_of_subnet(found->second.subnet));
    TRY_LET(const Address address, parse_address(found->second.address));
    TRY_LET(const Prefix prefix, parse_prefix(subnets_.at(found->second.subnet).address_prefix));
    return network->plug(machine, device, address, prefix);
}

Result<void> Fabric::plug_into_internet(const NetworkNamespace& machine)
{
    const MutexLock lock(mutex_);
    ++internet_guests_;
    return internet_->plug(
        machine, "eth0", {kInternet.gateway().number + internet_guests_}, kInternet
    );
}

Result<InterfaceFact> Fabric::guest_interface(const FactId& network_or_subnet, const FactId& id)
{
    const MutexLock lock(mutex_);
    const auto subnet = std::ranges::find_if(subnets_, [&](const auto& entry) {
        return entry.first == network_or_subnet || entry.second.network == network_or_subnet;
    });
    if (subnet == subnets_.end()) {
        return missing("network or subnet", network_or_subnet);
    }
    TRY_LET(const Prefix prefix, parse_prefix(subnet->second.address_prefix));
    std::set<std::string> taken;
    for (const auto& [other, network_interface] : interfaces_) {
        if (network_interface.subnet == subnet->first) {
            taken.insert(network_interface.address);
        }
    }
    for (const auto& [other, endpoint] : endpoints_) {
        taken.insert(endpoint.address);
    }
    // Azure and the control plane give addresses from the front.
    for (Address address{prefix.last().number - 1}; address > prefix.gateway(); --address.number) {
        if (!taken.contains(address.text())) {
            InterfaceFact made{.id = id, .subnet = subnet->first, .address = address.text()};
            interfaces_.insert_or_assign(id, made);
            return made;
        }
    }
    return Error{ErrorCode::NoSpace, "subnet " + subnet->first + " has no free address"};
}

Result<FactId> Fabric::network_in(const std::string& region) const
{
    const MutexLock lock(mutex_);
    for (const auto& [id, network] : networks_) {
        if (network->fact()->region == region) {
            return id;
        }
    }
    return Error{ErrorCode::NotFound, "no network is in region " + region};
}

}  // namespace starkeep::localcloud
