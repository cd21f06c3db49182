// SPDX-License-Identifier: Apache-2.0
#include "azure/credential.hpp"
#include "azure/token_response_internal.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace starkeep::azure {

namespace {

/// No token lives longer; a larger number is nonsense.
constexpr std::uint64_t kLongestLifeS = 7ULL * 24 * 3600;

std::optional<std::uint64_t> find_number(const Json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end()) {
        return std::nullopt;
    }
    if (found->is_number_unsigned()) {
        return found->get<std::uint64_t>();
    }
    if (!found->is_string()) {
        return std::nullopt;
    }
    const auto& digits = found->get_ref<const std::string&>();
    std::uint64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, failure] = std::from_chars(digits.data(), end, number);
    return failure == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

std::string text_of(const Json& object, const char* key)
{
    const Result<std::string> text = json::get_string(object, key);
    return text.ok() ? *text : std::string();
}

struct Meaning {
    std::uint64_t aadsts = 0;
    ErrorCode code = ErrorCode::Denied;
    std::string_view what;
    std::string_view hint;
};

/// Source: learn.microsoft.com "Microsoft Entra authentication and authorization error codes", read 2026-11.
constexpr std::array kMeanings{
    Meaning{
        .aadsts = 7000215,
        .code = ErrorCode::Denied,
        .what = "the client secret is wrong",
        .hint = "Give the secret's value, not its id; it is shown once, when it is made."
    },
    Meaning{
        .aadsts = 7000222,
        .code = ErrorCode::Denied,
        .what = "the client secret has expired",
        .hint = "Make a new client secret for the app registration and store it here."
    },
    Meaning{
        .aadsts = 700027,
        .code = ErrorCode::Denied,
        .what = "the client's certificate is not registered",
        .hint = "Upload the certificate to the app registration."
    },
    Meaning{
        .aadsts = 700016,
        .code = ErrorCode::NotFound,
        .what = "the application is not known in this tenant",
        .hint = "Check client id and tenant id; the app registration must be in that tenant."
    },
    Meaning{
        .aadsts = 90002,
        .code = ErrorCode::NotFound,
        .what = "the tenant does not exist",
        .hint = "Check the tenant id (directory id)."
    },
    Meaning{
        .aadsts = 900023,
        .code = ErrorCode::InvalidInput,
        .what = "the tenant id is malformed",
        .hint = "It is a GUID or a domain name."
    },
    Meaning{
        .aadsts = 70011,
        .code = ErrorCode::InvalidInput,
        .what = "the scope is not valid",
        .hint = ""
    },
    Meaning{
        .aadsts = 1002012,
        .code = ErrorCode::InvalidInput,
        .what = "the scope is not valid",
        .hint = ""
    },
};

std::uint64_t first_code(const Json& object)
{
    const Result<Json> codes = json::get_array(object, "error_codes");
    return codes.ok() && !codes->empty() && (*codes)[0].is_number_unsigned()
               ? (*codes)[0].get<std::uint64_t>()
               : 0;
}

/// For the support of Azure: by these they find the request.
std::string ids(const Json& object)
{
    std::string out;
    for (const char* key : {"trace_id", "correlation_id"}) {
        if (const std::string id = text_of(object, key); !id.empty()) {
            out += (out.empty() ? " (" : ", ") + std::string(key) + " " + id;
        }
    }
    return out + (out.empty() ? "" : ")");
}

Error token_error(const http::Response& response, const std::string& who)
{
    const std::string status = std::to_string(response.status);
    if (response.status == 429 || response.status >= 500) {
        return {
            response.status == 429 ? ErrorCode::Throttled : ErrorCode::Unavailable,
            "no access token for " + who + ": status " + status
        };
    }
    const Result<Json> body = json::parse(response.text());
    const Json object = body.ok() && body->is_object() ? *body : Json::object();
    const std::uint64_t aadsts = first_code(object);
    const std::string kind = text_of(object, "error");
    if (const auto* const known = std::ranges::find(kMeanings, aadsts, &Meaning::aadsts);
        aadsts != 0 && known != kMeanings.end()) {
        return {
            known->code,
            "no access token for " + who + ": " + std::string(known->what) + ": AADSTS" +
                std::to_string(aadsts) + ids(object),
            std::string(known->hint)
        };
    }
    const std::string description = text_of(object, "error_description");
    const std::string first_line =
        description.substr(0, std::min(description.find('\r'), description.find('\n')));
    return {
        ErrorCode::Denied,
        "no access token for " + who + ": " +
            (kind.empty() ? "status " + status : kind + ": " + first_line.substr(0, 500)) +
            ids(object),
        "Check tenant id, client id and client secret, or the identity that is assigned to this "
        "machine."
    };
}

}  // namespace

Result<AccessToken>
read_token(const http::Response& response, const std::string& who, std::chrono::sys_seconds now)
{
    if (!response.is_success()) {
        return token_error(response, who);
    }
    const Result<Json> body = json::parse(response.text());
    // Not the parser's own words: they would quote the token.
    const Error malformed{ErrorCode::Corrupt, "the answer to a request for a token holds none"};
    if (!body.ok() || !body->is_object()) {
        return malformed;
    }
    std::string text = text_of(*body, "access_token");
    const std::optional<std::uint64_t> lives_s = find_number(*body, "expires_in");
    const bool is_plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
    if (text.empty() || !is_plain || !lives_s) {
        return malformed;
    }
    return AccessToken{
        .text = Secret(std::move(text)),
        .expires_at = now + std::chrono::seconds(std::min(*lives_s, kLongestLifeS))
    };
}

}  // namespace starkeep::azure
