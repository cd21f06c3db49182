// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/authorization.hpp"

#include "azure/cloud.hpp"
#include "azure/credential.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/error.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/date.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep::azure::storage {

namespace {

constexpr std::chrono::minutes kRenewalMargin{5};

class ByKey final : public Authorization {
public:
    explicit ByKey(SharedKey key) : key_(std::move(key)) {}

    Result<void> authorize(http::Request& request, std::stop_token) override
    {
        request.headers.set("x-ms-date", http::format_http_date(sys::system_clock().now()));
        TRY_LET(std::string value, key_.authorization(request));
        request.headers.set("Authorization", std::move(value));
        return {};
    }

private:
    SharedKey key_;
};

std::string without_question_mark(std::string_view query)
{
    return std::string(query.substr(query.starts_with('?') ? 1 : 0));
}

class BySas final : public Authorization {
public:
    explicit BySas(const Secret& query) : query_(without_question_mark(query.reveal())) {}

    Result<void> authorize(http::Request& request, std::stop_token) override
    {
        request.url = http::with_query(request.url, query_.reveal());
        return {};
    }

private:
    Secret query_;
};

class ByRenewedSas final : public Authorization {
public:
    ByRenewedSas(SasSource source, const sys::Clock& clock)
        : source_(std::move(source)), clock_(clock)
    {
    }

    Result<void> authorize(http::Request& request, std::stop_token stop) override
    {
        const MutexLock lock(mutex_);
        if (!current_ || is_ending(*current_)) {
            TRY_LET(Sas another, source_(std::move(stop)));
            current_.emplace(std::move(another));
        }
        request.url =
            http::with_query(request.url, without_question_mark(current_->query.reveal()));
        return {};
    }
    bool renew(int /*status*/) override
    {
        const MutexLock lock(mutex_);
        current_.reset();
        return true;
    }

private:
    bool is_ending(const Sas& sas) const
    {
        return sas.expires_at && clock_.now() >= *sas.expires_at - kRenewalMargin;
    }

    SasSource source_;
    const sys::Clock& clock_;
    Mutex mutex_;
    std::optional<Sas> current_ GUARDED_BY(mutex_);
};

class ByAccessToken final : public Authorization {
public:
    explicit ByAccessToken(std::shared_ptr<TokenCredential> credential)
        : credential_(std::move(credential))
    {
    }

    Result<void> authorize(http::Request& request, std::stop_token stop) override
    {
        if (!request.url.starts_with("https://")) {
            return Error{
                ErrorCode::InvalidInput,
                "an access token is not sent over an unprotected connection"
            };
        }
        TRY_LET(const AccessToken token, credential_->token(kStorageScope, std::move(stop)));
        request.headers.set("Authorization", "Bearer " + std::string(token.text.reveal()));
        return {};
    }
    bool renew(int status) override
    {
        if (status != 401) {
            return false;  // a good token whose identity may not do this
        }
        credential_->forget(kStorageScope);
        return true;
    }

private:
    std::shared_ptr<TokenCredential> credential_;  // shared: one identity serves several clients
};

}  // namespace

std::unique_ptr<Authorization> by_shared_key(SharedKey key)
{
    return std::make_unique<ByKey>(std::move(key));
}

std::unique_ptr<Authorization> by_sas(const Secret& query)
{
    return std::make_unique<BySas>(query);
}

std::unique_ptr<Authorization> by_renewed_sas(SasSource source, const sys::Clock& clock)
{
    return std::make_unique<ByRenewedSas>(std::move(source), clock);
}

std::unique_ptr<Authorization> by_access_token(std::shared_ptr<TokenCredential> credential)
{
    return std::make_unique<ByAccessToken>(std::move(credential));
}

}  // namespace starkeep::azure::storage
