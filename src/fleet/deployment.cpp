// SPDX-License-Identifier: Apache-2.0
#include "fleet/deployment.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/ipv4_prefix.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::fleet {

namespace {

constexpr std::array<std::pair<Bootstrap, std::string_view>, 3> kBootstraps{{
    {Bootstrap::RunCommand, "run-command"},
    {Bootstrap::ManagedRunCommand, "managed-run-command"},
    {Bootstrap::CloudInit, "cloud-init"},
}};

/// What may stand in a region's short name, and in names that are made of it.
bool is_region(std::string_view text)
{
    return !text.empty() && text.size() <= 40 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
}

Error wrong(std::string_view setting, std::string_view why)
{
    return {
        ErrorCode::InvalidInput,
        "deployment: " + std::string(setting) + " " + std::string(why),
    };
}

}  // namespace

std::string_view name(Bootstrap bootstrap)
{
    for (const auto& [value, text] : kBootstraps) {
        if (value == bootstrap) {
            return text;
        }
    }
    return {};
}

std::optional<Bootstrap> find_bootstrap(std::string_view name)
{
    for (const auto& [value, text] : kBootstraps) {
        if (text == name) {
            return value;
        }
    }
    return std::nullopt;
}

Result<void> check(const Deployment& deployment)
{
    if (deployment.appliance == ApplianceId{}) {
        return wrong("appliance", "has no id");
    }
    if (deployment.subscription.empty()) {
        return wrong("subscription", "is not set");
    }
    if (!is_region(deployment.region)) {
        return wrong("region", "\"" + deployment.region + "\" is no region's short name");
    }
    const std::optional<Ipv4Prefix> pool = Ipv4Prefix::parse(deployment.address_pool);
    if (!pool || pool->length() > kWorkerPrefixLength || !pool->is_private()) {
        return wrong(
            "address_pool",
            "\"" + deployment.address_pool + "\" is no private IPv4 prefix of 256 addresses or more"
        );
    }
    if (deployment.vm_sizes.empty()) {
        return wrong("vm_sizes", "names no size");
    }
    if (!deployment.appliance_subnet.empty() &&
        deployment.appliance_subnet.find("/subnets/") == std::string::npos) {
        return wrong("appliance_subnet", "is no subnet's resource id");
    }
    return {};
}

}  // namespace starkeep::fleet
