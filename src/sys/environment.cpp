// SPDX-License-Identifier: Apache-2.0
#include "sys/environment.hpp"

#include <cstdlib>
#include <optional>
#include <string>

namespace starkeep::sys {

std::optional<std::string> get_env(const std::string& name)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): unsafe beside setenv only, which nothing here calls.
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace starkeep::sys
