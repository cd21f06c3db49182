// SPDX-License-Identifier: Apache-2.0
// The token endpoint, with Entra's own errors.
#include "base/bytes.hpp"
#include "codec/base64.hpp"
#include "codec/rsa.hpp"
#include "http/url.hpp"
#include "json/json.hpp"
#include "localcloud/answer.hpp"
#include "localcloud/directory.hpp"
#include "localcloud/directory_known_internal.hpp"
#include "localcloud/guid.hpp"
#include "localcloud/reading.hpp"
#include "localcloud/resource_id.hpp"
#include "sys/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace starkeep::localcloud {

namespace {

constexpr std::chrono::seconds kTokenLife{3599};
constexpr std::chrono::seconds kIdentityLife{86400};
constexpr std::size_t kGuidLength = 36;

/// A form's fields; '+' is a space there.
std::optional<Json> parse_form(std::string_view form)
{
    std::string text(form);
    std::ranges::replace(text, '+', ' ');
    for (std::size_t space = text.find(' '); space != std::string::npos; space = text.find(' ')) {
        text.replace(space, 1, "%20");
    }
    const auto fields = http::parse_query(text);
    if (!fields.ok()) {
        return std::nullopt;
    }
    Json out = Json::object();
    for (const auto& [name, value] : *fields) {
        out[name] = value;
    }
    return out;
}

/// "2026-01-01 00:00:00Z"
std::string stamp(const sys::Clock& clock)
{
    std::string text = sys::format_rfc3339(clock.now());
    std::ranges::replace(text, 'T', ' ');
    return text;
}

}  // namespace

Answer
Directory::failure(int status, std::string_view error, int code, std::string_view message) const
{
    const std::string trace = new_guid();
    const std::string correlation = new_guid();
    const std::string time = stamp(*clock_);
    Answer answer{.status = status};
    answer.body = Json{
        {"error", std::string(error)},
        {"error_description",
         fmt::format(
             "AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
             code,
             message,
             trace,
             correlation,
             time
         )},
    };
    answer.body["error_codes"] = Json::array();
    answer.body["error_codes"].push_back(code);
    answer.body["timestamp"] = time;
    answer.body["trace_id"] = trace;
    answer.body["correlation_id"] = correlation;
    answer.body["error_uri"] = fmt::format("{}/error?code={}", settings_.base_url, code);
    return answer;
}

Answer Directory::token(std::string_view tenant, std::string_view form) const
{
    if (tenant.size() != kGuidLength && tenant.find('.') == std::string_view::npos) {
        return failure(
            400,
            "invalid_request",
            900023,
            fmt::format(
                "Specified tenant identifier '{}' is neither a valid DNS name, nor a valid "
                "external domain.",
                tenant
            )
        );
    }
    if (!is_same(tenant, settings_.tenant_id)) {
        return failure(
            400,
            "invalid_request",
            90002,
            fmt::format(
                "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are "
                "signing into the correct cloud.",
                tenant
            )
        );
    }
    const auto fields = parse_form(form);
    if (!fields || !has(*fields, "grant_type")) {
        return failure(
            400,
            "invalid_request",
            900144,
            "The request body must contain the following parameter: 'grant_type'."
        );
    }
    if (text_at(*fields, "grant_type") != "client_credentials") {
        return failure(
            400,
            "unsupported_grant_type",
            70003,
            fmt::format(
                "The app requested an unsupported grant type '{}'.", text_at(*fields, "grant_type")
            )
        );
    }
    return client_token(*fields);
}

Answer Directory::client_token(const Json& fields) const
{
    const std::string client_id = text_at(fields, "client_id");
    const auto known = find("client_id", client_id);
    if (client_id.empty() || !known) {
        return failure(
            400,
            "unauthorized_client",
            700016,
            fmt::format(
                "Application with identifier '{}' was not found in the directory '{}'.",
                client_id,
                settings_.tenant_id
            )
        );
    }
    if (!has(fields, "client_secret")) {
        return failure(
            401,
            "invalid_client",
            7000216,
            "'client_assertion', 'client_secret' or 'request' is required for the "
            "'client_credentials' grant type."
        );
    }
    if (known->is_expired) {
        return failure(
            401,
            "invalid_client",
            7000222,
            fmt::format("The provided client secret keys for app '{}' are expired.", client_id)
        );
    }
    if (known->secret.empty() || known->secret != text_at(fields, "client_secret")) {
        return failure(
            401,
            "invalid_client",
            7000215,
            fmt::format(
                "Invalid client secret provided. Ensure the secret being sent in the request is "
                "the client secret value, not the client secret ID, for a secret added to app "
                "'{}'.",
                client_id
            )
        );
    }
    std::string resource = text_at(fields, "resource");
    if (resource.empty()) {
        constexpr std::string_view kSuffix = "/.default";
        const std::string scope = text_at(fields, "scope");
        if (!scope.ends_with(kSuffix)) {
            return failure(
                400,
                "invalid_scope",
                1002012,
                fmt::format(
                    "The provided value for scope {} is not valid. Client credential flows must "
                    "have a scope value with /.default suffixed to the resource identifier "
                    "(application ID URI).",
                    scope
                )
            );
        }
        resource = scope.substr(0, scope.size() - kSuffix.size());
    }
    if (!is_known_audience(resource)) {
        return failure(
            400,
            "invalid_resource",
            500011,
            fmt::format(
                "The resource principal named {} was not found in the tenant named {}.",
                resource,
                settings_.tenant_id
            )
        );
    }
    Answer answer;
    answer.body = Json{
        {"token_type", "Bearer"},
        {"expires_in", kTokenLife.count()},
        {"ext_expires_in", kTokenLife.count()},
        {"access_token", sign(known->principal, resource, kTokenLife)},
    };
    answer.headers.set("Cache-Control", "no-store, no-cache");
    return answer;
}

Answer Directory::identity_token(
    const std::string& object_id, const std::string& client_id, const std::string& resource
) const
{
    if (!is_known_audience(resource)) {
        Answer answer{.status = 400};
        answer.body = Json{
            {"error", "invalid_resource"},
            {"error_description",
             fmt::format(
                 "AADSTS500011: The resource principal named {} was not found in the tenant named "
                 "{}.",
                 resource,
                 settings_.tenant_id
             )},
        };
        return answer;
    }
    const std::int64_t now = clock_->now().time_since_epoch().count();
    Answer answer;
    answer.body = Json{
        {"access_token",
         sign({.client_id = client_id, .object_id = object_id}, resource, kIdentityLife)},
        {"client_id", client_id},
        {"expires_in", std::to_string(kIdentityLife.count())},
        {"expires_on", std::to_string(now + kIdentityLife.count())},
        {"ext_expires_in", std::to_string(kIdentityLife.count() - 1)},
        {"not_before", std::to_string(now)},
        {"resource", resource},
        {"token_type", "Bearer"},
    };
    return answer;
}

Answer Directory::openid_configuration(std::string_view tenant) const
{
    if (!is_same(tenant, settings_.tenant_id)) {
        return failure(400, "invalid_tenant", 90002, fmt::format("Tenant '{}' not found.", tenant));
    }
    const std::string base = fmt::format("{}/{}", settings_.base_url, settings_.tenant_id);
    Answer answer;
    answer.body = Json{
        {"token_endpoint", base + "/oauth2/v2.0/token"},
        {"jwks_uri", base + "/discovery/v2.0/keys"},
        {"issuer", base + "/v2.0"},
        {"authorization_endpoint", base + "/oauth2/v2.0/authorize"},
        {"device_authorization_endpoint", base + "/oauth2/v2.0/devicecode"},
        {"end_session_endpoint", base + "/oauth2/v2.0/logout"},
        {"tenant_region_scope", "EU"},
        {"cloud_instance_name", "starkeep.test"},
    };
    answer.body["token_endpoint_auth_methods_supported"] = Json::array({"client_secret_post"});
    answer.body["response_types_supported"] = Json::array({"code", "id_token", "token"});
    answer.body["subject_types_supported"] = Json::array({"pairwise"});
    answer.body["id_token_signing_alg_values_supported"] = Json::array({"RS256"});
    answer.body["scopes_supported"] = Json::array({"openid"});
    return answer;
}

Answer Directory::signing_keys() const
{
    const codec::RsaPublicNumbers numbers = key_.public_numbers();
    Answer answer;
    answer.body["keys"] = Json::array();
    answer.body["keys"].push_back(Json{
        {"kty", "RSA"},
        {"use", "sig"},
        {"alg", "RS256"},
        {"kid", key_id_},
        {"x5t", key_id_},
        {"n", codec::encode_base64url(numbers.modulus)},
        {"e", codec::encode_base64url(numbers.exponent)},
    });
    return answer;
}

}  // namespace starkeep::localcloud
