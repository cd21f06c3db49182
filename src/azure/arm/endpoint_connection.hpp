// SPDX-License-Identifier: Apache-2.0
// A private endpoint as its target sees it; storage accounts, clusters and Cosmos DB accounts all have a list of these.
#pragma once

#include "azure/arm/resource_id.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <string>
#include <string_view>

namespace starkeep::azure::arm {

struct TargetConnection {
    ResourceId id{};
    std::string name{};  ///< "{endpoint}.{guid}"
    ResourceId endpoint{};
    std::string status{};  ///< "Approved", "Pending", "Rejected", "Disconnected"
    std::string description{};
    std::string provisioning_state{};
};

/// Errors: Corrupt when `json` is no connection.
Result<TargetConnection> parse_target_connection(const Json& json);

/// The body that approves one.
Json approval(std::string_view description);

}  // namespace starkeep::azure::arm
