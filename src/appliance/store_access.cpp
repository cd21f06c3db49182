// SPDX-License-Identifier: Apache-2.0
#include "appliance/store_access.hpp"

#include "appliance/records.hpp"
#include "appliance/repository_pool.hpp"
#include "appliance/subjects.hpp"
#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_url/open_store.hpp"

#include <memory>
#include <string>

namespace starkeep::appliance {

namespace {

store_url::Credential credential_of(const RepositoryPlace& place, const Secrets& secrets)
{
    const auto found = secrets.find("storage_secret");
    const std::string secret =
        found == secrets.end() ? std::string() : std::string(found->second.reveal());
    switch (place.credential) {
    case StoreCredential::SasToken:
        return store_url::SasToken{.query = Secret(secret)};
    case StoreCredential::ConnectionString:
        return store_url::ConnectionString{.text = Secret(secret)};
    case StoreCredential::ManagedIdentity:
        return store_url::ManagedIdentity{};
    case StoreCredential::None:
        break;
    }
    return store_url::FromEnvironment{};
}

}  // namespace

OpenStore store_opener(const azure::Cloud& cloud)
{
    return [cloud](const RepositoryPlace& place, const Secrets& secrets, bool may_create) {
        return store_url::open_store(
            place.url,
            {.mode = may_create ? store::OpenMode::MayCreate : store::OpenMode::MustExist,
             .credential = credential_of(place, secrets),
             .cloud = cloud}
        );
    };
}

}  // namespace starkeep::appliance
