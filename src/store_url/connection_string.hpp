// SPDX-License-Identifier: Apache-2.0
// Azure's connection strings of storage accounts: "AccountName=…;AccountKey=…;EndpointSuffix=…".
#pragma once

#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <optional>
#include <string>

namespace starkeep::store_url {

struct StorageAccount {
    std::string account;
    std::string blob_endpoint;
    std::optional<Secret> key{};
    std::optional<Secret> sas{};
};

/// With BlobEndpoint, or else the account's name and EndpointSuffix (or the cloud's). "UseDevelopmentStorage=true" is Azurite
/// at its usual port of this machine.
/// Errors: InvalidInput, without the text, for what names no account or no key and no SharedAccessSignature.
/// Source: learn.microsoft.com "Configure Azure Storage connection strings".
Result<StorageAccount> parse_connection_string(const Secret& text, const azure::Cloud& cloud);

}  // namespace starkeep::store_url
