// SPDX-License-Identifier: Apache-2.0
#include "sys/environment.hpp"
#include "sys/process.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::sys {

namespace {

bool is_program(const std::string& path)
{
    struct stat state = {};
    return ::stat(path.c_str(), &state) == 0 && S_ISREG(state.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::optional<std::string> find_program(std::string_view name)
{
    if (name.find('/') != std::string_view::npos) {
        std::string path(name);
        return is_program(path) ? std::optional(std::move(path)) : std::nullopt;
    }
    const std::string places = get_env("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
    std::string_view rest = places;
    while (!name.empty() && !rest.empty()) {
        const std::size_t colon = rest.find(':');
        const std::string_view place = rest.substr(0, colon);
        // An empty place would mean the current directory, which nobody wants searched.
        std::string path = std::string(place) + "/" + std::string(name);
        if (!place.empty() && is_program(path)) {
            return path;
        }
        rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    }
    return std::nullopt;
}

}  // namespace starkeep::sys
