// SPDX-License-Identifier: Apache-2.0
#include "store_url/connection_string.hpp"

#include "azure/cloud.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::store_url {

namespace {

constexpr std::string_view kHint =
    "Copy it whole from \"Access keys\" or \"Shared access signature\" of the storage account.";

/// Public by design: every emulator of Azure Storage has this one account.
constexpr std::string_view kDevelopment =
    "AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/"
    "KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1";

using Parts = std::map<std::string, Secret, std::less<>>;

Error no_connection_string(const std::string& why)
{
    return {ErrorCode::InvalidInput, "the storage connection string " + why, std::string(kHint)};
}

Result<Parts> split(std::string_view text)
{
    Parts parts;
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
        if (piece.empty()) {
            continue;
        }
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos) {
            return no_connection_string("holds a part without '='");
        }
        parts.insert_or_assign(
            std::string(piece.substr(0, equals)), Secret(std::string(piece.substr(equals + 1)))
        );
    }
    return parts;
}

std::string_view find(const Parts& parts, std::string_view name)
{
    const auto found = parts.find(name);
    return found == parts.end() ? std::string_view() : found->second.reveal();
}

std::optional<Secret> find_secret(const Parts& parts, std::string_view name)
{
    const std::string_view text = find(parts, name);
    return text.empty() ? std::nullopt : std::optional(Secret(std::string(text)));
}

/// "https://account.blob.suffix" begins with the account; Azurite's form ends with it.
Result<std::string> account_of(const std::string& endpoint)
{
    const Result<http::Url> url = http::parse_url(endpoint);
    if (!url.ok() || !url->query.empty()) {
        return no_connection_string("has a BlobEndpoint that is no plain URL");
    }
    return url->path.size() > 1 ? url->path.substr(1) : url->host.substr(0, url->host.find('.'));
}

}  // namespace

Result<StorageAccount> parse_connection_string(const Secret& text, const azure::Cloud& cloud)
{
    TRY_LET(Parts parts, split(text.reveal()));
    if (find(parts, "UseDevelopmentStorage") == "true") {
        TRY_LET(parts, split(kDevelopment));
    }
    StorageAccount found{
        .account = std::string(find(parts, "AccountName")),
        .blob_endpoint = std::string(find(parts, "BlobEndpoint")),
        .key = find_secret(parts, "AccountKey"),
        .sas = find_secret(parts, "SharedAccessSignature"),
    };
    while (found.blob_endpoint.ends_with('/')) {
        found.blob_endpoint.pop_back();
    }
    if (found.blob_endpoint.empty() && !found.account.empty()) {
        azure::Cloud its_cloud = cloud;
        if (const std::string_view suffix = find(parts, "EndpointSuffix"); !suffix.empty()) {
            its_cloud.storage_suffix = suffix;
        }
        found.blob_endpoint = its_cloud.blob_endpoint(found.account);
        if (find(parts, "DefaultEndpointsProtocol") == "http") {
            found.blob_endpoint.replace(0, 5, "http");
        }
    }
    TRY_LET(const std::string named, account_of(found.blob_endpoint));
    if (found.account.empty()) {
        found.account = named;
    }
    if (!found.key && !found.sas) {
        return no_connection_string("holds neither AccountKey nor SharedAccessSignature");
    }
    return found;
}

}  // namespace starkeep::store_url
