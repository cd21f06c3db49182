// SPDX-License-Identifier: Apache-2.0
// The process environment, read only.
#pragma once

#include <optional>
#include <string>

namespace starkeep::sys {

/// Nothing when the variable is not set; a set but empty one is an empty text.
std::optional<std::string> get_env(const std::string& name);

}  // namespace starkeep::sys
