// SPDX-License-Identifier: Apache-2.0
// From the files that lie on a new worker machine to open queues.
#pragma once

#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "http/transport.hpp"
#include "protocol/worker_config.hpp"
#include "sys/file.hpp"
#include "worker/azure_queue.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace starkeep::worker {

/// Reads the bootstrap file. Where manifest.json lies beside it, that must bear the appliance's signature.
/// Errors: NotFound; Denied when the file has expired or the signature is wrong; Corrupt, Unsupported.
Result<protocol::WorkerConfig> read_bootstrap(const std::filesystem::path& path);

/// The queues of a worker and what carries requests to them.
class Connections {
public:
    /// Errors: InvalidInput for URLs or certificates that are none.
    static Result<std::unique_ptr<Connections>> open(const protocol::WorkerConfig& config);

    AzureQueue& tasks() { return *tasks_; }
    AzureQueue& events() { return *events_; }
    /// Where the stores of repositories are, and whom to trust there.
    const azure::Cloud& cloud() const { return cloud_; }

private:
    Connections() = default;

    std::optional<sys::TempDir> folder_;  ///< holds the certificates as the file that libcurl wants
    azure::Cloud cloud_;
    std::unique_ptr<http::Transport> transport_;
    std::unique_ptr<AzureQueue> tasks_;
    std::unique_ptr<AzureQueue> events_;
};

}  // namespace starkeep::worker
