// SPDX-License-Identifier: Apache-2.0
// Watching a session to its end: log lines as they come, then how it ended.
#pragma once

#include "base/result.hpp"
#include "cli/appliance_client.hpp"
#include "cli/context.hpp"
#include "json/json.hpp"

#include <string>

namespace starkeep::cli {

/// Prints the log on standard error until the session is over; the session then.
/// Errors: Cancelled when this program is stopped; the session goes on.
Result<Json>
follow_session(const Context& context, const ApplianceClient& client, const std::string& id);

/// How a command ends that waited for this session: its failure as an error, with the code it had there.
Result<Outcome> outcome_of_session(const Json& session);

/// Prints one session with its tasks and steps.
void print_session(const Context& context, const Json& session);

}  // namespace starkeep::cli
