// SPDX-License-Identifier: Apache-2.0
#include "azure/credential.hpp"

#include "azure/cloud.hpp"
#include "azure/token_response_internal.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure {

namespace {

/// A token this close to its end is not handed out: a request must reach the service before it.
constexpr std::chrono::seconds kRefreshMargin{300};

AccessToken copy_of(const AccessToken& token)
{
    return {.text = Secret(std::string(token.text.reveal())), .expires_at = token.expires_at};
}

/// The metadata service's tries: it answers 404 and 410 while an identity is being set up, the latter for up to 70 s.
http::RetryOptions metadata_retry(http::RetryOptions retry)
{
    retry.tries = 8;
    retry.more_statuses = {404, 410};
    retry.tries_again_without_answer = false;  // outside of Azure nobody is there
    return retry;
}

}  // namespace

Result<AccessToken>
TokenCache::get(std::string_view scope, const std::function<Result<AccessToken>()>& fetch)
{
    const MutexLock lock(mutex_);
    const auto found = tokens_.find(scope);
    if (found != tokens_.end() && clock_.now() < found->second.expires_at - kRefreshMargin) {
        return copy_of(found->second);
    }
    TRY_LET(AccessToken token, fetch());
    tokens_.insert_or_assign(std::string(scope), copy_of(token));
    return token;
}

void TokenCache::forget(std::string_view scope)
{
    const MutexLock lock(mutex_);
    if (const auto found = tokens_.find(scope); found != tokens_.end()) {
        tokens_.erase(found);
    }
}

ClientSecretCredential::ClientSecretCredential(
    http::Transport& transport,
    const Cloud& cloud,
    Identity identity,
    http::RetryOptions retry,
    const sys::Clock& clock
)
    : transport_(transport, std::move(retry))
    , url_(
          cloud.authority_host + "/" + http::percent_encode(identity.tenant_id) +
          "/oauth2/v2.0/token"
      )
    , identity_(std::move(identity))
    , clock_(clock)
    , cache_(clock)
{
}

Result<AccessToken> ClientSecretCredential::token(std::string_view scope, std::stop_token stop)
{
    return cache_.get(scope, [&] { return fetch(scope, stop); });
}

Result<AccessToken> ClientSecretCredential::fetch(std::string_view scope, std::stop_token stop)
{
    const Secret form(http::format_query({
        {"grant_type", "client_credentials"},
        {"client_id", identity_.client_id},
        {"client_secret", std::string(identity_.client_secret.reveal())},
        {"scope", std::string(scope)},
    }));
    const http::Request request{
        .method = "POST",
        .url = url_,
        .headers =
            {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
        .body = to_bytes(form.reveal()),
        .is_repeatable = true,
    };
    TRY_LET(const http::Response response, transport_.send(request, std::move(stop)));
    return read_token(response, "application " + identity_.client_id, clock_.now());
}

ManagedIdentityCredential::ManagedIdentityCredential(
    http::Transport& transport,
    const Cloud& cloud,
    std::string client_id,
    http::RetryOptions retry,
    const sys::Clock& clock
)
    : transport_(transport, metadata_retry(std::move(retry)))
    , endpoint_(cloud.identity_endpoint)
    , client_id_(std::move(client_id))
    , clock_(clock)
    , cache_(clock)
{
}

Result<AccessToken> ManagedIdentityCredential::token(std::string_view scope, std::stop_token stop)
{
    return cache_.get(scope, [&] { return fetch(scope, stop); });
}

Result<AccessToken> ManagedIdentityCredential::fetch(std::string_view scope, std::stop_token stop)
{
    // The metadata service knows resources, not scopes: "https://management.azure.com/".
    constexpr std::string_view kDefault = ".default";
    std::string_view resource = scope;
    if (resource.ends_with(kDefault)) {
        resource.remove_suffix(kDefault.size());
    }
    http::QueryParameters parameters{
        {"api-version", "2018-02-01"}, {"resource", std::string(resource)}
    };
    if (!client_id_.empty()) {
        parameters.emplace_back("client_id", client_id_);
    }
    const http::Request request{
        .method = "GET",
        .url = endpoint_ + "/metadata/identity/oauth2/token?" + http::format_query(parameters),
        .headers = {{"Metadata", "true"}},
    };
    Result<http::Response> response = transport_.send(request, std::move(stop));
    if (!response.ok()) {
        return std::move(response)
            .error()
            .with_hint("A managed identity exists only on a virtual machine of Azure; elsewhere "
                       "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.")
            .during("asking for the token of a managed identity");
    }
    const std::string who =
        "managed identity" + (client_id_.empty() ? std::string() : " " + client_id_);
    return read_token(*response, who, clock_.now());
}

}  // namespace starkeep::azure
