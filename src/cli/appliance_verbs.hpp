// SPDX-License-Identifier: Apache-2.0
// The direct verbs where no --repo is given: asked of the appliance, told in the same JSON.
#pragma once

#include "base/result.hpp"
#include "cli/context.hpp"
#include "json/json.hpp"

#include <string>

namespace starkeep::cli {

/// Whether a verb works on storage itself (--repo), or through the appliance.
inline bool goes_to_appliance(const Context& context)
{
    return context.repository_url.empty();
}

/// The array that `points --json` prints.
Result<Json> points_of_appliance(const Context& context, const std::string& source);
/// The object that `show --json` prints.
Result<Json>
point_of_appliance(const Context& context, const std::string& point, const std::string& source);

/// Begins a session by a POST of `body` to `path` ("restores", "backups"), waits for its end and prints the task's result.
/// The repository of `body` is --repository, or the only one.
Result<Outcome> run_on_appliance(const Context& context, const std::string& path, Json body);

}  // namespace starkeep::cli
