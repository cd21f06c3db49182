// SPDX-License-Identifier: Apache-2.0
// Who may do what: users with one role each, and the access tokens by which programs speak for them.
#pragma once

#include "appliance/database.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "sys/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace starkeep::appliance {

/// Each may what the ones before it may.
enum class Role : std::uint8_t { Viewer, Operator, Administrator };

std::string_view name(Role role);
/// Errors: InvalidInput, telling the three.
Result<Role> parse_role(std::string_view text);

struct User {
    std::string name;
    Role role = Role::Viewer;
    std::string created;
};

struct AccessToken {
    std::string id;  ///< 16 hexadecimal digits; tells nothing of the token itself
    std::string user;
    std::string label;
    std::string created;
    std::string expires;  ///< empty: never
};

/// A token right after its making: the only time when it can be seen.
struct NewToken {
    AccessToken token;
    Secret text;
};

/// Whoever a request speaks for.
struct Caller {
    std::string user;
    std::string token_id;
    Role role = Role::Viewer;
};

/// Only hashes of tokens are kept. Thread: any.
class Users {
public:
    Users(Database& database, const sys::Clock& clock) : database_(database), clock_(clock) {}

    Result<std::vector<User>> list() const;
    /// Errors: NotFound.
    Result<User> get(const std::string& name) const;
    /// Errors: Exists; InvalidInput.
    Result<void> create(const std::string& name, Role role);
    /// Errors: NotFound; Conflict when no administrator would be left.
    Result<void> set_role(const std::string& name, Role role);
    Result<void> remove(const std::string& name);

    Result<std::vector<AccessToken>> tokens() const;
    /// Errors: NotFound for the user.
    Result<NewToken> create_token(
        const std::string& user,
        const std::string& label,
        std::optional<std::chrono::seconds> lifetime
    );
    /// Errors: NotFound.
    Result<void> remove_token(const std::string& id);
    /// Errors: Denied for a token that is unknown or has expired.
    Result<Caller> authenticate(std::string_view token) const;

    /// While there is no user: a fresh token that makes the first administrator, once. Older ones end.
    Result<std::optional<Secret>> begin_first_start();
    /// Uses it up. Errors: Denied when it is not the newest one, or an administrator exists.
    Result<NewToken>
    create_first_administrator(std::string_view first_token, const std::string& name);

private:
    Result<void> require_other_administrator(const std::string& name) const;

    Database& database_;
    const sys::Clock& clock_;
};

}  // namespace starkeep::appliance
