// SPDX-License-Identifier: Apache-2.0
// The files of a worker in its region's account: put there once, proved, and lent out for reading.
#pragma once

#include "azure/storage/shared_key.hpp"
#include "base/result.hpp"
#include "fleet/bootstrap_script_internal.hpp"
#include "fleet/launch.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace starkeep::fleet {

struct WorkerFiles {
    Download bundle;
    /// worker.json, manifest.json, manifest.sig
    std::vector<Download> others;
    /// "3 uploaded, 1 there already"
    std::string summary;
};

/// How long after the last moment for a hello the worker's right to its queues lasts.
inline constexpr std::chrono::hours kQueueAccess{24 * 7};

/// Uploads by a SAS that may write into the one container; what is there with the same MD5 and SHA-256 stays. Each file's
/// MD5 is then read back.
/// Errors: Corrupt when an MD5 differs; NotFound, InvalidInput for the bundle; those of storage.
Result<WorkerFiles>
upload_worker_files(const Services& services, const LaunchRequest& request, StepSink& sink);

/// The worker's own ones, not the bundle, which others share.
Result<void> remove_worker_files(const Services& services, const Network& network, WorkerId id);

}  // namespace starkeep::fleet
