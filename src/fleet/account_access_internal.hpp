// SPDX-License-Identifier: Apache-2.0
// The way into an account's blobs and queues: its key, and clients that use it.
#pragma once

#include "azure/storage/blob_client.hpp"
#include "azure/storage/queue_client.hpp"
#include "azure/storage/service.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"

#include <memory>
#include <string>

namespace starkeep::fleet {

/// Asked for each time: keys are rotated, and nobody keeps them.
/// Errors: Denied when the account or the role does not give keys.
Result<azure::storage::SharedKey>
account_key(const Services& services, const StorageAccount& account);

azure::storage::ServiceOptions storage_options(
    const Services& services,
    const std::string& endpoint,
    std::unique_ptr<azure::storage::Authorization> authorization
);

/// Says whose fault it is that the appliance cannot reach an account.
Error unreachable(Error error, const StorageAccount& account);

}  // namespace starkeep::fleet
