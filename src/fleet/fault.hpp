// SPDX-License-Identifier: Apache-2.0
// Failures of the network and of workers, told the same way each time: what, in which layer, whose it is to mend, how.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace starkeep::fleet {

enum class Layer {
    Permission,
    Quota,
    AddressSpace,
    Name,
    Network,
    Endpoint,
    Dns,
    Storage,
    Machine,
    Agent,
    RunCommand,
    Script,
    Worker,
};

struct Fault {
    ErrorCode code;
    Layer layer;
    /// Lower case, no period, names the thing.
    std::string what;
    /// Who can mend it: "the owner of the subscription".
    std::string owner;
    /// A full sentence.
    std::string remedy;
};

Error to_error(const Fault& fault);
/// The same for a failure that came from below: its code and text stay.
Error with_remedy(Error error, Layer layer, std::string_view owner, std::string_view remedy);

/// "dns", "run command"
std::string_view name(Layer layer);

}  // namespace starkeep::fleet
