// SPDX-License-Identifier: Apache-2.0
// What a machine of the cloud sees as its whole world: its own file system on top of a shared image, devices, host name.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace starkeep::localcloud {

struct MachineRoot {
    std::filesystem::path image;  ///< the shared root, never written to
    std::filesystem::path
        folder;  ///< with "upper" and "work": what the machine changed, kept over restarts
    std::string host_name;
};

/// For a process that is to become the first of a machine, already the first of a process namespace: takes mount, name and
/// IPC namespaces of its own, makes the root its root, and gives up rights that no guest has over the host.
/// Errors: Denied or Unavailable as the kernel says, naming the step.
Result<void> enter_machine_root(const MachineRoot& root);

}  // namespace starkeep::localcloud
