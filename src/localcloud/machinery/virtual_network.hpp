// SPDX-License-Identifier: Apache-2.0
// One network as a namespace: a bridge that is every subnet's router, the resolver, and listeners for what the network reaches.
#pragma once

#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/dns_server.hpp"
#include "localcloud/machinery/forwarder.hpp"
#include "localcloud/machinery/name_book.hpp"
#include "localcloud/machinery/network_namespace.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace starkeep::localcloud {

/// Nothing leads out of it but peerings and its own listeners: what a subnet may not reach is prohibited by a routing rule.
/// Thread: one at a time.
class VirtualNetwork {
public:
    /// No fact: the internet. `names` must outlive it.
    static Result<std::unique_ptr<VirtualNetwork>>
    create(std::optional<NetworkFact> fact, const NameBook& names);

    const NetworkNamespace& inside() const { return inside_; }
    const std::optional<NetworkFact>& fact() const { return fact_; }
    void set_fact(const NetworkFact& fact) { fact_ = fact; }

    Result<void> put_subnet(const SubnetFact& subnet);
    Result<void> remove_subnet(const FactId& id);

    /// The machine's side gets the name `device`, the address and, as eth0, the default route by `subnet`'s router.
    Result<void> plug(
        const NetworkNamespace& machine,
        const std::string& device,
        Address address,
        const Prefix& subnet
    );

    /// `key` names the listeners for hide(). What was there under the key goes first.
    Result<void> expose(
        const std::string& key,
        Address address,
        const std::vector<std::uint16_t>& ports,
        const std::function<Dial(std::uint16_t port)>& dial
    );
    void hide(const std::string& key);

    /// Makes the routes of both to each other. Again: does nothing.
    Result<void> peer_with(VirtualNetwork& other);
    /// Ends it from this side, which ends it for both.
    void unpeer(const FactId& other);
    bool is_peer_of(const FactId& other) const { return peers_.contains(other); }

private:
    struct Subnet {
        SubnetFact fact;
        Prefix prefix;
        unsigned rule = 0;  ///< the first of its rules' preferences
        unsigned rules = 0;
    };
    struct Exposed {
        Address address;
        std::vector<Forwarder::Id> listeners;
    };

    VirtualNetwork(NetworkNamespace inside, std::optional<NetworkFact> fact)
        : inside_(std::move(inside)), fact_(std::move(fact))
    {
    }
    Result<void> allow_forwarding() const;
    void drop_address(Address address);

    NetworkNamespace inside_;
    std::optional<NetworkFact> fact_;
    std::map<FactId, Subnet> subnets_;
    std::map<std::string, Exposed> exposed_;
    std::map<FactId, std::string> peers_;
    unsigned next_rule_ = 100;
    unsigned next_port_ = 0;
    std::unique_ptr<DnsServer> resolver_;
    std::unique_ptr<Forwarder> forwarder_;
};

}  // namespace starkeep::localcloud
