// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/storage_error.hpp"

#include "azure/storage/xml_internal.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace starkeep::azure::storage {

namespace {

struct Meaning {
    std::string_view azure;
    ErrorCode code = ErrorCode::Rejected;
    std::string_view hint{};
};

constexpr std::string_view kImmutable =
    "An immutability policy or legal hold protects it until its time has passed.";
constexpr std::string_view kSignature = "The key, SAS or token is wrong or has expired, or this "
                                        "machine's clock is more than 15 minutes off.";

/// What differs from its status' usual meaning, or needs a sentence for a person.
/// Source: learn.microsoft.com "Common REST API error codes", "Blob Storage error codes", "Queue Storage error codes", 2026-11.
constexpr std::array kMeanings{
    Meaning{.azure = "AuthenticationFailed", .code = ErrorCode::Denied, .hint = kSignature},
    Meaning{.azure = "InvalidAuthenticationInfo", .code = ErrorCode::Denied, .hint = kSignature},
    Meaning{
        .azure = "AuthorizationFailure",
        .code = ErrorCode::Denied,
        .hint = "The account's network rules do not let this machine in, or the SAS does not cover "
                "this; "
                "from a private network, use its private endpoint."
    },
    Meaning{
        .azure = "AuthorizationPermissionMismatch",
        .code = ErrorCode::Denied,
        .hint = "The identity lacks a data role such as Storage Blob Data Contributor, or the SAS "
                "lacks a "
                "permission. A new role needs up to 10 minutes."
    },
    Meaning{
        .azure = "AuthorizationResourceTypeMismatch",
        .code = ErrorCode::Denied,
        .hint = "The SAS does not cover this kind of resource."
    },
    Meaning{
        .azure = "AuthorizationProtocolMismatch",
        .code = ErrorCode::Denied,
        .hint = "The SAS allows https only."
    },
    Meaning{
        .azure = "KeyBasedAuthenticationNotPermitted",
        .code = ErrorCode::Denied,
        .hint = "The account allows no keys: use a managed identity or an application of Entra ID."
    },
    Meaning{.azure = "InsufficientAccountPermissions", .code = ErrorCode::Denied},
    Meaning{.azure = "AccountIsDisabled", .code = ErrorCode::Denied},
    Meaning{.azure = "BlobAlreadyExists", .code = ErrorCode::Exists},
    Meaning{.azure = "ContainerAlreadyExists", .code = ErrorCode::Exists},
    Meaning{.azure = "QueueAlreadyExists", .code = ErrorCode::Exists},
    Meaning{.azure = "BlobImmutableDueToPolicy", .code = ErrorCode::Denied, .hint = kImmutable},
    Meaning{.azure = "BlobImmutableDueToLegalHold", .code = ErrorCode::Denied, .hint = kImmutable},
    Meaning{
        .azure = "ContainerNotFound",
        .code = ErrorCode::NotFound,
        .hint = "Check account and container."
    },
    Meaning{.azure = "InvalidBlockList", .code = ErrorCode::Conflict},
    Meaning{.azure = "PopReceiptMismatch", .code = ErrorCode::NotFound},
    Meaning{
        .azure = "Md5Mismatch",
        .code = ErrorCode::Unavailable,
        .hint = "Bytes were damaged on their way."
    },
    Meaning{.azure = "ServerBusy", .code = ErrorCode::Throttled},
    Meaning{.azure = "OperationTimedOut", .code = ErrorCode::TimedOut},
    Meaning{.azure = "InvalidRange", .code = ErrorCode::Corrupt},
};

ErrorCode usual_meaning(int status)
{
    switch (status) {
    case 401:
    case 403:
        return ErrorCode::Denied;
    case 404:
        return ErrorCode::NotFound;
    case 409:
    case 412:
        return ErrorCode::Conflict;
    case 416:
        return ErrorCode::Corrupt;
    case 408:
        return ErrorCode::TimedOut;
    case 429:
        return ErrorCode::Throttled;
    default:
        return status >= 500 ? ErrorCode::Unavailable : ErrorCode::Rejected;
    }
}

struct Body {
    std::string code;
    std::string message;
    std::string detail;
};

/// The first line, short enough for a message.
std::string first_line(std::string_view text)
{
    constexpr std::size_t kLongest = 300;
    return http::redacted(text.substr(0, std::min(text.find('\n'), kLongest)));
}

Body read_body(const http::Response& response)
{
    const Result<std::unique_ptr<pugi::xml_document>> document =
        parse_xml(response.text(), "Error");
    if (!document.ok()) {
        return {};
    }
    const pugi::xml_node error = (*document)->child("Error");
    // A detail of a failed signature quotes what was signed; only what it says of times is for a person.
    const std::string_view detail = error.child_value("AuthenticationErrorDetail");
    const bool is_of_time = detail.starts_with("Signature not valid");
    return {
        .code = error.child_value("Code"),
        .message = first_line(error.child_value("Message")),
        .detail = is_of_time ? first_line(detail) : std::string(),
    };
}

std::string request_ids(const http::Response& response)
{
    std::string out;
    for (const char* header : {"x-ms-request-id", "x-ms-client-request-id"}) {
        if (const auto id = response.headers.find(header)) {
            out += (out.empty() ? "" : ", ") + std::string(header + 5) + " " + id->substr(0, 64);
        }
    }
    return out.empty() ? out : " (" + out + ")";
}

}  // namespace

std::string storage_error_code(const http::Response& response)
{
    const std::string code =
        response.headers.find("x-ms-error-code").value_or(read_body(response).code);
    // It goes into messages: nothing but what Azure's codes are made of.
    const bool is_plain = std::ranges::all_of(code, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
    return is_plain && code.size() <= 100 ? code : std::string();
}

Error storage_error(const http::Response& response, std::string_view what)
{
    const std::string azure = storage_error_code(response);
    const Body body = read_body(response);
    const auto* const known = std::ranges::find(kMeanings, azure, &Meaning::azure);
    const bool is_known = known != kMeanings.end();
    const bool is_damaged = body.message.starts_with("Provided contentMD5 doesn't match");
    std::string message = std::string(what) + ": ";
    message += azure.empty() ? "status " + std::to_string(response.status) : azure;
    for (const std::string& words : {body.message, body.detail}) {
        message += words.empty() ? "" : ": " + words;
    }
    const ErrorCode code = is_known ? known->code : usual_meaning(response.status);
    return {
        is_damaged ? ErrorCode::Unavailable : code,
        message + request_ids(response),
        is_known ? std::string(known->hint) : std::string()
    };
}

}  // namespace starkeep::azure::storage
