// SPDX-License-Identifier: Apache-2.0
// A task done by a worker in the source's region: network, machine, talk over
// queues, removal; carried on after a restart.
#pragma once

#include "appliance/runner.hpp"
#include "appliance/session_reporter.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"
#include "protocol/task.hpp"

#include <filesystem>
#include <string>

namespace starkeep::appliance {

struct WorkerJob {
    fleet::NetworkRequest network{};
    std::filesystem::path bundle{};  ///< starkeep-worker-VERSION.tar.gz
    const codec::Key256& signing_key;
    protocol::TaskBody body{};
    const protocol::TaskSecrets& secrets;
    bool keep_worker = false;
};

/// So many workers are made for one task before it fails, each after the death
/// of the one before.
inline constexpr unsigned kWorkersPerTask = 3;

/// Steps network to cleanup. What must survive a restart is stored before it is
/// used: the worker's keys and the task's id before anything is made, the talk
/// with each event. Run again, it goes on with a worker that lives. When
/// `services.stop` is requested because the session was cancelled, the worker
/// is told to stop and removed; when the program ends, the worker goes on.
Result<TaskOutcome>
transfer_by_worker(const fleet::Services& services, const WorkerJob& job, TaskReporter& reporter);

}  // namespace starkeep::appliance
