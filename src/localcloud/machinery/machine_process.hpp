// SPDX-License-Identifier: Apache-2.0
// The program starkeep-vm-init: a process that takes a machine's namespaces and becomes its init.
#pragma once

#include <span>

namespace starkeep::localcloud {

/// `words`: the program's name, the image, the machine's folder, the path of its network namespace, its host name. Writes
/// the number of the machine's first process to standard output when commands can be run there. Returns the exit status.
int run_machine_process(std::span<char* const> words);

}  // namespace starkeep::localcloud
