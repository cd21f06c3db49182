// SPDX-License-Identifier: Apache-2.0
#include "store_url/credential.hpp"

#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "azure/storage/authorization.hpp"
#include "azure/storage/service.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/contract.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/curl_transport.hpp"
#include "http/transport.hpp"
#include "store_url/connection_string.hpp"
#include "sys/environment.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace starkeep::store_url {

namespace {

using azure::storage::Authorization;
using azure::storage::ServiceOptions;

/// Set and not empty.
std::optional<std::string> find_variable(const char* name)
{
    const std::optional<std::string> value = sys::get_env(name);
    return value && !value->empty() ? value : std::nullopt;
}

/// A credential with the connection that it asks by.
class ConnectedCredential final : public azure::TokenCredential {
public:
    ConnectedCredential(
        std::unique_ptr<http::Transport> transport, std::unique_ptr<azure::TokenCredential> inner
    )
        : transport_(std::move(transport)), inner_(std::move(inner))
    {
    }
    Result<azure::AccessToken> token(std::string_view scope, std::stop_token stop) override
    {
        return inner_->token(scope, std::move(stop));
    }
    void forget(std::string_view scope) override { inner_->forget(scope); }

private:
    std::unique_ptr<http::Transport> transport_;
    std::unique_ptr<azure::TokenCredential> inner_;
};

Secret copy_of(const Secret& secret)
{
    return Secret(std::string(secret.reveal()));
}

/// One visitor per kind of credential.
class Maker {
public:
    Maker(const std::string& account, const azure::Cloud& cloud) : account_(account), cloud_(cloud)
    {
    }

    Result<ServiceOptions> operator()(const FromEnvironment&) const
    {
        return blob_service(account_, credential_from_environment(), cloud_);
    }
    Result<ServiceOptions> operator()(const SasToken& sas) const
    {
        return at(cloud_.blob_endpoint(account_), azure::storage::by_sas(sas.query));
    }
    Result<ServiceOptions> operator()(const AccountKey& key) const
    {
        return with_key(cloud_.blob_endpoint(account_), key.key);
    }
    Result<ServiceOptions> operator()(const ConnectionString& connection) const
    {
        TRY_LET(const StorageAccount found, parse_connection_string(connection.text, cloud_));
        if (found.account != account_) {
            return Error{
                ErrorCode::InvalidInput,
                "the storage connection string is for account " + found.account +
                    ", but the URL names " + account_
            };
        }
        if (found.key) {
            return with_key(found.blob_endpoint, *found.key);
        }
        ENSURE(found.sas.has_value());  // the parser refuses what has neither
        return at(found.blob_endpoint, azure::storage::by_sas(*found.sas));
    }
    Result<ServiceOptions> operator()(const ManagedIdentity& identity) const
    {
        // Its service is on the machine itself or nowhere.
        TRY_LET(
            auto transport,
            http::make_curl_transport({.connect_timeout = std::chrono::milliseconds(2000)})
        );
        auto credential = std::make_unique<azure::ManagedIdentityCredential>(
            *transport, cloud_, identity.client_id
        );
        return by_token(std::move(transport), std::move(credential));
    }
    Result<ServiceOptions> operator()(const ClientSecret& application) const
    {
        TRY_LET(auto transport, http::make_curl_transport({.ca_file = cloud_.ca_file}));
        auto credential = std::make_unique<azure::ClientSecretCredential>(
            *transport,
            cloud_,
            azure::ClientSecretCredential::Identity{
                .tenant_id = application.tenant_id,
                .client_id = application.client_id,
                .client_secret = copy_of(application.secret)
            }
        );
        return by_token(std::move(transport), std::move(credential));
    }

private:
    static ServiceOptions at(std::string endpoint, std::unique_ptr<Authorization> authorization)
    {
        return {.endpoint = std::move(endpoint), .authorization = std::move(authorization)};
    }
    Result<ServiceOptions> with_key(std::string endpoint, const Secret& key) const
    {
        TRY_LET(
            azure::storage::SharedKey parsed,
            azure::storage::SharedKey::parse(account_, key.reveal())
        );
        return at(std::move(endpoint), azure::storage::by_shared_key(std::move(parsed)));
    }
    ServiceOptions by_token(
        std::unique_ptr<http::Transport> transport,
        std::unique_ptr<azure::TokenCredential> credential
    ) const
    {
        auto connected =
            std::make_shared<ConnectedCredential>(std::move(transport), std::move(credential));
        return at(
            cloud_.blob_endpoint(account_), azure::storage::by_access_token(std::move(connected))
        );
    }

    const std::string& account_;
    const azure::Cloud& cloud_;
};

}  // namespace

Credential credential_from_environment()
{
    if (auto text = find_variable("AZURE_STORAGE_CONNECTION_STRING")) {
        return ConnectionString{Secret(std::move(*text))};
    }
    if (auto query = find_variable("AZURE_STORAGE_SAS_TOKEN")) {
        return SasToken{Secret(std::move(*query))};
    }
    if (auto key = find_variable("AZURE_STORAGE_KEY")) {
        return AccountKey{Secret(std::move(*key))};
    }
    const std::optional<std::string> tenant = find_variable("AZURE_TENANT_ID");
    const std::optional<std::string> client = find_variable("AZURE_CLIENT_ID");
    std::optional<std::string> secret = find_variable("AZURE_CLIENT_SECRET");
    if (tenant && client && secret) {
        return ClientSecret{
            .tenant_id = *tenant, .client_id = *client, .secret = Secret(std::move(*secret))
        };
    }
    return ManagedIdentity{.client_id = client.value_or("")};
}

Result<azure::storage::ServiceOptions>
blob_service(const std::string& account, const Credential& credential, const azure::Cloud& cloud)
{
    return std::visit(Maker(account, cloud), credential);
}

}  // namespace starkeep::store_url
