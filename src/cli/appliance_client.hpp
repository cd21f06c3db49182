// SPDX-License-Identifier: Apache-2.0
// The REST API of the appliance that was logged in to, as calls with JSON in and out.
#pragma once

#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/context.hpp"
#include "http/transport.hpp"
#include "json/json.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace starkeep::cli {

class ApplianceClient {
public:
    /// The one of `starkeep login`. Errors: InvalidInput when there is none.
    static Result<ApplianceClient> open(const Context& context);
    /// Another one, perhaps without an access token.
    static Result<ApplianceClient>
    connect(const std::string& url, const std::string& ca_file, Secret token, std::stop_token stop);

    /// `path`: below /api/v1/, encoded: "accounts/prod". The answer's document; null when there is none.
    /// Errors: what the appliance said, with its code; Unavailable when it cannot be reached.
    Result<Json> get(const std::string& path) const { return send("GET", path, {}); }
    Result<Json> post(const std::string& path, const Json& body) const
    {
        return send("POST", path, body);
    }
    Result<Json> patch(const std::string& path, const Json& body) const
    {
        return send("PATCH", path, body);
    }
    Result<Json> remove(const std::string& path) const { return send("DELETE", path, {}); }

    const std::string& url() const { return url_; }

private:
    ApplianceClient(
        std::unique_ptr<http::Transport> transport,
        std::string url,
        Secret token,
        std::stop_token stop
    )
        : transport_(std::move(transport))
        , url_(std::move(url))
        , token_(std::move(token))
        , stop_(std::move(stop))
    {
    }
    Result<Json> send(const std::string& method, const std::string& path, const Json& body) const;

    std::unique_ptr<http::Transport> transport_;
    std::string url_;
    Secret token_;
    std::stop_token stop_;
};

/// From the inner object of the appliance's error envelope.
Error appliance_error(const Json& problem);

/// One piece of a path or a query's value.
std::string encoded(const std::string& text);

/// --repository, or the only one that is registered.
Result<std::string> repository_name(const ApplianceClient& client, const std::string& given);

}  // namespace starkeep::cli
