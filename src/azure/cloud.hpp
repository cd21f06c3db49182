// SPDX-License-Identifier: Apache-2.0
// Which Azure this is: the hosts of public Azure, of a sovereign cloud, or of the local one.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace starkeep::azure {

/// Where the clouds of Azure differ. Without a change: public Azure.
struct Cloud {
    std::string authority_host = "https://login.microsoftonline.com";
    std::string resource_manager = "https://management.azure.com";
    std::string storage_suffix = "core.windows.net";
    std::string postgres_suffix = "postgres.cosmos.azure.com";
    std::string identity_endpoint = "http://169.254.169.254";
    std::string ca_file{};  ///< trusted besides the system's; empty: none
    /// Between two looks at a long-running operation that asks for no time of its own.
    std::chrono::milliseconds poll_interval{30'000};
    std::string tenant_id{};        ///< empty when the file names none
    std::string subscription_id{};  ///< likewise

    /// A JSON object with members of these names (`poll_interval` as `poll_interval_ms`); what is missing stays as in public
    /// Azure. URLs are kept without a '/' at their end. Unknown members are ignored.
    /// Errors: NotFound, Denied; Corrupt for what is no such object or holds a URL that is none.
    static Result<Cloud> load(const std::filesystem::path& path);

    /// "https://management.azure.com/.default"
    std::string resource_manager_scope() const { return resource_manager + "/.default"; }
    /// "https://account.blob.core.windows.net"
    std::string blob_endpoint(std::string_view account) const;
    std::string queue_endpoint(std::string_view account) const;
};

/// The same in every cloud. Source: learn.microsoft.com "Authorize access to blobs using Microsoft Entra ID".
inline constexpr std::string_view kStorageScope = "https://storage.azure.com/.default";

}  // namespace starkeep::azure
