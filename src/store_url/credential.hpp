// SPDX-License-Identifier: Apache-2.0
// By what right a store is used, named by the caller or found in the environment.
#pragma once

#include "azure/cloud.hpp"
#include "azure/storage/service.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <variant>

namespace starkeep::store_url {

/// From the variables that Azure's own tools use; see credential_from_environment.
struct FromEnvironment {};
struct SasToken {
    Secret query;
};
struct AccountKey {
    Secret key;
};
struct ConnectionString {
    Secret text;
};
struct ManagedIdentity {
    std::string client_id{};  ///< of a user-assigned one; empty: the machine's own
};
struct ClientSecret {
    std::string tenant_id;
    std::string client_id;
    Secret secret;
};
using Credential = std::
    variant<FromEnvironment, SasToken, AccountKey, ConnectionString, ManagedIdentity, ClientSecret>;

/// The first that is set: AZURE_STORAGE_CONNECTION_STRING; AZURE_STORAGE_SAS_TOKEN; AZURE_STORAGE_KEY; AZURE_TENANT_ID with
/// AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; else the machine's managed identity, which AZURE_CLIENT_ID may choose.
Credential credential_from_environment();

/// How to speak to the Blob service of `account`.
/// Errors: InvalidInput for a credential that is malformed or of another account.
Result<azure::storage::ServiceOptions>
blob_service(const std::string& account, const Credential& credential, const azure::Cloud& cloud);

}  // namespace starkeep::store_url
