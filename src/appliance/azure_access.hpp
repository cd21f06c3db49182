// SPDX-License-Identifier: Apache-2.0
// Signed in at Azure through a registered account: the clients that sessions
// and checks use.
#pragma once

#include "appliance/catalog.hpp"
#include "appliance/settings.hpp"
#include "azure/arm/client.hpp"
#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "base/result.hpp"
#include "fleet/deployment.hpp"
#include "fleet/services.hpp"
#include "http/transport.hpp"
#include "sys/clock.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace starkeep::appliance {

/// Thread: any number of calls at once.
class AzureAccess {
public:
    /// `cloud` and `clock` live longer. Errors: NotFound; Corrupt.
    static Result<std::unique_ptr<AzureAccess>> open(
        const Catalog& catalog,
        const std::string& account,
        const azure::Cloud& cloud,
        const sys::Clock& clock
    );

    azure::arm::Client& arm() { return *arm_; }
    const Account& account() const { return account_; }
    fleet::Services services(std::stop_token stop) const;

private:
    AzureAccess(const azure::Cloud& cloud, const sys::Clock& clock) : cloud_(cloud), clock_(clock)
    {
    }

    const azure::Cloud& cloud_;
    const sys::Clock& clock_;
    Account account_;
    std::unique_ptr<http::Transport> transport_;
    std::unique_ptr<azure::TokenCredential> credential_;
    std::unique_ptr<azure::arm::Client> arm_;
};

/// How this appliance works in the account's subscription, from its settings. A
/// region that is not set is `region`'s. Errors: InvalidInput naming the
/// setting.
Result<fleet::Deployment>
deployment(Settings& settings, const Account& account, const std::string& region);

}  // namespace starkeep::appliance
