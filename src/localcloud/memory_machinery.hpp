// SPDX-License-Identifier: Apache-2.0
// Facts that are only remembered: for unit tests, and for a control plane without anything behind it.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"

#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>

namespace starkeep::localcloud {

/// Thread: any.
class MemoryMachinery final : public Machinery {
public:
    Result<void> put_network(const NetworkFact& network) override
    {
        return add("network", network.id);
    }
    Result<void> remove_network(const FactId& id) override { return drop("network", id); }
    Result<void> put_subnet(const SubnetFact& subnet) override { return add("subnet", subnet.id); }
    Result<void> remove_subnet(const FactId& id) override { return drop("subnet", id); }
    Result<void> put_interface(const InterfaceFact& one) override
    {
        return add("interface", one.id);
    }
    Result<void> remove_interface(const FactId& id) override { return drop("interface", id); }
    Result<void> put_endpoint(const EndpointFact& endpoint) override;
    Result<void> remove_endpoint(const FactId& id) override { return drop("endpoint", id); }
    Result<void> put_zone(const ZoneFact& zone) override;
    Result<void> remove_zone(const FactId& id) override { return drop("zone", id); }
    Result<void> put_storage_account(const StorageFact& account) override
    {
        return add("storage", account.id);
    }
    Result<void> remove_storage_account(const FactId& id) override { return drop("storage", id); }
    Result<void> put_vm(const VmFact& vm) override { return add("vm", vm.id); }
    Result<void> start_vm(const FactId& id) override { return add("vm", id); }
    Result<void> stop_vm(const FactId& id) override { return drop("vm", id); }
    Result<void> remove_vm(const FactId& id) override { return drop("vm", id); }
    /// Errors: Unsupported unless a test has said what scripts give.
    Result<ShellOutcome>
    run_command(const FactId& vm, const ShellCommand& command, std::stop_token stop) override;
    Result<void> put_cluster(const ClusterFact& cluster) override
    {
        return add("cluster", cluster.id);
    }
    Result<void> start_cluster(const FactId& id) override { return add("cluster", id); }
    Result<void> stop_cluster(const FactId& id) override { return drop("cluster", id); }
    Result<void> remove_cluster(const FactId& id) override { return drop("cluster", id); }
    void serve_metadata(MetadataService /*service*/) override {}
    void stop() override {}

    bool has(const std::string& kind, const FactId& id) const;
    ZoneFact zone(const FactId& id) const;
    EndpointFact endpoint(const FactId& id) const;
    /// What scripts give from now on.
    void answer_scripts(std::function<Result<ShellOutcome>(const ShellCommand&)> answer);
    /// What the next put of that kind fails with.
    void fail_next(const std::string& kind, Error error);

private:
    Result<void> add(const std::string& kind, const FactId& id);
    Result<void> drop(const std::string& kind, const FactId& id);

    mutable Mutex mutex_;
    std::map<std::string, std::set<FactId>> facts_ GUARDED_BY(mutex_);
    std::map<FactId, ZoneFact> zones_ GUARDED_BY(mutex_);
    std::map<FactId, EndpointFact> endpoints_ GUARDED_BY(mutex_);
    std::map<std::string, Error> failures_ GUARDED_BY(mutex_);
    std::function<Result<ShellOutcome>(const ShellCommand&)> scripts_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::localcloud
