// SPDX-License-Identifier: Apache-2.0
// Virtual machines as process trees with a root, a network and an init of their own.
#pragma once

#include "base/mutex.hpp"
#include "base/result.hpp"
#include "localcloud/machinery.hpp"
#include "localcloud/machinery/backstage.hpp"
#include "localcloud/machinery/fabric.hpp"

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

namespace starkeep::localcloud {

struct VmPrograms {
    std::filesystem::path image;  ///< a root that tools/localcloud/vm_root.sh made
    std::filesystem::path init;   ///< starkeep-vm-init
};

/// Thread: any.
class VmHosts {
public:
    /// The others must outlive it.
    VmHosts(Backstage& backstage, Fabric& fabric, VmPrograms programs);
    ~VmHosts();
    VmHosts(const VmHosts&) = delete;
    VmHosts& operator=(const VmHosts&) = delete;

    void serve_metadata(MetadataService service) { metadata_ = std::move(service); }
    Result<void> put(const VmFact& fact);
    Result<void> start(const FactId& id);
    Result<void> stop(const FactId& id);
    Result<void> remove(const FactId& id);
    Result<ShellOutcome>
    run_command(const FactId& id, const ShellCommand& command, std::stop_token stop);
    /// Its first process, as this machine numbers it. Errors: NotFound; Unavailable when it does not run.
    Result<pid_t> process(const FactId& id);
    void stop_all();

private:
    struct Vm;

    Result<std::shared_ptr<Vm>> find(const FactId& id);
    Result<void> prepare(const VmFact& fact, const std::filesystem::path& folder) const;
    Result<void> boot(Vm& vm) const;

    Backstage& backstage_;
    Fabric& fabric_;
    VmPrograms programs_;
    MetadataService metadata_;
    Mutex mutex_;
    std::map<FactId, std::shared_ptr<Vm>> vms_ GUARDED_BY(mutex_);
};

}  // namespace starkeep::localcloud
