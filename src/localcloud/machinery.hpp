// SPDX-License-Identifier: Apache-2.0
// What the control plane asks of this machine so that its resources become facts: networks, names, storage, machines, databases.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

/// An Azure resource id in lower case, with a leading slash. Every fact is keyed by one.
using FactId = std::string;

struct NetworkFact {
    FactId id;
    std::string region;
    std::vector<std::string> address_prefixes;  ///< CIDR
    std::vector<FactId> peers{};  ///< networks that this one may talk to, when they name it too
};

struct SubnetFact {
    FactId id;
    FactId network;
    std::string address_prefix;  ///< CIDR
    bool reaches_internet =
        false;  ///< whether machines in it reach the outside and the public endpoints
    std::vector<std::string> service_endpoints{
    };  ///< "Microsoft.Storage": storage accounts may let this subnet in
};

struct InterfaceFact {
    FactId id;
    FactId subnet;
    std::string address;
};

enum class ServiceKind : std::uint8_t { Blob, Queue, PostgresCluster, MongoAccount };

/// An address inside a subnet behind which one service of one account or cluster answers.
struct EndpointFact {
    FactId id;
    FactId subnet;
    std::string address;
    ServiceKind kind = ServiceKind::Blob;
    FactId target;
    bool approved =
        true;  ///< an endpoint that is not approved has an address, but nothing answers there
};

struct AddressRecord {
    std::string name;  ///< relative to the zone; "@" is the zone itself
    std::chrono::seconds ttl{};
    std::vector<std::string> addresses;
};

/// A private zone, whole: what is not in it is gone.
struct ZoneFact {
    FactId id;
    std::string name;
    std::vector<AddressRecord> records{};
    std::vector<FactId> networks{};  ///< where it is seen
};

/// Who reaches a public endpoint. Private endpoints are not asked.
struct AccessRules {
    bool is_public = true;                         ///< false: nobody
    bool allows_by_default = true;                 ///< false: only those below
    std::vector<std::string> allowed_addresses{};  ///< CIDR or single addresses
    std::vector<FactId> allowed_subnets{};
};

struct StorageFact {
    FactId id;
    std::string account;
    std::string region;
    Secret key1;  ///< base64 of 64 bytes
    Secret key2;
    AccessRules access{};
};

struct VmFact {
    FactId id;
    std::string name;
    std::string computer_name;
    std::string region;
    std::string size;
    std::string admin_user;
    std::vector<FactId> interfaces;  ///< the primary one first
    std::string custom_data{};       ///< decoded
};

struct ShellCommand {
    std::string script;
    std::vector<std::pair<std::string, std::string>> environment{};
    std::chrono::seconds limit{5400};
};

struct ShellOutcome {
    int exit_status = 0;
    bool timed_out = false;
    std::string output_tail;  ///< the last 4096 bytes
    std::string error_tail;
};

struct ClusterFact {
    FactId id;
    std::string name;
    std::string host;  ///< "c-name.14characters.postgres.cosmos.starkeep.test"
    std::string region;
    std::string admin_login;
    Secret admin_password;
    std::string version;  ///< major: "16"
    AccessRules access{};
    /// Another cluster whose data this one begins with, as they were at that time.
    std::optional<FactId> copied_from{};
    std::optional<std::chrono::sys_seconds> copied_at{};
};

/// Answers what a machine asks of 169.254.169.254; the machinery knows which machine asks.
using MetadataService =
    std::function<http::Response(const FactId& vm, const http::Request& request)>;

/// Every `put` makes the fact or changes it to what is given, every `remove` succeeds when there is nothing: the control
/// plane repeats them all after a restart. Facts outlive the process unless said otherwise; `put` finds them again.
/// Each call returns when the fact is there, not before.
/// Errors: NotFound when a fact that another one needs is missing; Unavailable, NoSpace, Denied, TimedOut as this machine says.
/// Thread: any, also several calls about one id.
class Machinery {
public:
    Machinery() = default;
    virtual ~Machinery() = default;
    Machinery(const Machinery&) = delete;
    Machinery& operator=(const Machinery&) = delete;

    virtual Result<void> put_network(const NetworkFact& network) = 0;
    virtual Result<void> remove_network(const FactId& id) = 0;
    virtual Result<void> put_subnet(const SubnetFact& subnet) = 0;
    virtual Result<void> remove_subnet(const FactId& id) = 0;
    virtual Result<void> put_interface(const InterfaceFact& network_interface) = 0;
    virtual Result<void> remove_interface(const FactId& id) = 0;
    virtual Result<void> put_endpoint(const EndpointFact& endpoint) = 0;
    virtual Result<void> remove_endpoint(const FactId& id) = 0;
    virtual Result<void> put_zone(const ZoneFact& zone) = 0;
    virtual Result<void> remove_zone(const FactId& id) = 0;

    /// Returns when Blob and Queue answer over HTTPS under the account's public names.
    virtual Result<void> put_storage_account(const StorageFact& account) = 0;
    /// With all that it stores.
    virtual Result<void> remove_storage_account(const FactId& id) = 0;

    /// Makes and starts it; returns when a command can be run in it. One that is there is started if it is not running.
    virtual Result<void> put_vm(const VmFact& vm) = 0;
    virtual Result<void> start_vm(const FactId& id) = 0;
    virtual Result<void> stop_vm(const FactId& id) = 0;
    virtual Result<void> remove_vm(const FactId& id) = 0;
    /// As root, by the script's own interpreter line or bash. What the script starts as a service runs on after it.
    /// Errors: NotFound; Unavailable when the machine is not running; Cancelled, then the script is ended.
    virtual Result<ShellOutcome>
    run_command(const FactId& vm, const ShellCommand& command, std::stop_token stop) = 0;

    /// Returns when the cluster accepts the administrator's password over TLS.
    virtual Result<void> put_cluster(const ClusterFact& cluster) = 0;
    virtual Result<void> start_cluster(const FactId& id) = 0;
    virtual Result<void> stop_cluster(const FactId& id) = 0;
    /// With its data.
    virtual Result<void> remove_cluster(const FactId& id) = 0;

    /// Before the first put_vm.
    virtual void serve_metadata(MetadataService service) = 0;
    /// Ends every process that belongs to the facts; data stays, so that the same puts bring everything back.
    virtual void stop() = 0;
};

}  // namespace starkeep::localcloud
