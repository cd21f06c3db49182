// SPDX-License-Identifier: Apache-2.0
// Tasks on sources that Azure runs: what a worker must be given for them, and
// the native part.
#pragma once

#include "appliance/catalog.hpp"
#include "appliance/policy.hpp"
#include "appliance/runner.hpp"
#include "appliance/session_reporter.hpp"
#include "appliance/settings.hpp"
#include "appliance/work_order.hpp"
#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "codec/hash.hpp"
#include "sys/clock.hpp"

#include <stop_token>
#include <string>

namespace starkeep::appliance {

/// What these tasks need of the appliance; all of it lives longer.
struct AzureTools {
    Catalog& catalog;
    Settings& settings;
    const azure::Cloud& cloud;
    const sys::Clock& clock;
    const codec::Key256& signing_key;
};

/// Step native, then, where the policy has a repository part, the worker's
/// steps.
Result<TaskOutcome> back_up_in_azure(
    const AzureTools& tools,
    const Source& source,
    const Policy& policy,
    TaskReporter& reporter,
    std::stop_token stop
);

/// Into the registered source `order.target`, by a worker in its region.
Result<TaskOutcome> restore_in_azure(
    const AzureTools& tools,
    const Source& target,
    const RestoreOrder& order,
    TaskReporter& reporter,
    std::stop_token stop
);

/// Makes what the workers of a region need; the region is the task's name.
Result<TaskOutcome> make_network(
    const AzureTools& tools, const std::string& account, TaskReporter& reporter, std::stop_token stop
);

}  // namespace starkeep::appliance
