// SPDX-License-Identifier: Apache-2.0
// A local cloud from its start to its end.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace starkeep::localcloud {

struct StartOptions {
    std::filesystem::path state;
    std::vector<std::string> regions{"westeurope", "northeurope"};
    std::uint16_t port = 0;  ///< 0: that of the last start, or any
    std::filesystem::path faults{};
    int polls = 2;
    int retry_after_s = 1;
    int page_size = 100;
    std::int64_t core_limit = 100;
    std::filesystem::path azurite{};
    std::filesystem::path vm_image{};
    std::filesystem::path vm_init{};
    /// Nothing is made on this machine: calls are answered, and that is all.
    bool control_plane_only = false;
};

/// Serves until `stop` is requested; `ready` is called once when everything answers.
/// Errors: Exists when one runs on the folder already; those of files, of the server and of the machinery.
Result<void> serve(
    const StartOptions& options,
    const std::function<void(const std::string& said)>& ready,
    std::stop_token stop
);

}  // namespace starkeep::localcloud
