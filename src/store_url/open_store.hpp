// SPDX-License-Identifier: Apache-2.0
// From a repository's URL to the store behind it, with credentials named or from the environment.
#pragma once

#include "azure/cloud.hpp"
#include "base/result.hpp"
#include "store/open_mode.hpp"
#include "store/store.hpp"
#include "store_url/credential.hpp"

#include <memory>
#include <stop_token>
#include <string_view>

namespace starkeep::store_url {

struct StoreOptions {
    store::OpenMode mode = store::OpenMode::MustExist;
    Credential credential = FromEnvironment{};
    /// Hosts and the CA file for azblob://.
    azure::Cloud cloud{};
    /// Ends every request of the store when it is requested.
    std::stop_token stop{};
};

/// `file:///dir`, percent-encoded where needed, or a path that begins with '/' or '.'; `azblob://account/container[/prefix]`.
/// Errors: InvalidInput for what is no such URL or credential; Unsupported for s3://; NotFound when the folder or container
/// is missing and must exist; Denied, Unavailable, TimedOut.
Result<std::unique_ptr<store::Store>> open_store(std::string_view url, StoreOptions options);

}  // namespace starkeep::store_url
