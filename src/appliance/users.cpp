// SPDX-License-Identifier: Apache-2.0
#include "appliance/users.hpp"

#include "appliance/database.hpp"
#include "appliance/records.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/hash.hpp"
#include "sys/clock.hpp"
#include "sys/random.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::appliance {

namespace {

constexpr std::array<std::string_view, 3> kRoles = {"viewer", "operator", "administrator"};
constexpr std::string_view kAccess = "starkeep_";
constexpr std::string_view kFirst = "first_";

/// Random, so a plain hash cannot be tried out against: no salt, no stretching.
Bytes hash_of(std::string_view token)
{
    const codec::Hash256 hash = codec::sha256(as_bytes(token));
    return {hash.begin(), hash.end()};
}

Secret draw(std::string_view prefix)
{
    std::array<std::byte, 32> random{};
    sys::fill_random(random);
    return Secret(std::string(prefix) + to_hex(random));
}

std::string draw_id()
{
    std::array<std::byte, 8> random{};
    sys::fill_random(random);
    return to_hex(random);
}

Error no_user(const std::string& name)
{
    return {
        ErrorCode::NotFound,
        "no user \"" + name + "\"",
        "See who there is with: starkeep user list."
    };
}

/// The table's own words are right: only this program writes them.
Role stored_role(const Row& row, std::size_t column)
{
    const Result<Role> role = parse_role(row.text(column));
    return role.ok() ? *role : Role::Viewer;
}

}  // namespace

std::string_view name(Role role)
{
    return kRoles.at(static_cast<std::size_t>(role));
}

Result<Role> parse_role(std::string_view text)
{
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
        if (kRoles.at(i) == text) {
            return static_cast<Role>(i);
        }
    }
    return Error{
        ErrorCode::InvalidInput,
        "\"" + std::string(text) + "\" is no role",
        "A role is viewer, operator or administrator."
    };
}

Result<std::vector<User>> Users::list() const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows("SELECT name, role, created FROM users ORDER BY name")
    );
    std::vector<User> users;
    for (const Row& row : rows) {
        users.push_back({.name = row.text(0), .role = stored_role(row, 1), .created = row.text(2)});
    }
    return users;
}

Result<User> Users::get(const std::string& name) const
{
    TRY_LET(const std::vector<User> users, list());
    for (const User& user : users) {
        if (user.name == name) {
            return user;
        }
    }
    return no_user(name);
}

Result<void> Users::create(const std::string& name, Role role)
{
    TRY(check_name("user", name));
    const Result<std::uint64_t> made = database_.change(
        "INSERT INTO users (name, role, created) VALUES (?, ?, ?)",
        {name, std::string(appliance::name(role)), sys::format_rfc3339(clock_.now())}
    );
    if (!made.ok() && made.error().code() == ErrorCode::Exists) {
        return Error{ErrorCode::Exists, "user \"" + name + "\" exists"};
    }
    TRY(made);
    return {};
}

Result<void> Users::require_other_administrator(const std::string& name) const
{
    TRY_LET(
        const std::vector<Row> others,
        database_.rows("SELECT 1 FROM users WHERE role = 'administrator' AND name <> ?", {name})
    );
    if (others.empty()) {
        return Error{
            ErrorCode::Conflict,
            "\"" + name + "\" is the only administrator",
            "Make another user an administrator first."
        };
    }
    return {};
}

Result<void> Users::set_role(const std::string& name, Role role)
{
    return database_.in_transaction([&]() -> Result<void> {
        TRY(get(name));
        if (role != Role::Administrator) {
            TRY(require_other_administrator(name));
        }
        TRY(database_.change(
            "UPDATE users SET role = ? WHERE name = ?", {std::string(appliance::name(role)), name}
        ));
        return {};
    });
}

Result<void> Users::remove(const std::string& name)
{
    return database_.in_transaction([&]() -> Result<void> {
        TRY(get(name));
        TRY(require_other_administrator(name));
        TRY(database_.change("DELETE FROM users WHERE name = ?", {name}));
        return {};
    });
}

Result<std::vector<AccessToken>> Users::tokens() const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows("SELECT id, user, label, created, expires FROM tokens WHERE kind = 'access' "
                       "ORDER BY created, id")
    );
    std::vector<AccessToken> tokens;
    for (const Row& row : rows) {
        tokens.push_back(
            {.id = row.text(0),
             .user = row.text(1),
             .label = row.text(2),
             .created = row.text(3),
             .expires = row.text(4)}
        );
    }
    return tokens;
}

Result<NewToken> Users::create_token(
    const std::string& user, const std::string& label, std::optional<std::chrono::seconds> lifetime
)
{
    TRY(get(user));
    const std::chrono::sys_seconds now = clock_.now();
    NewToken made{
        .token =
            {.id = draw_id(),
             .user = user,
             .label = label,
             .created = sys::format_rfc3339(now),
             .expires = lifetime ? sys::format_rfc3339(now + *lifetime) : std::string()},
        .text = draw(kAccess)
    };
    TRY(database_.change(
        "INSERT INTO tokens (id, kind, user, label, hash, created, expires) VALUES (?, 'access', "
        "?, ?, ?, ?, ?)",
        {made.token.id,
         user,
         label,
         hash_of(made.text.reveal()),
         made.token.created,
         lifetime ? Value(made.token.expires) : Value(nullptr)}
    ));
    return made;
}

Result<void> Users::remove_token(const std::string& id)
{
    TRY_LET(
        const std::uint64_t removed,
        database_.change("DELETE FROM tokens WHERE id = ? AND kind = 'access'", {id})
    );
    if (removed == 0) {
        return Error{
            ErrorCode::NotFound,
            "no access token \"" + id + "\"",
            "See which there are with: starkeep token list."
        };
    }
    return {};
}

Result<Caller> Users::authenticate(std::string_view token) const
{
    TRY_LET(
        const std::vector<Row> rows,
        database_.rows(
            "SELECT t.id, u.name, u.role, t.expires FROM tokens t JOIN users u ON u.name = t.user "
            "WHERE t.kind = 'access' AND t.hash = ?",
            {hash_of(token)}
        )
    );
    const bool expired = !rows.empty() && !rows.front().is_null(3) &&
                         rows.front().text(3) <= sys::format_rfc3339(clock_.now());
    if (rows.empty() || expired) {
        return Error{
            ErrorCode::Denied,
            expired ? "the access token has expired" : "the access token is not known here",
            "Log in again with: starkeep login URL --token-file FILE."
        };
    }
    return Caller{
        .user = rows.front().text(1),
        .token_id = rows.front().text(0),
        .role = stored_role(rows.front(), 2)
    };
}

Result<std::optional<Secret>> Users::begin_first_start()
{
    TRY_LET(const std::vector<Row> somebody, database_.rows("SELECT 1 FROM users LIMIT 1"));
    if (!somebody.empty()) {
        return std::optional<Secret>();
    }
    Secret token = draw(kFirst);
    TRY(database_.in_transaction([&]() -> Result<void> {
        TRY(database_.change("DELETE FROM tokens WHERE kind = 'first'"));
        TRY(database_.change(
            "INSERT INTO tokens (id, kind, label, hash, created) VALUES (?, 'first', '', ?, ?)",
            {draw_id(), hash_of(token.reveal()), sys::format_rfc3339(clock_.now())}
        ));
        return {};
    }));
    return std::optional(std::move(token));
}

Result<NewToken>
Users::create_first_administrator(std::string_view first_token, const std::string& name)
{
    std::optional<NewToken> made;
    TRY(database_.in_transaction([&]() -> Result<void> {
        TRY_LET(
            const std::uint64_t used,
            database_.change(
                "DELETE FROM tokens WHERE kind = 'first' AND hash = ?", {hash_of(first_token)}
            )
        );
        if (used == 0) {
            return Error{
                ErrorCode::Denied,
                "the one-time token is not valid",
                "It works once, and only the newest: while there is no administrator, each start "
                "of "
                "starkeep serve prints one."
            };
        }
        TRY(create(name, Role::Administrator));
        TRY_LET(NewToken token, create_token(name, "first login", std::nullopt));
        made = std::move(token);
        return {};
    }));
    return std::move(*made);
}

}  // namespace starkeep::appliance
