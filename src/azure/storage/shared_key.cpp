// SPDX-License-Identifier: Apache-2.0
#include "azure/storage/shared_key.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "codec/base64.hpp"
#include "codec/hash.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::azure::storage {

namespace {

/// The standard headers whose values are signed, in this order; Content-Length stands between the second and third, and
/// Date is left empty because x-ms-date is always sent.
constexpr std::array<std::string_view, 2> kBeforeLength{"Content-Encoding", "Content-Language"};
constexpr std::array<std::string_view, 8> kAfterLength{
    "Content-MD5",
    "Content-Type",
    "Date",
    "If-Modified-Since",
    "If-Match",
    "If-None-Match",
    "If-Unmodified-Since",
    "Range"
};

std::string lowered(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::string trimmed(const std::string& text)
{
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string::npos
               ? std::string()
               : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Azure sorts by a culture's order, in which '_' comes before the digits; for all other letters of header names that is the
/// order of their bytes.
struct HeaderOrder {
    static int weight(char c) { return c == '_' ? '0' * 2 - 1 : static_cast<unsigned char>(c) * 2; }
    bool operator()(const std::string& left, const std::string& right) const
    {
        return std::ranges::lexicographical_compare(left, right, {}, weight, weight);
    }
};

std::string canonical_headers(const http::Request& request)
{
    std::map<std::string, std::string, HeaderOrder> headers;
    for (const auto& [name, value] : request.headers.fields()) {
        if (std::string lower = lowered(name); lower.starts_with("x-ms-")) {
            headers.insert_or_assign(std::move(lower), trimmed(value));
        }
    }
    std::string out;
    for (const auto& [name, value] : headers) {
        out += name + ":" + value + "\n";
    }
    return out;
}

Result<std::string> canonical_resource(const http::Request& request, std::string_view account)
{
    TRY_LET(const http::Url url, http::parse_url(request.url));
    TRY_LET(const http::QueryParameters parameters, http::parse_query(url.query));
    std::map<std::string, std::vector<std::string>> values;
    for (const auto& [name, value] : parameters) {
        values[lowered(name)].push_back(value);
    }
    std::string out = "/" + std::string(account) + url.path;
    for (auto& [name, list] : values) {
        std::ranges::sort(list);
        out += "\n" + name + ":";
        for (const std::string& value : list) {
            out += (&value == &list.front() ? "" : ",") + value;
        }
    }
    return out;
}

}  // namespace

Result<std::string> shared_key_text(const http::Request& request, std::string_view account)
{
    const auto value_of = [&](std::string_view name) {
        const bool is_dated = request.headers.find("x-ms-date").has_value();
        return name == "Date" && is_dated ? std::string() : request.headers.find(name).value_or("");
    };
    TRY_LET(const std::string resource, canonical_resource(request, account));
    std::string text = request.method + "\n";
    for (const std::string_view name : kBeforeLength) {
        text += value_of(name) + "\n";
    }
    text += (request.body.empty() ? "" : std::to_string(request.body.size())) + "\n";
    for (const std::string_view name : kAfterLength) {
        text += value_of(name) + "\n";
    }
    return text + canonical_headers(request) + resource;
}

SharedKey::SharedKey(std::string account, ByteView key) : account_(std::move(account)), hmac_(key)
{
}

Result<SharedKey> SharedKey::parse(std::string account, std::string_view key)
{
    std::optional<Bytes> bytes = codec::decode_base64(key);
    if (!bytes || bytes->empty()) {
        return Error{
            ErrorCode::InvalidInput,
            "the key of storage account " + account + " is no base64 text",
            "Copy it whole from \"Access keys\" of the account; it ends with ==."
        };
    }
    SharedKey made(std::move(account), *bytes);
    codec::wipe(*bytes);
    return made;
}

std::string SharedKey::sign(std::string_view text) const
{
    return codec::encode_base64(hmac_.of({as_bytes(text)}));
}

Result<std::string> SharedKey::authorization(const http::Request& request) const
{
    TRY_LET(const std::string text, shared_key_text(request, account_));
    return "SharedKey " + account_ + ":" + sign(text);
}

}  // namespace starkeep::azure::storage
