// SPDX-License-Identifier: Apache-2.0
// A script for a machine, with its secrets apart, and how it is run there.
#pragma once

#include "azure/arm/resource_id.hpp"
#include "azure/compute/run_command.hpp"
#include "base/result.hpp"
#include "fleet/deployment.hpp"
#include "fleet/services.hpp"
#include "fleet/step_sink.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::fleet {

/// For bash, as root. Prints "##RC=<n>" at its end.
struct Script {
    std::vector<std::string> lines{};
    /// Values that not everybody should read, by shell variable. The managed form keeps them from sight.
    std::vector<std::pair<std::string, std::string>> variables{};
};

/// One shell word. The text must hold no single quote: URLs and checked names do not.
std::string shell_word(std::string_view text);

/// As one file, variables inside.
std::string whole_text(const Script& script);

struct ScriptRun {
    azure::arm::ResourceId machine{};
    std::string region{};
    /// Names the act in the next run too: "bootstrap".
    std::string name{};
    Script script{};
    Bootstrap form = Bootstrap::RunCommand;
    std::chrono::minutes limit{10};
};

/// A run that was begun before a crash is waited for. Another script that runs in the machine is waited for, too.
/// Errors: TimedOut, with layer, owner and remedy, when it hangs. A script that fails is no error here.
Result<azure::compute::ScriptOutput>
run_script(const Services& services, const ScriptRun& run, StepSink& sink);

}  // namespace starkeep::fleet
