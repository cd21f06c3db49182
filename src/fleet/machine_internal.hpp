// SPDX-License-Identifier: Apache-2.0
// A worker's machine: its interface, its size, its making, its agent; and taking it away.
#pragma once

#include "azure/compute/virtual_machines.hpp"
#include "base/result.hpp"
#include "fleet/deployment.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"
#include "fleet/worker_id.hpp"

#include <chrono>
#include <string>

namespace starkeep::fleet {

struct MachineRequest {
    const Deployment& deployment;
    const Network& network;
    WorkerId id;
    std::chrono::sys_seconds lease_until{};
    /// For cloud-init; empty with Run Command.
    std::string custom_data{};
};

azure::arm::ResourceId machine_id(const Deployment&, const Network& network, WorkerId id);

/// Found, or made in the first size that is sold, within quota and has capacity.
/// Errors: NoSpace, naming every size and its reason; Conflict for a machine of that name that is not ours.
Result<azure::compute::VirtualMachine>
find_or_make_machine(const Services& services, const MachineRequest& request, StepSink& sink);

/// Errors: TimedOut, with layer, owner and remedy.
Result<void> await_agent(const Services& services, const azure::arm::ResourceId& machine);

/// Machine, disk, interface, in this order: the interface bears the tag by which the collector finds the rest.
Result<void> remove_machine(
    const Services& services, const azure::arm::ResourceId& machine, WorkerId id, StepSink& sink
);

}  // namespace starkeep::fleet
