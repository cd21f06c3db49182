// SPDX-License-Identifier: Apache-2.0
// What one local cloud is: its names, regions, identities and paces.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace starkeep::localcloud {

struct Settings {
    std::filesystem::path state;  ///< folder of everything that outlives the process
    std::vector<std::string> regions{"westeurope", "northeurope"};
    std::string tenant_id;
    std::string subscription_id;
    std::string base_url;  ///< of Entra and the resource manager: "https://127.0.0.1:PORT"
    std::string storage_suffix = "core.starkeep.test";
    std::string postgres_suffix = "postgres.cosmos.starkeep.test";
    std::string mongo_suffix = "mongo.cosmos.starkeep.test";
    int polls = 2;  ///< how often an operation is still running, at least, when it is asked for
    std::chrono::seconds retry_after{1};
    std::int64_t core_limit = 100;  ///< virtual processors per region
    int page_size = 100;
    /// False in unit tests: the work of an operation is done before its start is answered.
    bool in_background = true;
};

}  // namespace starkeep::localcloud
