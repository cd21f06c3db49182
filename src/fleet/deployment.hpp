// SPDX-License-Identifier: Apache-2.0
// How an appliance is set up to work in a subscription: the settings that every network and worker of it shares.
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::fleet {

/// Marks everything that one appliance made; survives its reinstallation.
using ApplianceId = Id<struct ApplianceTag, 8>;

/// How the worker's software gets onto its machine.
enum class Bootstrap {
    /// Run Command, action form.
    RunCommand,
    /// Run Command as a resource of the machine: several at once, output kept.
    ManagedRunCommand,
    /// The same script as the machine's custom data; no Run Command at all.
    CloudInit,
};

struct Deployment {
    ApplianceId appliance;
    std::string subscription{};
    /// Where the appliance stands: its queues are made there. Short form, "westeurope".
    std::string region{};
    bool private_network = true;
    /// Networks of workers are cut out of it, 256 addresses each.
    std::string address_pool = "10.233.0.0/16";
    /// The first one that the region sells and the quota allows is taken.
    std::vector<std::string> vm_sizes{
        "Standard_F4s_v2",
        "Standard_D4s_v5",
        "Standard_D4as_v5",
        "Standard_D2s_v5",
    };
    Bootstrap bootstrap = Bootstrap::RunCommand;
    /// The appliance's own subnet, by its resource id. With a private network it gets endpoints too, so that the
    /// appliance reaches the accounts; empty when it reaches them by other means.
    std::string appliance_subnet{};
};

std::string_view name(Bootstrap bootstrap);
/// "run-command", "managed-run-command" or "cloud-init".
std::optional<Bootstrap> find_bootstrap(std::string_view name);

/// Errors: InvalidInput, naming the setting: no subscription or region, a pool that is no private IPv4 prefix of at
/// least 256 addresses, no machine size, a subnet that is no resource id.
Result<void> check(const Deployment& deployment);

}  // namespace starkeep::fleet
