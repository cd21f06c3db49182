// SPDX-License-Identifier: Apache-2.0
// Commands of this machine inside the cloud: in a network as if on a host of its own, or in a virtual machine.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace starkeep::localcloud {

/// Exactly one of the first four is set.
struct EnterRequest {
    std::string vm{};       ///< its resource id
    std::string network{};  ///< of a virtual network or a subnet
    std::string region{};   ///< any network there
    bool internet = false;  ///< outside of every network
    /// Ports of 127.0.0.1 inside that answer on 127.0.0.1 of this machine as long as the command runs.
    std::vector<std::uint16_t> publish{};
};

/// Becomes `arguments` inside: same file system (but for a virtual machine), own network, the cloud's resolver. Returns only
/// when it fails. The place outlives this process' children never: the local cloud takes it away when the command ends.
/// Errors: Unavailable when no local cloud runs on `state_dir`; NotFound when the network or machine, or the program, is
/// not there; Denied without the rights of root.
/// Thread: the only one of the process.
Error run_inside(
    const std::filesystem::path& state_dir,
    const EnterRequest& request,
    const std::vector<std::string>& arguments
);

}  // namespace starkeep::localcloud
