// SPDX-License-Identifier: Apache-2.0
#include "fleet/names.hpp"

#include "base/bytes.hpp"
#include "codec/hash.hpp"
#include "fleet/deployment.hpp"
#include "fleet/worker_id.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::fleet {

namespace {

constexpr std::string_view kVmPrefix = "starkeep-worker-";
constexpr std::string_view kQueuePrefix = "starkeep-";
constexpr std::size_t kIdDigits = WorkerId::kSize * 2;
/// Source: naming rules of Microsoft.Network/privateEndpoints.
constexpr std::size_t kLongestEndpointName = 64;

/// The id between a prefix and one of the endings.
template <std::size_t N>
std::optional<WorkerId> id_within(
    std::string_view name, std::string_view prefix, const std::array<std::string_view, N>& endings
)
{
    if (!name.starts_with(prefix) || name.size() < prefix.size() + kIdDigits) {
        return std::nullopt;
    }
    const std::string_view digits = name.substr(prefix.size(), kIdDigits);
    const std::string_view rest = name.substr(prefix.size() + kIdDigits);
    for (const std::string_view ending : endings) {
        if (rest == ending) {
            return WorkerId::from_hex(digits);
        }
    }
    return std::nullopt;
}

}  // namespace

std::string resource_group_name(std::string_view region)
{
    return "starkeep-" + std::string(region);
}

std::string appliance_group_name(std::string_view region)
{
    return resource_group_name(region) + "-appliance";
}

std::string security_group_name(std::string_view region)
{
    return "starkeep-nsg-" + std::string(region);
}

std::string virtual_network_name(std::string_view region)
{
    return "starkeep-vnet-" + std::string(region);
}

std::string
storage_account_name(const Deployment& deployment, std::string_view region, unsigned attempt)
{
    std::string place = deployment.subscription + "|" + std::string(region);
    if (attempt > 0) {
        place += "|" + std::to_string(attempt);
    }
    const std::string place_hash = to_hex(codec::sha256(as_bytes(place)));
    return "skp" + deployment.appliance.hex().substr(0, 8) + place_hash.substr(0, 10);
}

std::string endpoint_name(std::string_view target, std::string_view group_id)
{
    std::string name = std::string(target) + "-" + std::string(group_id);
    if (name.size() > kLongestEndpointName) {
        const std::string hash = to_hex(codec::sha256(as_bytes(name))).substr(0, 8);
        name = name.substr(0, kLongestEndpointName - 9) + "-" + hash;
    }
    return name;
}

std::string storage_zone(std::string_view service, std::string_view storage_suffix)
{
    return "privatelink." + std::string(service) + "." + std::string(storage_suffix);
}

WorkerNames worker_names(WorkerId id)
{
    const std::string vm = std::string(kVmPrefix) + id.hex();
    const std::string queue = std::string(kQueuePrefix) + id.hex();
    return {
        .vm = vm,
        .interface = vm + "-nic",
        .disk = vm + "-os",
        .tasks_queue = queue + "-tasks",
        .events_queue = queue + "-events",
        .files_prefix = id.hex() + "/",
    };
}

std::optional<WorkerId> worker_of(std::string_view name)
{
    static constexpr std::array<std::string_view, 3> kMachineEndings{"", "-nic", "-os"};
    static constexpr std::array<std::string_view, 2> kQueueEndings{"-tasks", "-events"};
    if (const auto id = id_within(name, kVmPrefix, kMachineEndings)) {
        return id;
    }
    if (const auto id = id_within(name, kQueuePrefix, kQueueEndings)) {
        return id;
    }
    const std::size_t slash = name.find('/');
    return slash == kIdDigits ? WorkerId::from_hex(name.substr(0, slash)) : std::nullopt;
}

}  // namespace starkeep::fleet
