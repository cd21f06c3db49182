// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/local_machinery.hpp"

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/address.hpp"
#include "localcloud/machinery/backstage.hpp"
#include "localcloud/machinery/cluster_servers.hpp"
#include "localcloud/machinery/fabric.hpp"
#include "localcloud/machinery/guest_door.hpp"
#include "localcloud/machinery/name_book.hpp"
#include "localcloud/machinery/public_names.hpp"
#include "localcloud/machinery/socket.hpp"
#include "localcloud/machinery/storage_servers.hpp"
#include "localcloud/machinery/vm_hosts.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#include <unistd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace starkeep::localcloud {

namespace {

constexpr std::uint16_t kTlsPort = 443;

/// Everything that can be missing, before anything is made.
Result<void> check_machine()
{
    if (::geteuid() != 0) {
        return Error{
            ErrorCode::Denied,
            "the local cloud makes networks and machines, which needs the rights of root",
            "Run it as root, for instance with sudo."
        };
    }
    for (const char* program : {"ip", "nsenter", "setpriv"}) {
        if (!sys::find_program(program)) {
            return Error{
                ErrorCode::NotFound,
                "program " + std::string(program) + " is not there",
                "Install iproute2 and util-linux with tools/install_packages.sh."
            };
        }
    }
    return {};
}

class LocalMachinery final : public Machinery {
public:
    static Result<std::unique_ptr<LocalMachinery>> create(const MachineryOptions& options);
    ~LocalMachinery() override { LocalMachinery::stop(); }

    Result<void> put_network(const NetworkFact& network) override
    {
        return fabric_->put_network(network);
    }
    Result<void> remove_network(const FactId& id) override
    {
        fabric_->remove_network(id);
        return {};
    }
    Result<void> put_subnet(const SubnetFact& subnet) override
    {
        return fabric_->put_subnet(subnet);
    }
    Result<void> remove_subnet(const FactId& id) override { return fabric_->remove_subnet(id); }
    Result<void> put_interface(const InterfaceFact& network_interface) override
    {
        return fabric_->put_interface(network_interface);
    }
    Result<void> remove_interface(const FactId& id) override
    {
        fabric_->remove_interface(id);
        return {};
    }
    Result<void> put_endpoint(const EndpointFact& endpoint) override;
    Result<void> remove_endpoint(const FactId& id) override;
    Result<void> put_zone(const ZoneFact& zone) override
    {
        book_.put_zone(zone);
        return {};
    }
    Result<void> remove_zone(const FactId& id) override
    {
        book_.remove_zone(id);
        return {};
    }
    Result<void> put_storage_account(const StorageFact& account) override
    {
        return storage_->put(account);
    }
    Result<void> remove_storage_account(const FactId& id) override { return storage_->remove(id); }
    Result<void> put_vm(const VmFact& vm) override { return vms_->put(vm); }
    Result<void> start_vm(const FactId& id) override { return vms_->start(id); }
    Result<void> stop_vm(const FactId& id) override { return vms_->stop(id); }
    Result<void> remove_vm(const FactId& id) override { return vms_->remove(id); }
    Result<ShellOutcome>
    run_command(const FactId& vm, const ShellCommand& command, std::stop_token stop) override
    {
        return vms_->run_command(vm, command, std::move(stop));
    }
    Result<void> put_cluster(const ClusterFact& cluster) override
    {
        return clusters_->put(cluster);
    }
    Result<void> start_cluster(const FactId& id) override { return clusters_->start(id); }
    Result<void> stop_cluster(const FactId& id) override { return clusters_->stop(id); }
    Result<void> remove_cluster(const FactId& id) override { return clusters_->remove(id); }
    void serve_metadata(MetadataService service) override
    {
        vms_->serve_metadata(std::move(service));
    }
    void stop() override
    {
        door_.reset();
        if (vms_ != nullptr) {
            vms_->stop_all();
        }
        if (storage_ != nullptr) {
            storage_->stop();
        }
        if (clusters_ != nullptr) {
            clusters_->stop_all();
        }
    }

private:
    LocalMachinery() = default;
    Result<void> expose_control(const MachineryOptions& options);

    // In the order of need: the last is destroyed first.
    NameBook book_;
    std::unique_ptr<Backstage> backstage_;
    std::unique_ptr<Fabric> fabric_;
    std::unique_ptr<PublicNames> names_;
    std::unique_ptr<StorageServers> storage_;
    std::unique_ptr<ClusterServers> clusters_;
    std::unique_ptr<VmHosts> vms_;
    std::unique_ptr<GuestDoor> door_;
    Mutex mutex_;
    std::map<FactId, PrivateServiceKey> endpoint_targets_ GUARDED_BY(mutex_);
};

Result<std::unique_ptr<LocalMachinery>> LocalMachinery::create(const MachineryOptions& options)
{
    TRY(check_machine());
    TRY(sys::make_directories(options.state_dir));
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<LocalMachinery> made(new LocalMachinery());
    TRY_LET(made->backstage_, Backstage::create(options.state_dir, options.authority));
    TRY_LET(made->fabric_, Fabric::create(made->book_));
    made->names_ = std::make_unique<PublicNames>(
        made->book_, *made->fabric_, options.storage_suffix, options.postgres_suffix
    );
    TRY_LET(
        made->storage_,
        StorageServers::create(*made->backstage_, *made->fabric_, *made->names_, options.azurite)
    );
    made->clusters_ =
        std::make_unique<ClusterServers>(*made->backstage_, *made->fabric_, *made->names_);
    made->vms_ = std::make_unique<VmHosts>(
        *made->backstage_,
        *made->fabric_,
        VmPrograms{.image = options.vm_image, .init = options.vm_init}
    );
    TRY(made->expose_control(options));
    TRY_LET(
        made->door_,
        GuestDoor::open(
            options.state_dir,
            {.fabric = *made->fabric_, .vms = *made->vms_, .control_port = options.control_port}
        )
    );
    return made;
}

Result<void> LocalMachinery::expose_control(const MachineryOptions& options)
{
    for (const std::string& name : options.control_names) {
        book_.put_public(name, kControlAddress);
    }
    return fabric_->put_public_service(
        "control",
        {.address = kControlAddress,
         .ports = {kTlsPort},
         .dial = [port = options.control_port](const Caller&, std::uint16_t)
             -> Result<std::optional<sys::UniqueFd>> {
             TRY_LET(sys::UniqueFd socket, connect_tcp(kLoopback, port));
             return std::optional<sys::UniqueFd>(std::move(socket));
         }}
    );
}

Result<void> LocalMachinery::put_endpoint(const EndpointFact& endpoint)
{
    TRY(fabric_->put_endpoint(endpoint));
    const PrivateServiceKey key{.target = endpoint.target, .kind = endpoint.kind};
    {
        const MutexLock lock(mutex_);
        endpoint_targets_.insert_or_assign(endpoint.id, key);
    }
    names_->refresh(key);
    return {};
}

Result<void> LocalMachinery::remove_endpoint(const FactId& id)
{
    TRY(fabric_->remove_endpoint(id));
    std::optional<PrivateServiceKey> key;
    {
        const MutexLock lock(mutex_);
        const auto found = endpoint_targets_.find(id);
        if (found != endpoint_targets_.end()) {
            key = found->second;
            endpoint_targets_.erase(found);
        }
    }
    if (key) {
        names_->refresh(*key);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Machinery>> make_machinery(const MachineryOptions& options)
{
    TRY_LET(std::unique_ptr<LocalMachinery> made, LocalMachinery::create(options));
    return std::unique_ptr<Machinery>(std::move(made));
}

}  // namespace starkeep::localcloud
