// SPDX-License-Identifier: Apache-2.0
// The script that tries servers from inside a machine, and reading what it prints.
#pragma once

#include "base/result.hpp"
#include "fleet/script_internal.hpp"
#include "fleet/verify_network.hpp"

#include <string_view>
#include <vector>

namespace starkeep::fleet {

/// Uses what a bare image has: getent, bash's /dev/tcp, curl. One line of at most some hundred bytes per server, since
/// Run Command keeps the last 4096 bytes only.
Script reach_script(const std::vector<Reach>& targets);

/// Errors: Unavailable when a server is missing in the output.
Result<std::vector<ReachResult>>
parse_reach(const std::vector<Reach>& targets, std::string_view output);

}  // namespace starkeep::fleet
