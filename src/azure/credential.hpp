// SPDX-License-Identifier: Apache-2.0
// Who we are to Azure: access tokens from Entra ID or from a machine's managed identity, kept until shortly before they expire.
#pragma once

#include "azure/cloud.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/retry_transport.hpp"
#include "http/transport.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

namespace starkeep::azure {

struct AccessToken {
    Secret text;
    std::chrono::sys_seconds expires_at{};
};

/// Thread: every member may be called from any thread at once.
class TokenCredential {
public:
    TokenCredential() = default;
    virtual ~TokenCredential() = default;
    TokenCredential(const TokenCredential&) = delete;
    TokenCredential& operator=(const TokenCredential&) = delete;

    /// A token for `scope` ("https://storage.azure.com/.default") that is valid for some minutes at least.
    /// Errors: Denied when this identity or its secret is refused; NotFound when there is no such application, tenant or
    /// identity; Unavailable, TimedOut, Throttled, Cancelled; Corrupt for an answer that is none.
    virtual Result<AccessToken> token(std::string_view scope, std::stop_token stop) = 0;

    /// After a 401: the next call asks anew.
    virtual void forget(std::string_view scope) = 0;
};

/// Tokens by scope. One of them is asked for at a time.
class TokenCache {
public:
    explicit TokenCache(const sys::Clock& clock) : clock_(clock) {}

    Result<AccessToken>
    get(std::string_view scope, const std::function<Result<AccessToken>()>& fetch);
    void forget(std::string_view scope);

private:
    const sys::Clock& clock_;
    Mutex mutex_;
    std::map<std::string, AccessToken, std::less<>> tokens_ GUARDED_BY(mutex_);
};

/// An application of Entra ID with a client secret.
class ClientSecretCredential final : public TokenCredential {
public:
    struct Identity {
        std::string tenant_id;
        std::string client_id;
        Secret client_secret;
    };

    /// `transport` and `clock` live longer.
    ClientSecretCredential(
        http::Transport& transport,
        const Cloud& cloud,
        Identity identity,
        http::RetryOptions retry = {},
        const sys::Clock& clock = sys::system_clock()
    );

    Result<AccessToken> token(std::string_view scope, std::stop_token stop) override;
    void forget(std::string_view scope) override { cache_.forget(scope); }

private:
    Result<AccessToken> fetch(std::string_view scope, std::stop_token stop);

    http::RetryTransport transport_;
    std::string url_;
    Identity identity_;
    const sys::Clock& clock_;
    TokenCache cache_;
};

/// The identity that Azure gives to this virtual machine.
class ManagedIdentityCredential final : public TokenCredential {
public:
    /// `client_id` chooses one of several user-assigned identities; empty: the machine's own or only one.
    /// `transport` and `clock` live longer.
    ManagedIdentityCredential(
        http::Transport& transport,
        const Cloud& cloud,
        std::string client_id = {},
        http::RetryOptions retry = {},
        const sys::Clock& clock = sys::system_clock()
    );

    Result<AccessToken> token(std::string_view scope, std::stop_token stop) override;
    void forget(std::string_view scope) override { cache_.forget(scope); }

private:
    Result<AccessToken> fetch(std::string_view scope, std::stop_token stop);

    http::RetryTransport transport_;
    std::string endpoint_;
    std::string client_id_;
    const sys::Clock& clock_;
    TokenCache cache_;
};

}  // namespace starkeep::azure
