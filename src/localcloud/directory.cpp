// SPDX-License-Identifier: Apache-2.0
#include "localcloud/directory.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "codec/base64.hpp"
#include "codec/hash.hpp"
#include "codec/rsa.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/directory_known_internal.hpp"
#include "localcloud/fault_plan.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/private_file.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "localcloud/settings.hpp"
#include "sys/clock.hpp"
#include "sys/file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::localcloud {

namespace {

constexpr std::uint64_t kMostBytes = 1U << 20U;
constexpr std::chrono::seconds kClockSkew{300};
constexpr std::size_t kSecretLength = 40;

/// Resources besides the manager that tokens are given for. Source: azure README 1.1.
constexpr std::array<std::string_view, 6> kAudiences{
    "https://storage.azure.com",
    "https://vault.azure.net",
    "https://token.postgres.cosmos.azure.com",
    "https://ossrdbms-aad.database.windows.net",
    "https://cosmos.azure.com",
    "https://graph.microsoft.com",
};

std::string_view without_slash(std::string_view text)
{
    while (text.ends_with('/')) {
        text.remove_suffix(1);
    }
    return text;
}

std::vector<std::string> texts(const Json& list)
{
    std::vector<std::string> out;
    for (const Json& item : list) {
        if (item.is_string()) {
            out.push_back(item.get<std::string>());
        }
    }
    return out;
}

std::string encode(const Json& value)
{
    return codec::encode_base64url(as_bytes(json::format(value)));
}

std::optional<Json> decode(std::string_view part)
{
    const auto bytes = codec::decode_base64url(part);
    if (!bytes) {
        return std::nullopt;
    }
    auto parsed = json::parse(as_text(*bytes));
    return parsed.ok() && parsed->is_object() ? std::optional(std::move(*parsed)) : std::nullopt;
}

Answer unauthorized(const Settings& settings, std::string_view code, std::string_view message)
{
    Answer answer = refusal(401, code, message);
    answer.headers.set(
        "WWW-Authenticate",
        fmt::format(
            "Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\", error_description=\"{}\"",
            settings.base_url,
            settings.tenant_id,
            message
        )
    );
    return answer;
}

Result<codec::RsaKey> load_or_make_key(const std::filesystem::path& path)
{
    TRY_LET(const bool is_there, sys::exists(path));
    if (is_there) {
        TRY_LET(const Bytes pem, sys::read_file(path, kMostBytes));
        return codec::RsaKey::parse_pem(as_text(pem));
    }
    codec::RsaKey key = codec::RsaKey::generate();
    TRY(write_private_file(path, key.format_pem().reveal()));
    return key;
}

Result<void> make_principals(const Settings& settings)
{
    const std::filesystem::path path = settings.state / "principals.json";
    TRY_LET(const bool is_there, sys::exists(path));
    if (is_there) {
        return {};
    }
    const std::string client_id = new_guid();
    Json owner{
        {"name", "starkeep"},
        {"client_id", client_id},
        {"object_id", new_guid()},
        {"client_secret", random_name(kSecretLength)},
    };
    owner["actions"] = Json::array({"*"});
    owner["not_actions"] = Json::array();
    Json document;
    document["principals"] = Json::array();
    document["principals"].push_back(owner);
    return write_private_file(path, document.dump(2));
}

}  // namespace

bool Principal::may(std::string_view action) const
{
    const auto names = [action](const std::string& pattern) {
        return matches_pattern(pattern, action);
    };
    return std::ranges::any_of(actions, names) && std::ranges::none_of(not_actions, names);
}

Directory::Directory(const Settings& settings, const sys::Clock& clock, codec::RsaKey key)
    : settings_(settings)
    , clock_(&clock)
    , key_(std::move(key))
    , key_id_(codec::encode_base64url(codec::sha256(key_.public_numbers().modulus)))
{
}

Result<Directory> Directory::open(const Settings& settings, const sys::Clock& clock)
{
    TRY_LET(codec::RsaKey key, load_or_make_key(settings.state / "signing.key"));
    TRY(make_principals(settings));
    return Directory(settings, clock, std::move(key));
}

std::optional<Directory::Known>
Directory::find(std::string_view member, std::string_view value) const
{
    const auto file = sys::read_file(settings_.state / "principals.json", kMostBytes);
    if (!file.ok()) {
        return std::nullopt;
    }
    const auto document = json::parse(as_text(*file));
    if (!document.ok()) {
        return std::nullopt;
    }
    for (const Json& item : list_at(*document, "principals")) {
        if (is_same(text_at(item, member), value)) {
            return Known{
                .principal =
                    {.client_id = text_at(item, "client_id"),
                     .object_id = text_at(item, "object_id"),
                     .actions = texts(list_at(item, "actions")),
                     .not_actions = texts(list_at(item, "not_actions"))},
                .secret = text_at(item, "client_secret"),
                .is_expired = flag_at(item, "is_expired"),
            };
        }
    }
    return std::nullopt;
}

bool Directory::is_manager_audience(std::string_view audience) const
{
    audience = without_slash(audience);
    return is_same(audience, settings_.base_url) ||
           is_same(audience, "https://management.azure.com") ||
           is_same(audience, "https://management.core.windows.net");
}

bool Directory::is_known_audience(std::string_view audience) const
{
    return is_manager_audience(audience) ||
           std::ranges::any_of(kAudiences, [audience](std::string_view known) {
               return is_same(without_slash(audience), known);
           });
}

std::string Directory::sign(
    const Principal& principal, const std::string& audience, std::chrono::seconds life
) const
{
    const std::int64_t now = clock_->now().time_since_epoch().count();
    const Json header{{"typ", "JWT"}, {"alg", "RS256"}, {"x5t", key_id_}, {"kid", key_id_}};
    const std::string issuer = fmt::format("https://sts.windows.net/{}/", settings_.tenant_id);
    const Json claims{
        {"aud", audience},
        {"iss", issuer},
        {"iat", now},
        {"nbf", now},
        {"exp", now + life.count()},
        {"appid", principal.client_id},
        {"appidacr", "1"},
        {"idp", issuer},
        {"idtyp", "app"},
        {"oid", principal.object_id},
        {"sub", principal.object_id},
        {"tid", settings_.tenant_id},
        {"uti", random_name(22)},
        {"ver", "1.0"},
    };
    const std::string content = encode(header) + "." + encode(claims);
    return content + "." + codec::encode_base64url(key_.sign_sha256(as_bytes(content)));
}

TokenCheck Directory::check(std::string_view authorization) const
{
    const auto refused = [this](std::string_view code, std::string_view message) {
        return TokenCheck{.principal = {}, .refused = unauthorized(settings_, code, message)};
    };
    constexpr std::string_view kScheme = "Bearer ";
    if (authorization.empty()) {
        return refused(
            "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
        );
    }
    if (!begins_with(authorization, kScheme)) {
        return refused(
            "AuthenticationFailedInvalidHeader",
            "Authentication failed. The 'Authorization' header is provided in an invalid format."
        );
    }
    const std::string_view token = authorization.substr(kScheme.size());
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos) {
        return refused("InvalidAuthenticationToken", "The access token is invalid.");
    }
    const auto header = decode(token.substr(0, first));
    const auto claims = decode(token.substr(first + 1, second - first - 1));
    const auto signature = codec::decode_base64url(token.substr(second + 1));
    if (!header || !claims || !signature || text_at(*header, "alg") != "RS256" ||
        !key_.verifies_sha256(as_bytes(token.substr(0, second)), *signature)) {
        return refused("InvalidAuthenticationToken", "The access token is invalid.");
    }
    const std::int64_t now = clock_->now().time_since_epoch().count();
    if (now >= number_at(*claims, "exp").value_or(0)) {
        return refused(
            "ExpiredAuthenticationToken",
            "The access token expiry is earlier than the current time."
        );
    }
    if (now + kClockSkew.count() < number_at(*claims, "nbf").value_or(0)) {
        return refused("InvalidAuthenticationToken", "The access token is not valid yet.");
    }
    if (!is_same(text_at(*claims, "tid"), settings_.tenant_id)) {
        return refused(
            "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer."
        );
    }
    if (!is_manager_audience(text_at(*claims, "aud"))) {
        return refused(
            "InvalidAuthenticationTokenAudience",
            fmt::format(
                "The access token has been obtained for wrong audience or resource '{}'.",
                text_at(*claims, "aud")
            )
        );
    }
    const auto known = find("object_id", text_at(*claims, "oid"));
    Principal principal =
        known ? known->principal
              : Principal{
                    .client_id = text_at(*claims, "appid"), .object_id = text_at(*claims, "oid")
                };
    return TokenCheck{.principal = std::move(principal)};
}

Result<Json> Directory::credentials() const
{
    TRY_LET(const Bytes file, sys::read_file(settings_.state / "principals.json", kMostBytes));
    TRY_LET(const Json document, json::parse(as_text(file)));
    const Json& all = list_at(document, "principals");
    if (all.empty()) {
        return Error{ErrorCode::Corrupt, "principals.json of the local cloud names nobody"};
    }
    return Json{
        {"tenant_id", settings_.tenant_id},
        {"client_id", text_at(all.front(), "client_id")},
        {"client_secret", text_at(all.front(), "client_secret")},
    };
}

Result<Principal> Directory::owner() const
{
    TRY_LET(const Json first, credentials());
    const auto known = find("client_id", text_at(first, "client_id"));
    if (!known) {
        return Error{
            ErrorCode::Corrupt, "principals.json of the local cloud changed while it was read"
        };
    }
    return known->principal;
}

}  // namespace starkeep::localcloud
