// SPDX-License-Identifier: Apache-2.0
// How a storage request proves its right: by the account's key, by a SAS, or by an access token.
#pragma once

#include "azure/credential.hpp"
#include "azure/storage/shared_key.hpp"
#include "base/mutex.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace starkeep::azure::storage {

/// Thread: every member may be called from any thread at once.
class Authorization {
public:
    Authorization() = default;
    virtual ~Authorization() = default;
    Authorization(const Authorization&) = delete;
    Authorization& operator=(const Authorization&) = delete;

    /// Adds to a request whose other headers are set. Called for every try anew.
    virtual Result<void> authorize(http::Request& request, std::stop_token stop) = 0;

    /// After an answer of 401 or 403: true when another try may have better luck, because what was used has been dropped.
    virtual bool renew(int /*status*/) { return false; }
};

std::unique_ptr<Authorization> by_shared_key(SharedKey key);

struct Sas {
    Secret query;
    /// Nothing: until it is refused.
    std::optional<std::chrono::sys_seconds> expires_at{};
};

/// Gets a new SAS, shortly before one expires and after one was refused.
using SasSource = std::function<Result<Sas>(std::stop_token)>;

/// A SAS that stays what it is; its query with or without a leading '?'.
std::unique_ptr<Authorization> by_sas(const Secret& query);
/// `clock` lives longer. One new SAS is asked for at a time.
std::unique_ptr<Authorization>
by_renewed_sas(SasSource source, const sys::Clock& clock = sys::system_clock());

/// Only over https.
std::unique_ptr<Authorization> by_access_token(std::shared_ptr<TokenCredential> credential);

}  // namespace starkeep::azure::storage
