// SPDX-License-Identifier: Apache-2.0
// The local Entra: who there is, what each may do, tokens signed and checked.
#pragma once

#include "base/result.hpp"
#include "codec/rsa.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::localcloud {

struct Principal {
    std::string client_id;
    std::string object_id;
    /// Actions of the role at the subscription, with '*' for any text.
    std::vector<std::string> actions{};
    std::vector<std::string> not_actions{};

    /// Whether the role grants it. Source: Azure's rule: some action matches and no not_action does.
    bool may(std::string_view action) const;
};

/// A token's claims, or why it is refused.
struct TokenCheck {
    std::optional<Principal> principal;
    Answer refused{};
};

/// Principals lie in `principals.json` of the state folder and are read at every question, so that a test can take a
/// right away while the cloud runs.
/// Thread: any.
class Directory {
public:
    /// Makes signing key, principals and credentials when the folder has none.
    /// Errors: those of files; Corrupt.
    static Result<Directory> open(const Settings& settings, const sys::Clock& clock);

    /// {authority}/{tenant}/oauth2/v2.0/token and the older …/oauth2/token, given the form of the body.
    Answer token(std::string_view tenant, std::string_view form) const;
    Answer openid_configuration(std::string_view tenant) const;
    Answer signing_keys() const;

    /// What instance metadata answers for an identity: numbers as text.
    Answer identity_token(
        const std::string& object_id, const std::string& client_id, const std::string& resource
    ) const;

    /// Checks signature, times, tenant and audience of an Authorization header.
    TokenCheck check(std::string_view authorization) const;

    /// Members: tenant_id, client_id, client_secret.
    Result<Json> credentials() const;
    /// The principal of `credentials`, for the appliance's managed identity.
    Result<Principal> owner() const;

private:
    Directory(const Settings& settings, const sys::Clock& clock, codec::RsaKey key);

    struct Known;
    std::optional<Known> find(std::string_view member, std::string_view value) const;
    std::string
    sign(const Principal& principal, const std::string& audience, std::chrono::seconds life) const;
    bool is_known_audience(std::string_view audience) const;
    bool is_manager_audience(std::string_view audience) const;
    Answer failure(int status, std::string_view error, int code, std::string_view message) const;
    Answer client_token(const Json& fields) const;

    Settings settings_;
    const sys::Clock* clock_;
    codec::RsaKey key_;
    std::string key_id_;
};

}  // namespace starkeep::localcloud
