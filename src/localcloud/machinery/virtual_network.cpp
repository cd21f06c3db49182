// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/virtual_network.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/dns_server.hpp"
#include "localcloud/machinery/forwarder.hpp"
#include "localcloud/machinery/name_book.hpp"
#include "localcloud/machinery/network_namespace.hpp"
#include "localcloud/machinery/socket.hpp"
#include "sys/errno_error.hpp"
#include "sys/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr const char* kBridge = "vnet";
/// Below the preference that the table of local addresses gets: so a rule can keep a subnet from an address of the router.
constexpr const char* kLocalTable = "rule add pref 30000 lookup local";
/// Neither end has an IP address to ask from, so nobody asks: both ends bear the same hardware address.
constexpr const char* kPlainLink = " address 02:00:00:00:00:01 arp off up";
constexpr unsigned kRulesPerSubnet = 2;
constexpr std::string_view kStorageService = "Microsoft.Storage";

/// /proc/sys/net is that of the calling thread's namespace.
Result<void> set_kernel(const std::string& name, std::string_view value)
{
    const std::string path = "/proc/sys/net/ipv4/" + name;
    const sys::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), value.data(), value.size()) < 0) {
        return sys::errno_error(errno, "setting " + path);
    }
    return {};
}

bool reaches_storage(const SubnetFact& subnet)
{
    return subnet.reaches_internet ||
           std::ranges::find(subnet.service_endpoints, kStorageService) !=
               subnet.service_endpoints.end();
}

std::string prohibition(unsigned preference, const Prefix& from, const Prefix& to)
{
    return "rule add pref " + std::to_string(preference) + " from " + from.text() + " to " +
           to.text() + " prohibit";
}

}  // namespace

Result<std::unique_ptr<VirtualNetwork>>
VirtualNetwork::create(std::optional<NetworkFact> fact, const NameBook& names)
{
    TRY_LET(NetworkNamespace inside, NetworkNamespace::create());
    std::optional<FactId> id;
    if (fact) {
        id = fact->id;
    }
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<VirtualNetwork> network(new VirtualNetwork(std::move(inside), std::move(fact)));
    const std::string device(kBridge);
    TRY(network->inside_.configure({
        "link add " + device + " type bridge forward_delay 0",
        "link set " + device + " up",
        "addr add " + kResolverAddress.text() + "/32 dev lo",
        kLocalTable,
        "rule del pref 0",
    }));
    TRY(network->allow_forwarding());
    TRY_LET(network->forwarder_, Forwarder::create());
    TRY_LET(
        network->resolver_,
        DnsServer::start(network->inside_, kResolverAddress, names, std::move(id))
    );
    return network;
}

Result<void> VirtualNetwork::allow_forwarding() const
{
    return inside_.run([]() -> Result<void> {
        TRY(set_kernel("ip_forward", "1"));
        // Machines of two subnets stand on one bridge, yet they talk by the router.
        TRY(set_kernel("conf/all/send_redirects", "0"));
        TRY(set_kernel("conf/vnet/send_redirects", "0"));
        return {};
    });
}

Result<void> VirtualNetwork::put_subnet(const SubnetFact& subnet)
{
    TRY_LET(const Prefix prefix, parse_prefix(subnet.address_prefix));
    const auto known = subnets_.find(subnet.id);
    if (known != subnets_.end() && known->second.prefix != prefix) {
        TRY(remove_subnet(subnet.id));
    }
    std::vector<std::string> lines;
    const auto [place, is_new] = subnets_.try_emplace(subnet.id);
    Subnet& own = place->second;
    if (is_new) {
        own.rule = next_rule_;
        next_rule_ += kRulesPerSubnet;
        lines.push_back(
            "addr add " + prefix.gateway().text() + "/" + std::to_string(prefix.length) + " dev " +
            kBridge
        );
    }
    for (unsigned i = 0; i < own.rules; ++i) {
        lines.push_back("rule del pref " + std::to_string(own.rule + i));
    }
    own.fact = subnet;
    own.prefix = prefix;
    own.rules = 0;
    if (!subnet.reaches_internet) {
        lines.push_back(prohibition(own.rule + own.rules++, prefix, kControlRange));
    }
    if (!reaches_storage(subnet)) {
        lines.push_back(prohibition(own.rule + own.rules++, prefix, kStorageRange));
    }
    return inside_.configure(lines);
}

Result<void> VirtualNetwork::remove_subnet(const FactId& id)
{
    const auto found = subnets_.find(id);
    if (found == subnets_.end()) {
        return {};
    }
    const Subnet& subnet = found->second;
    std::vector<std::string> lines{
        "addr del " + subnet.prefix.gateway().text() + "/" + std::to_string(subnet.prefix.length) +
        " dev " + kBridge
    };
    for (unsigned i = 0; i < subnet.rules; ++i) {
        lines.push_back("rule del pref " + std::to_string(subnet.rule + i));
    }
    subnets_.erase(found);
    return inside_.configure(lines);
}

Result<void> VirtualNetwork::plug(
    const NetworkNamespace& machine,
    const std::string& device,
    Address address,
    const Prefix& subnet
)
{
    const std::string port = "port" + std::to_string(++next_port_);
    TRY(inside_.configure({
        "link add " + port + " type veth peer name " + device + " netns " + machine.path().string(),
        "link set " + port + " master " + kBridge + " up",
    }));
    std::vector<std::string> lines{
        "addr add " + address.text() + "/" + std::to_string(subnet.length) + " dev " + device,
        "link set " + device + " up",
    };
    if (device == "eth0") {
        lines.push_back("route add default via " + subnet.gateway().text() + " dev eth0");
    }
    return machine.configure(lines);
}

Result<void> VirtualNetwork::expose(
    const std::string& key,
    Address address,
    const std::vector<std::uint16_t>& ports,
    const std::function<Dial(std::uint16_t port)>& dial
)
{
    hide(key);
    TRY(inside_.configure({"addr replace " + address.text() + "/32 dev lo"}));
    Exposed& own = exposed_[key];
    own.address = address;
    return inside_.run([&]() -> Result<void> {
        for (const std::uint16_t port : ports) {
            TRY_LET(sys::UniqueFd listener, listen_tcp(address, port));
            own.listeners.push_back(forwarder_->add(std::move(listener), dial(port)));
        }
        return {};
    });
}

void VirtualNetwork::hide(const std::string& key)
{
    const auto found = exposed_.find(key);
    if (found == exposed_.end()) {
        return;
    }
    for (const Forwarder::Id listener : found->second.listeners) {
        forwarder_->remove(listener);
    }
    const Address address = found->second.address;
    exposed_.erase(found);
    drop_address(address);
}

void VirtualNetwork::drop_address(Address address)
{
    const bool is_used = std::ranges::any_of(exposed_, [&](const auto& entry) {
        return entry.second.address == address;
    });
    if (!is_used) {
        // An address that stays by mistake answers nobody.
        static_cast<void>(inside_.configure({"addr del " + address.text() + "/32 dev lo"}));
    }
}

Result<void> VirtualNetwork::peer_with(VirtualNetwork& other)
{
    if (!fact_ || !other.fact_ || is_peer_of(other.fact_->id)) {
        return {};
    }
    const std::string here = "peer" + std::to_string(++next_port_);
    const std::string there = "peer" + std::to_string(++other.next_port_);
    std::vector<std::string> lines{
        "link add " + here + " type veth peer name " + there + " netns " +
            other.inside_.path().string(),
        "link set " + here + kPlainLink,
    };
    for (const std::string& prefix : other.fact_->address_prefixes) {
        lines.push_back("route add " + prefix + " dev " + here);
    }
    std::vector<std::string> other_lines{"link set " + there + kPlainLink};
    for (const std::string& prefix : fact_->address_prefixes) {
        other_lines.push_back("route add " + prefix + " dev " + there);
    }
    TRY(inside_.configure(lines));
    TRY(other.inside_.configure(other_lines));
    peers_[other.fact_->id] = here;
    other.peers_[fact_->id] = there;
    return {};
}

void VirtualNetwork::unpeer(const FactId& other)
{
    const auto found = peers_.find(other);
    if (found == peers_.end()) {
        return;
    }
    // One end takes the other and both routes with it; that it is gone already is no harm.
    static_cast<void>(inside_.configure({"link del " + found->second}));
    peers_.erase(found);
}

}  // namespace starkeep::localcloud
