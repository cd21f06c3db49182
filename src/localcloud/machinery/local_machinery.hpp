// SPDX-License-Identifier: Apache-2.0
// The machinery on this machine: makes the facts that the control plane asks for with namespaces, Azurite and PostgreSQL.
#pragma once

#include "base/result.hpp"
#include "codec/certificate.hpp"
#include "localcloud/machinery.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace starkeep::localcloud {

struct MachineryOptions {
    std::filesystem::path state_dir;
    /// Signs every server's certificate; machines trust it. Must outlive the machinery.
    const codec::CertificateAuthority& authority;
    std::string storage_suffix;   ///< "core.starkeep.test"
    std::string postgres_suffix;  ///< "postgres.cosmos.starkeep.test"
    /// Where on this machine's 127.0.0.1 the control plane answers, and the names that lead there from inside, at port 443.
    std::uint16_t control_port = 0;
    std::vector<std::string> control_names{};
    std::filesystem::path azurite{};   ///< the program, as tools/azurite.sh prints it
    std::filesystem::path vm_image{};  ///< the folder that tools/localcloud/vm_root.sh prints
    std::filesystem::path vm_init{};   ///< the program starkeep-vm-init
};

/// Errors: Denied without the rights of root; Exists when another local cloud works on the same state; NotFound when a
/// program that it needs is not installed.
Result<std::unique_ptr<Machinery>> make_machinery(const MachineryOptions& options);

}  // namespace starkeep::localcloud
