// SPDX-License-Identifier: Apache-2.0
// The first process of a machine: starts its enabled services, answers systemctl, reaps, and stops all on SIGTERM.
#pragma once

#include "base/result.hpp"

#include <functional>

namespace starkeep::localcloud {

/// Runs inside the machine's root until SIGTERM. `ready` is called when a command can be run here.
/// Errors: what keeps it from serving at all.
Result<void> run_machine_init(const std::function<void()>& ready);

/// The program `systemctl` of a machine: hands its arguments to the init and prints the reply. A script of bash.
extern const char* const kSystemctlScript;

}  // namespace starkeep::localcloud
