// SPDX-License-Identifier: Apache-2.0
// The networks of the cloud and what is plugged into them: subnets, interfaces, private endpoints, public services.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/forwarder.hpp"
#include "localcloud/machinery/name_book.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "localcloud/machinery/virtual_network.hpp"
#include "sys/file.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace starkeep::localcloud {

/// Who calls a public address: from where, and from which subnet when it is a machine of a network.
struct Caller {
    Address address;
    std::optional<SubnetFact> subnet{};
};

/// What answers at a public address.
struct PublicService {
    Address address;
    std::vector<std::uint16_t> ports;
    std::function<Result<std::optional<sys::UniqueFd>>(const Caller& caller, std::uint16_t port)>
        dial;
};

/// What answers behind a private endpoint: connects to it.
using PrivateService = std::function<Result<std::optional<sys::UniqueFd>>()>;

struct PrivateServiceKey {
    FactId target;
    ServiceKind kind = ServiceKind::Blob;
    auto operator<=>(const PrivateServiceKey&) const = default;
};

/// Thread: any.
class Fabric {
public:
    /// `names` must outlive it.
    static Result<std::unique_ptr<Fabric>> create(const NameBook& names);

    Result<void> put_network(const NetworkFact& network);
    void remove_network(const FactId& id);
    Result<void> put_subnet(const SubnetFact& subnet);
    Result<void> remove_subnet(const FactId& id);
    Result<void> put_interface(const InterfaceFact& network_interface);
    void remove_interface(const FactId& id);
    Result<void> put_endpoint(const EndpointFact& endpoint);
    Result<void> remove_endpoint(const FactId& id);
    /// How many endpoints, approved or not, lead to this service.
    std::size_t endpoint_count(const PrivateServiceKey& key) const;

    Result<void> put_public_service(const FactId& id, const PublicService& service);
    void remove_public_service(const FactId& id);
    /// Endpoints may exist before: they answer from now on.
    void put_private_service(const PrivateServiceKey& key, PrivateService service);
    void remove_private_service(const PrivateServiceKey& key);

    /// Plugs a namespace in as its device `device`, with the interface's address and, for device eth0, the default route.
    /// Errors: NotFound.
    Result<void> plug(
        const FactId& network_interface, const NetworkNamespace& machine, const std::string& device
    );
    /// The same with a free address from the end of the network's first subnet, or of `subnet`. Returns the subnet's id.
    /// Errors: NotFound; NoSpace.
    Result<InterfaceFact> guest_interface(const FactId& network_or_subnet, const FactId& id);
    /// Plugs a namespace into the internet as its device eth0.
    Result<void> plug_into_internet(const NetworkNamespace& machine);
    /// Errors: NotFound when no network is in that region.
    Result<FactId> network_in(const std::string& region) const;

private:
    explicit Fabric(const NameBook& names) : names_(names) {}
    Result<VirtualNetwork*> network_of_subnet(const FactId& subnet) const REQUIRES(mutex_);
    Result<void> expose(VirtualNetwork& network, const FactId& id, const PublicService& service)
        REQUIRES(mutex_);
    Result<void> connect_peers(VirtualNetwork& network) REQUIRES(mutex_);
    Result<std::optional<sys::UniqueFd>> dial_private(const PrivateServiceKey& key) const;
    Caller caller_of(const std::optional<FactId>& network, Address source) const;

    const NameBook& names_;
    /// What a connection asks while it is made. Apart from `mutex_`, under which connections are waited for.
    mutable Mutex calls_mutex_;
    std::map<PrivateServiceKey, PrivateService> private_ GUARDED_BY(calls_mutex_);
    std::map<FactId, SubnetFact> calling_subnets_ GUARDED_BY(calls_mutex_);

    mutable Mutex mutex_;
    std::map<FactId, PublicService> public_ GUARDED_BY(mutex_);
    std::map<FactId, SubnetFact> subnets_ GUARDED_BY(mutex_);
    std::map<FactId, InterfaceFact> interfaces_ GUARDED_BY(mutex_);
    std::map<FactId, EndpointFact> endpoints_ GUARDED_BY(mutex_);
    std::uint32_t internet_guests_ GUARDED_BY(mutex_) = 0;
    // Last: their connections ask the maps above until they end.
    std::unique_ptr<VirtualNetwork> internet_;
    std::map<FactId, std::unique_ptr<VirtualNetwork>> networks_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::localcloud
