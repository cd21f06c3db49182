// SPDX-License-Identifier: Apache-2.0
#include "appliance/azure_access.hpp"

#include "appliance/catalog.hpp"
#include "appliance/records.hpp"
#include "appliance/settings.hpp"
#include "appliance/subjects.hpp"
#include "azure/arm/client.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "fleet/deployment.hpp"
#include "fleet/services.hpp"
#include "http/curl_transport.hpp"
#include "sys/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

std::vector<std::string> split(const std::string& text)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        if (end > at) {
            parts.push_back(text.substr(at, end - at));
        }
        at = end + 1;
    }
    return parts;
}

}  // namespace

Result<std::unique_ptr<AzureAccess>> AzureAccess::open(
    const Catalog& catalog,
    const std::string& account,
    const azure::Cloud& cloud,
    const sys::Clock& clock
)
{
    // Private constructor: make_unique cannot reach it.
    std::unique_ptr<AzureAccess> access(new AzureAccess(cloud, clock));
    TRY_LET(access->account_, catalog.account(account));
    TRY_LET(Secrets secrets, catalog.secrets(Noun::Account, account));
    TRY_LET(access->transport_, http::make_curl_transport({.ca_file = cloud.ca_file}));
    if (access->account_.kind == AccountKind::ManagedIdentity) {
        access->credential_ = std::make_unique<azure::ManagedIdentityCredential>(
            *access->transport_, cloud, access->account_.client_id
        );
    } else {
        const auto secret = secrets.find("client_secret");
        if (secret == secrets.end()) {
            return Error{
                ErrorCode::InvalidInput,
                "account \"" + account + "\" has no client secret",
                "Give it with: starkeep account update " + account + " --client-secret-file FILE."
            };
        }
        access->credential_ = std::make_unique<azure::ClientSecretCredential>(
            *access->transport_,
            cloud,
            azure::ClientSecretCredential::Identity{
                .tenant_id = access->account_.tenant_id,
                .client_id = access->account_.client_id,
                .client_secret = std::move(secret->second)
            }
        );
    }
    access->arm_ = std::make_unique<azure::arm::Client>(
        *access->transport_, *access->credential_, cloud, clock
    );
    return access;
}

fleet::Services AzureAccess::services(std::stop_token stop) const
{
    return {
        .arm = *arm_, .data = *transport_, .cloud = cloud_, .clock = clock_, .stop = std::move(stop)
    };
}

Result<fleet::Deployment>
deployment(Settings& settings, const Account& account, const std::string& region)
{
    fleet::Deployment deployment;
    TRY_LET(const std::string id, settings.appliance_id());
    const std::optional<fleet::ApplianceId> parsed = fleet::ApplianceId::from_hex(id);
    if (!parsed) {
        return Error{ErrorCode::Corrupt, "the appliance's id \"" + id + "\" is none"};
    }
    deployment.appliance = *parsed;
    deployment.subscription = account.subscription_id;
    TRY_LET(const std::optional<std::string> own_region, settings.find("region"));
    TRY_LET(const std::optional<std::string> is_private, settings.find("private_network"));
    TRY_LET(const std::optional<std::string> pool, settings.find("address_pool"));
    TRY_LET(const std::optional<std::string> subnet, settings.find("appliance_subnet"));
    TRY_LET(const std::optional<std::string> bootstrap, settings.find("bootstrap"));
    TRY_LET(const std::optional<std::string> sizes, settings.find("vm_sizes"));
    deployment.region = fleet::normal_region(own_region.value_or(region));
    deployment.private_network = is_private.value_or("on") == "on";
    deployment.address_pool = pool.value_or(deployment.address_pool);
    deployment.appliance_subnet = subnet.value_or("");
    if (sizes) {
        deployment.vm_sizes = split(*sizes);
    }
    if (bootstrap) {
        const std::optional<fleet::Bootstrap> known = fleet::find_bootstrap(*bootstrap);
        if (!known) {
            return Error{
                ErrorCode::InvalidInput,
                "setting bootstrap \"" + *bootstrap + "\" is not known",
                "It is run-command, managed-run-command or cloud-init."
            };
        }
        deployment.bootstrap = *known;
    }
    TRY(fleet::check(deployment));
    return deployment;
}

}  // namespace starkeep::appliance
