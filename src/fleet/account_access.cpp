// SPDX-License-Identifier: Apache-2.0
#include "azure/arm/resource_id.hpp"
#include "azure/storage/authorization.hpp"
#include "azure/storage/service.hpp"
#include "azure/storage/shared_key.hpp"
#include "azure/storage_accounts/storage_accounts.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "fleet/account_access_internal.hpp"
#include "fleet/fault.hpp"
#include "fleet/network_plan.hpp"
#include "fleet/services.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::fleet {

namespace storage = azure::storage;

Result<storage::SharedKey> account_key(const Services& services, const StorageAccount& account)
{
    TRY_LET(const azure::arm::ResourceId id, azure::arm::ResourceId::parse(account.resource_id));
    TRY_LET(
        const std::vector<azure::storage_accounts::AccountKey> keys,
        azure::storage_accounts::list_keys(services.arm, id, services.stop)
    );
    return storage::SharedKey::parse(account.name, keys.front().value.reveal());
}

storage::ServiceOptions storage_options(
    const Services& services,
    const std::string& endpoint,
    std::unique_ptr<storage::Authorization> authorization
)
{
    return {
        .endpoint = endpoint,
        .authorization = std::move(authorization),
        .retry = {.wait = services.wait, .clock = &services.clock},
    };
}

Error unreachable(Error error, const StorageAccount& account)
{
    if (error.code() != ErrorCode::Denied && error.code() != ErrorCode::Unavailable) {
        return error;
    }
    return with_remedy(
        std::move(error),
        Layer::Storage,
        "the administrator of this appliance",
        "Storage account " + account.name +
            " lets in private endpoints only: set appliance_subnet to the subnet of the "
            "appliance's machine and apply "
            "the network again; a change of it takes a minute to be felt."
    );
}

}  // namespace starkeep::fleet
