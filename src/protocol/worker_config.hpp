// SPDX-License-Identifier: Apache-2.0
// The bootstrap file of a worker, worker.json: where its queues are and how it proves who it is, once.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/ed25519.hpp"
#include "codec/hash.hpp"
#include "codec/x25519.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace starkeep::protocol {

/// Eight hexadecimal digits in names of machines and queues.
using WorkerId = Id<struct WorkerTag, 4>;

/// Version of the bootstrap file and of the messages. Source: docs/worker-protocol.md section 1.
inline constexpr unsigned kProtocolVersion = 1;

/// One worker, one use: a second hello under the same secret is refused.
struct WorkerConfig {
    WorkerId worker;
    Secret tasks_url{{}};   ///< of the queue, with a SAS that may get, update and delete messages
    Secret events_url{{}};  ///< likewise, that may add
    codec::X25519PublicKey appliance_key{};           ///< made for this worker alone
    codec::Ed25519PublicKey appliance_signing_key{};  ///< the appliance's own, for manifests
    codec::Key256 bootstrap_secret;
    std::chrono::sys_seconds expires{};               ///< no hello afterwards
    std::string storage_suffix = "core.windows.net";  ///< of the names of storage accounts
    std::string
        ca_certificates;  ///< PEM of authorities trusted besides the public ones; often empty
};

/// One JSON document. It holds secrets.
Secret encode_worker_config(const WorkerConfig& config);

/// Errors: Unsupported for another version; Corrupt for anything else that is not what encode_worker_config() writes.
Result<WorkerConfig> decode_worker_config(std::string_view text);

}  // namespace starkeep::protocol
