// SPDX-License-Identifier: Apache-2.0
// A failure as JSON for whoever must act on it: what happened, in which layer, whose it is, what helps.
#pragma once

#include "base/error.hpp"
#include "json/json.hpp"

#include <string_view>

namespace starkeep::appliance {

/// {"code", "message", "hint", "layer", "owner"}; `layer` replaces the code's own when it is given.
Json problem(const Error& error, std::string_view layer = {});

}  // namespace starkeep::appliance
