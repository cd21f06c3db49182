// SPDX-License-Identifier: Apache-2.0
// Takes away what crashed launches and forgotten workers left behind.
#pragma once

#include "base/result.hpp"
#include "fleet/deployment.hpp"
#include "fleet/worker_id.hpp"

#include <set>
#include <string>
#include <vector>

namespace starkeep::fleet {

struct Services;
class StepSink;

struct CollectRequest {
    Deployment deployment{};
    /// Workers that stay whatever their lease says: the appliance works with them.
    std::set<WorkerId> in_use{};
    /// Only say what would go.
    bool dry_run = false;
};

struct Leftover {
    /// "virtual machine", "network interface", "disk", "queue", "worker file".
    std::string kind{};
    std::string name{};
    std::string resource_id{};
    /// Why it goes, or why it could not.
    std::string reason{};
    bool is_removed = false;
};

/// Finds workers of this appliance whose lease has run out, and parts of workers that have no machine any more, by
/// their tags and names; deletes them in the order of their dependence. What lacks this appliance's tag is never touched.
/// Errors: what the lists answer; a leftover that cannot be deleted stays in the result with its reason.
Result<std::vector<Leftover>>
collect(const Services& services, const CollectRequest& request, StepSink& sink);

}  // namespace starkeep::fleet
