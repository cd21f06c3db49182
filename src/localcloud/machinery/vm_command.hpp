// SPDX-License-Identifier: Apache-2.0
// A script run inside a machine as Azure's agent does: as root, without input, its end and its last words kept.
#pragma once

#include "base/result.hpp"
#include "localcloud/machinery.hpp"

#include <sys/types.h>

#include <stop_token>

namespace starkeep::localcloud {

/// `machine`: the first process. Script, output and errors stay in /var/lib/waagent/run-command/download/N/ of the machine.
/// Errors: Unavailable when the machine is gone; Cancelled.
Result<ShellOutcome>
run_vm_command(pid_t machine, const ShellCommand& command, std::stop_token stop);

}  // namespace starkeep::localcloud
