// SPDX-License-Identifier: Apache-2.0
// The names of all that the fleet makes. They follow from ids and regions alone, so that a step run again finds its own.
#pragma once

#include "fleet/deployment.hpp"
#include "fleet/worker_id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace starkeep::fleet {

namespace tag {
inline constexpr std::string_view kAppliance = "starkeep-appliance";
inline constexpr std::string_view kRole = "starkeep-role";
inline constexpr std::string_view kLease = "starkeep-lease";

inline constexpr std::string_view kNetworkRole = "network";
inline constexpr std::string_view kStorageRole = "storage";
inline constexpr std::string_view kEndpointRole = "endpoint";
inline constexpr std::string_view kWorkerRole = "worker";
}  // namespace tag

/// Names of one region's network.
std::string resource_group_name(std::string_view region);
/// Holds the endpoints and zones of the appliance's own network: a zone's record can lead to one endpoint only, so they
/// stay apart from the workers'.
std::string appliance_group_name(std::string_view region);
std::string security_group_name(std::string_view region);
std::string virtual_network_name(std::string_view region);
inline constexpr std::string_view kWorkerSubnet = "workers";

/// `attempt`: another name for each, since names of accounts are taken by the whole world.
/// Shape: 21 characters of [a-z0-9].
/// Source: Microsoft.Storage naming rules: 3 to 24 lower-case letters and digits.
std::string
storage_account_name(const Deployment& deployment, std::string_view region, unsigned attempt);
/// "ACCOUNT-blob", at most 64 characters.
std::string endpoint_name(std::string_view target, std::string_view group_id);
inline constexpr std::string_view kZoneGroup = "default";
/// "privatelink.blob.core.windows.net"; `service` is "blob" or "queue".
std::string storage_zone(std::string_view service, std::string_view storage_suffix);

struct WorkerNames {
    std::string vm{};
    std::string interface{};
    std::string disk{};
    std::string tasks_queue{};
    std::string events_queue{};
    /// In front of the names of the worker's own files in the container.
    std::string files_prefix{};
};
WorkerNames worker_names(WorkerId id);
/// The worker whose machine, interface, disk, queue or file has this name.
std::optional<WorkerId> worker_of(std::string_view name);

/// The container of worker files.
inline constexpr std::string_view kWorkerContainer = "starkeep-worker";

}  // namespace starkeep::fleet
