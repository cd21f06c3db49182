// SPDX-License-Identifier: Apache-2.0
// A worker from nothing to its first word: files, machine, bootstrap, queues; and its removal.
#pragma once

#include "base/result.hpp"
#include "codec/hash.hpp"
#include "fleet/deployment.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/worker_id.hpp"
#include "protocol/appliance_link.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace starkeep::fleet {

struct Services;
class StepSink;

/// The two queues of one worker, in the account of the appliance's region.
struct WorkerQueues {
    std::string tasks{};
    std::string events{};
};

struct Worker {
    WorkerId id;
    std::string vm_id{};
    std::string vm_size{};
    /// Deleting it is the appliance's duty after that; the collector does it otherwise.
    std::chrono::sys_seconds lease_until;
    WorkerQueues queues{};
};

struct LaunchRequest {
    Deployment deployment{};
    /// As apply_network() gave it.
    Network network{};
    /// Made and kept by the appliance before the first try; the worker's id is in them. A launch run again gets the
    /// same ones.
    const protocol::LinkKeys& keys;
    /// The appliance's own Ed25519 key, for the manifest of the worker's files.
    const codec::Key256& signing_key;
    /// starkeep-worker-VERSION.tar.gz
    std::filesystem::path bundle;
    std::chrono::seconds lease{std::chrono::hours{24}};
};

/// Steps upload, worker, bootstrap, queue. Safe to repeat after a stop at any point, with the same request: what is
/// there is used, a Run Command that was sent is waited for and not sent again.
/// Errors: Corrupt when an uploaded file's MD5 differs; NoSpace for quota in every allowed size; Denied; TimedOut when
/// the machine's agent never reports or Run Command hangs; Rejected when the bootstrap script failed, with its last
/// words. Each says layer, owner and remedy in its hint. What was made stays for the next try or for remove_worker().
Result<Worker>
launch_worker(const Services& services, const LaunchRequest& request, StepSink& sink);

/// Moves the end of the lease, as the machine's tag says it.
Result<void>
renew_lease(const Services& services, const Worker& worker, std::chrono::sys_seconds until);

/// Step cleanup: machine, interface, disk, queues and the worker's files, in this order; absent ones are passed over.
/// The network, the accounts and the shared bundle stay.
Result<void> remove_worker(
    const Services& services,
    const Deployment& deployment,
    const Network& network,
    WorkerId id,
    StepSink& sink
);

}  // namespace starkeep::fleet
