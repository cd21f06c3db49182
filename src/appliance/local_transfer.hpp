// SPDX-License-Identifier: Apache-2.0
// Backups and restores that the appliance's own process does: of servers that no worker is needed for.
#pragma once

#include "appliance/catalog.hpp"
#include "appliance/policy.hpp"
#include "appliance/repository_pool.hpp"
#include "appliance/runner.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/work_order.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <stop_token>
#include <string>

namespace starkeep::appliance {

/// The URL with the password in it, for a driver; never to be shown.
Secret with_password(const std::string& url, const Secret& password);

/// Step transfer. Errors: those of source and repository.
Result<TaskOutcome> back_up_here(
    const Catalog& catalog,
    RepositoryPool& repositories,
    const RepositoryPart& part,
    TaskReporter& reporter,
    std::stop_token stop
);

/// Step transfer, into `target_url`, which may hold a password.
Result<TaskOutcome> restore_here(
    RepositoryPool& repositories,
    const RestoreOrder& order,
    const Secret& target_url,
    TaskReporter& reporter,
    std::stop_token stop
);

}  // namespace starkeep::appliance
